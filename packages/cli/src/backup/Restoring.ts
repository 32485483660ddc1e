/** Puts a backup back into the database of the settings, which is empty, and looks at what stands there then. */
import { readBackup } from "@ddd/adapters-pg/backup/Manifest"
import { putBack } from "@ddd/adapters-pg/backup/PutBack"
import { schemaState } from "@ddd/adapters-pg/database/Migrator"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { readLost } from "@ddd/adapters-pg/draws/Behind"
import { lostText } from "@ddd/core/draws/Remembered"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { visible } from "@ddd/core/values/Visible"
import { PgClient } from "@effect/sql-pg"
import { Data, Effect } from "effect"
import { join } from "node:path"
import { look } from "../AcknowledgedFiles.ts"
import type { Settings } from "../config/Variables.ts"
import * as Database from "../Database.ts"
import { proofDirOf } from "../DataDir.ts"
import { withCallable } from "../Invocation.ts"
import { remark } from "../terminal/Output.ts"
import { audited } from "./Audited.ts"

/** Nothing was put back; the message says why, and what to do. */
class NotPutBack extends Data.TaggedError("NotPutBack")<{ readonly message: string }> {}

/** The owner's way in, where the roles are those that the backup gives its rights to. */
const requireRoles = Effect.fnUntraced(function*(
  { app, owner }: Database.Database,
  backup: { readonly app: string; readonly owner: string }
) {
  if (owner === null) {
    return yield* new NotPutBack({
      message:
        "DATABASE_OWNER_URL is missing: a backup is put back by the role that is to own the tables. Nothing was changed."
    })
  }
  if (app.username === backup.app && owner.username === backup.owner) return owner
  return yield* new NotPutBack({
    message: `The backup belongs to the role ${visible(backup.owner)}, and its rights to ${visible(backup.app)}; ` +
      `DATABASE_OWNER_URL and DATABASE_URL name ${visible(owner.username)} and ${visible(app.username)}. ` +
      "Make roles of those names, such as by `ddd init`, and an empty database for them. Nothing was changed."
  })
})

/** What the database lacks of what is remembered. */
const readLoss = Effect.fnUntraced(function*(acknowledged: AcknowledgedService) {
  const { lost } = yield* readLost(yield* PgClient.PgClient, acknowledged)
  return lost.map(lostText)
})

/** Said before the audit, which may take long. */
const auditBegins =
  "Everything is put back; now the books are audited. Should this be ended now, go on with `ddd audit`."

/**
 * Does it. `schemaProblem`: why the books were not audited, which those of another release are not; `lost`: what is remembered and is not
 * there, null where that could not be compared. `quiet`: says nothing on the way.
 */
export const restoreFrom = Effect.fnUntraced(function*(
  folder: string,
  settings: Settings,
  { quiet }: { readonly quiet: boolean }
) {
  const { dump, manifest } = yield* readBackup(folder)
  const database = yield* Database.open(settings, { own: false })
  const { app, place, servers } = database
  const owner = yield* requireRoles(database, manifest)
  const asApp = Provision.layer(app, { applicationName: "ddd restore", maxConnections: 1, servers })
  // by the application's way in: it might be another database
  const before = yield* Effect.provide(schemaState(), asApp)
  if (before._tag !== "Behind" || !before.isEmpty) {
    return yield* new NotPutBack({
      message:
        `The database ${
          visible(place)
        } has tables already, and nothing is overwritten. Name an empty database in DATABASE_URL, ` +
        "and the same one in DATABASE_OWNER_URL. Nothing was changed. Where it was a `ddd restore` that made them, and was ended at " +
        "its audit, all is there: go on with `ddd audit`, then `ddd restored`."
    })
  }
  // before anything is done: a folder that may not be read remembers something all the same
  const acknowledged = yield* look(join(proofDirOf(settings), manifest.identity))
  yield* putBack({ owner, servers, dump, manifest, served: true })
  const after = yield* Effect.provide(schemaState(), asApp)
  const fits = after._tag === "Fits"
  // of another release's nothing can be read before it is migrated
  const lost = !fits || acknowledged === null ? null : yield* Effect.provide(readLoss(acknowledged), asApp)
  if (fits && !quiet) yield* remark(withCallable(auditBegins))
  return {
    place,
    manifest,
    lost,
    remembers: acknowledged !== null,
    schemaProblem: fits ? null : after.problem,
    report: fits ? yield* audited(database, settings) : null
  }
})
