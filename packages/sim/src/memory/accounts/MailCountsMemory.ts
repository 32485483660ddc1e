/** Counts the mails that players were sent, in memory. */
import type { CountedMail } from "@ddd/core/accounts/MailAllowance"
import { MailCounts } from "@ddd/core/ports/MailCounts"
import type { UserId } from "@ddd/core/values/Ids"
import { dayOf } from "@ddd/core/values/Instant"
import { Effect, Layer } from "effect"
import { Store } from "../Store.ts"

export const layer: Layer.Layer<MailCounts, never, Store> = Layer.effect(
  MailCounts,
  Effect.map(Store, (store) => {
    const counts = new Map<string, number>()
    const keyOf = (user: UserId, kind: CountedMail): string => `${user} ${kind} ${dayOf(store.now())}`
    const sent = (key: string): number => counts.get(key) ?? 0
    return MailCounts.of({
      sentToday: (user, kind) => Effect.sync(() => sent(keyOf(user, kind))),
      countSent: (user, kind) =>
        Effect.sync(() => {
          const key = keyOf(user, kind)
          counts.set(key, sent(key) + 1)
        })
    })
  })
)
