/** Which tickets were confirmed by mail, in memory. */
import { TicketMails } from "@ddd/core/ports/TicketMails"
import type { DrawId } from "@ddd/core/values/Ids"
import { Effect, Layer } from "effect"
import type { TicketRow } from "../../audit/Rows.ts"
import { addJob } from "../jobs/OutboxMemory.ts"
import { Store } from "../Store.ts"

const minuteMillis = 60_000

export const layer: Layer.Layer<TicketMails, never, Store> = Layer.effect(
  TicketMails,
  Effect.gen(function*() {
    const store = yield* Store

    /** Enqueues what is due of one draw's tickets, which are in the order of their purchase; gives how many mails. */
    const enqueue = (drawId: DrawId, tickets: ReadonlyArray<TicketRow>): number => {
      const confirmed = store.confirmedTickets.get(drawId) ?? 0
      const now = store.now()
      const thisMinute = now - now % minuteMillis
      const due = tickets.slice(confirmed).filter(({ purchasedAt }) => purchasedAt < thisMinute)
      store.confirmedTickets.set(drawId, confirmed + due.length)
      return due.filter(({ purchasedAt, userId }) => {
        const from = purchasedAt - purchasedAt % minuteMillis
        return addJob(store, `tickets ${drawId} ${userId} ${from}`, { _tag: "MailTickets", userId, drawId, from })
      }).length
    }

    return TicketMails.of({
      enqueueDue: store.exclusive(Effect.sync(() => {
        let enqueued = 0
        for (const [drawId, tickets] of store.tickets) enqueued += enqueue(drawId, tickets)
        return enqueued
      }))
    })
  })
)
