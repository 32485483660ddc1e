/** A database whose clock is set wrong for a while, as that of its machine may be. */
import { Effect } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"

/**
 * Runs `task` while the database's clock is `millis` ahead (behind, where negative) of what it was. No development clock says so: the
 * real clock has no shift.
 */
export const whileStepped = Effect.fnUntraced(function*<A, E, R>(millis: number, task: Effect.Effect<A, E, R>) {
  const sql = yield* session((yield* TestDatabase).owner)
  const step = (by: number, startedAs: Date | null) =>
    sql`UPDATE app_clock SET shift = shift + ${by}::float8 * interval '1 millisecond', started_as = ${startedAs}::timestamptz`
  const [before] = yield* sql<{ readonly started_as: Date }>`SELECT started_as FROM app_clock`
  return yield* Effect.acquireUseRelease(
    step(millis, null),
    () => task,
    () => Effect.orDie(step(-millis, before?.started_as ?? null))
  )
}, Effect.scoped)
