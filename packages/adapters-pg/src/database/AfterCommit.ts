/** What is done once a transaction has committed, and before whoever asked for it is answered. */
import { Context, Effect } from "effect"

/** What the transaction that runs has to be followed by; null outside of one. */
const Following = Context.Reference<Array<() => void> | null>("@ddd/adapters-pg/database/AfterCommit", {
  defaultValue: () => null
})

/** Has `act` done once the caller's transaction has committed; at once where there is none, and never where it is rolled back. */
export const afterCommit = (act: () => void): Effect.Effect<void> =>
  Effect.flatMap(Following, (following) =>
    Effect.sync(() => {
      if (following === null) act()
      else following.push(act)
    }))

/** A transaction, followed by what it asked to be done after it. One within another is followed by it once the outer one has committed. */
export const withFollowing = <A, E, R>(transaction: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Following, (outer) => {
    if (outer !== null) return transaction
    return Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const acts: Array<() => void> = []
        return Effect.tap(
          restore(Effect.provideService(transaction, Following, acts)),
          () => Effect.sync(() => acts.forEach((act) => act()))
        )
      })
    )
  })
