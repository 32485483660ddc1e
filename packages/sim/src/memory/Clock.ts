/** The store's clock as the ports see it, and the world's hold on it. */
import { Now } from "@ddd/core/ports/Now"
import { Context, Effect, Layer } from "effect"
import { World } from "../World.ts"
import { Store } from "./Store.ts"

/** The clock stands still between two `World.advance`. */
export const layer: Layer.Layer<Now | World, never, Store> = Layer.effectContext(
  Effect.gen(function*() {
    const store = yield* Store
    const now = Effect.sync(store.now)
    const world = World.of({
      now,
      advance: (millis) => Effect.sync(() => store.advance(millis)),
      freeze: (userId) =>
        store.exclusive(Effect.sync(() => {
          const user = store.users.get(userId)
          if (user === undefined) throw new Error(`no user ${userId} to freeze`)
          store.users.set(userId, { ...user, frozen: true })
        })),
      verify: (userId) =>
        store.exclusive(Effect.sync(() => {
          const user = store.users.get(userId)
          if (user === undefined) throw new Error(`no user ${userId} to be verified`)
          store.users.set(userId, { ...user, emailVerified: true })
        })),
      loseSeed: (drawId) =>
        store.exclusive(Effect.sync(() => {
          const sealed = store.seeds.get(drawId)
          if (sealed === undefined) throw new Error(`no seed of draw ${drawId} to be lost`)
          store.seeds.set(drawId, { ...sealed, keyId: "lost" })
        })),
      jobs: Effect.sync(() => [...store.jobs.values()].map(({ job }) => job))
    })
    return Context.make(Now, Now.of({ now })).pipe(Context.add(World, world))
  })
)
