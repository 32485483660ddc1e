/** Tries a backup out: put back into a database that is made for it, and audited there. */
import { readBackup } from "@ddd/adapters-pg/backup/Manifest"
import { putBack } from "@ddd/adapters-pg/backup/PutBack"
import { scratch } from "@ddd/adapters-pg/backup/Scratch"
import type { PgConnection } from "@ddd/adapters-pg/database/Provision"
import { AllServers } from "@ddd/adapters-pg/database/Servers"
import { nothingAcknowledged } from "@ddd/core/ports/Acknowledged"
import { Effect } from "effect"
import type { Settings } from "../config/Variables.ts"
import type { Database } from "../Database.ts"
import { audited } from "./Audited.ts"

/** What the audit of the backup finds; fails where it cannot be put back, or is not whole. */
export const tryOut = Effect.fnUntraced(function*(admin: PgConnection, folder: string, settings: Settings) {
  const { dump, manifest } = yield* readBackup(folder)
  const place = yield* scratch(admin)
  const servers = new AllServers()
  yield* putBack({ owner: place, servers, dump, manifest, served: false })
  const database: Database = {
    app: place,
    owner: place,
    direct: place,
    place: place.database,
    embedded: false,
    servers,
    acknowledged: nothingAcknowledged
  }
  return yield* audited(database, settings)
}, Effect.scoped)
