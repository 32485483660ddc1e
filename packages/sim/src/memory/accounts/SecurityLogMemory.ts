/** The log of what happened to identities, in memory. */
import { originOf } from "@ddd/core/accounts/SecurityEvent"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Effect, Layer } from "effect"
import { Store } from "../Store.ts"
import { recordEvent, recordStranger } from "./AccountWrites.ts"

export const layer: Layer.Layer<SecurityLog, never, Store> = Layer.effect(
  SecurityLog,
  Effect.map(Store, (store) =>
    SecurityLog.of({
      append: (type, who, origin) =>
        store.exclusive(Effect.sync(() => {
          const id = store.newId()
          if ("subject" in who) recordStranger(store, { id, type, subject: who.subject })
          else recordEvent(store, { id, type, userId: who.userId, sessionId: null, origin, details: {} })
        })),
      of: (userId, limit) =>
        Effect.sync(() =>
          store.securityEvents.filter((event) => event.userId === userId).toReversed().slice(0, limit)
            .map(({ at, details, id, type, userId }) => ({
              id,
              at,
              type,
              userId,
              origin: originOf(details)
            }))
        )
    }))
)
