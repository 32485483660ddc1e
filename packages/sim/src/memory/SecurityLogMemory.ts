/** The log of what happened to identities, in memory. */
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Effect, Layer } from "effect"
import { record } from "./AccountSteps.ts"
import { Store } from "./Store.ts"

const textOrNull = (value: unknown): string | null => typeof value === "string" ? value : null

export const layer: Layer.Layer<SecurityLog, never, Store> = Layer.effect(
  SecurityLog,
  Effect.map(Store, (store) =>
    SecurityLog.of({
      append: (type, who, origin) =>
        store.exclusive(Effect.sync(() => {
          record(store, "userId" in who ? { type, userId: who.userId, origin } : { type, userId: null, origin: null })
        })),
      of: (userId, limit) =>
        Effect.sync(() =>
          store.securityEvents.filter((event) => event.userId === userId).toReversed().slice(0, limit)
            .map(({ at, details, id, type, userId }) => ({
              id,
              at,
              type,
              userId,
              origin: details === null
                ? null
                : { ip: textOrNull(details["ip"]), userAgent: textOrNull(details["userAgent"]) }
            }))
        )
    }))
)
