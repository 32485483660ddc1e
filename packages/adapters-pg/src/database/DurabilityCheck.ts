/** What may be lost of what the database has committed, by its settings (core `values/Durability`). */
import { durabilityProblems, type DurabilitySettings } from "@ddd/core/values/Durability"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Reads the settings as this session has them, and judges them. */
export const readDurability = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  // every other value of synchronous_commit waits for this server's own disk
  const [settings] = yield* sql<DurabilitySettings>`
    SELECT current_setting('fsync')::boolean AS fsync, current_setting('full_page_writes')::boolean AS "fullPageWrites",
      current_setting('synchronous_commit') <> 'off' AS "synchronousCommit"`
  return settings === undefined ? [] : durabilityProblems(settings)
})
