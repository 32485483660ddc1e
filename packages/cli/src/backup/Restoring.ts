/** Puts a backup back into the database of the settings, which is empty, and looks at what stands there then. */
import { readBackup } from "@ddd/adapters-pg/backup/Manifest"
import { putBack } from "@ddd/adapters-pg/backup/PutBack"
import { schemaState } from "@ddd/adapters-pg/database/Migrator"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { readLost } from "@ddd/adapters-pg/draws/Behind"
import { lostText } from "@ddd/core/draws/Remembered"
import { visible } from "@ddd/core/values/Visible"
import { PgClient } from "@effect/sql-pg"
import { Data, Effect } from "effect"
import { join } from "node:path"
import { look } from "../AcknowledgedFiles.ts"
import type { Settings } from "../config/Variables.ts"
import * as Database from "../Database.ts"
import { proofDirOf } from "../DataDir.ts"
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

/** What was acknowledged and the database lacks; null where nothing is remembered of it. */
const readLoss = Effect.fnUntraced(function*(settings: Settings, identity: string) {
  const acknowledged = yield* look(join(proofDirOf(settings), identity))
  if (acknowledged === null) return null
  const { lost } = yield* readLost(yield* PgClient.PgClient, acknowledged)
  return lost.map(lostText)
})

/**
 * Does it. `schemaProblem`: why the books were not audited, which those of another release are not; `lost`: what was acknowledged and is not
 * there, null where nothing is remembered.
 */
export const restoreFrom = Effect.fnUntraced(function*(folder: string, settings: Settings) {
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
        "and the same one in DATABASE_OWNER_URL. Nothing was changed."
    })
  }
  yield* putBack({ owner, servers, dump, manifest, rights: true })
  const after = yield* Effect.provide(schemaState(), asApp)
  const lost = yield* Effect.provide(readLoss(settings, manifest.identity), asApp)
  const fits = after._tag === "Fits"
  return {
    place,
    manifest,
    lost,
    schemaProblem: fits ? null : after.problem,
    report: fits ? yield* audited(database, settings) : null
  }
})
