/** A database of the newest schema with nothing in it, as the migrations leave it. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { migrate, readMigrations } from "../database/Migrator.ts"
import { layer as client } from "../database/Provision.ts"
import { TestDatabase } from "./TestDatabase.ts"

const migrations = readMigrations()

/** Lower-case hex that changes with any migration: for the keys of templates. */
export const digest = createHash("sha256").update(migrations.map(({ checksum }) => checksum).join()).digest("hex")
  .slice(0, 12)

/** A copy of one that is migrated once a run. */
export const make = TestDatabase.migrated({
  key: digest,
  migrate: ({ app, owner }) => migrate(app.username, migrations).pipe(Effect.provide(client(owner)), Effect.asVoid)
})
