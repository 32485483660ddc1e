/** What mails are about, in memory. */
import { cents, ticketPrice } from "@ddd/core/Money"
import {
  type BoughtTickets,
  type ClosedRoom,
  type MailedTicket,
  mailedTicketsMax,
  mailedTicketsMillis,
  MailSubjects,
  type Win
} from "@ddd/core/ports/MailSubjects"
import { parseRecord } from "@ddd/core/Record"
import { Effect, Layer } from "effect"
import type { TicketRow } from "../Rows.ts"
import { textOf } from "./DrawSteps.ts"
import { Store } from "./Store.ts"

const mailed = ({ position, ticketId }: TicketRow): MailedTicket => ({ ticketId, position })

export const layer = Layer.effect(
  MailSubjects,
  Effect.map(Store, (store) =>
    MailSubjects.of({
      tickets: (userId, drawId, from) =>
        Effect.sync((): BoughtTickets | null => {
          const draw = store.draws.get(drawId)
          const bought = (store.tickets.get(drawId) ?? []).filter((ticket) =>
            ticket.userId === userId && from <= ticket.purchasedAt && ticket.purchasedAt < from + mailedTicketsMillis
          )
          if (draw === undefined || bought.length === 0) return null
          const { closesAt, drawDate, drawsAt, prizePool, status } = draw
          return {
            drawDate,
            status,
            count: bought.length,
            tickets: bought.slice(0, mailedTicketsMax).map(mailed),
            drawsAt: drawsAt ?? closesAt,
            prizePool
          }
        }),

      win: (userId, drawId) =>
        Effect.sync((): Win | null => {
          const draw = store.draws.get(drawId)
          if (draw === undefined || draw.winningPosition === null || draw.drawnAt === null) return null
          const ticket = store.tickets.get(drawId)?.[draw.winningPosition - 1]
          if (ticket?.userId !== userId) return null
          return { ...mailed(ticket), drawDate: draw.drawDate, prize: draw.prizePool, drawnAt: draw.drawnAt }
        }),

      closedRoom: (userId, drawId) =>
        Effect.sync((): ClosedRoom | null => {
          const draw = store.draws.get(drawId)
          const lobby = store.lobbies.get(drawId)
          if (draw?.status !== "void" || lobby === undefined) return null
          if (!lobby.members.some((member) => member.userId === userId)) return null
          const record = draw.notes.result === null ? undefined : parseRecord(textOf(draw.notes.result))
          if (record?.type !== "void") throw new Error(`draw ${drawId} is void without a record that says so`)
          const own = (store.tickets.get(drawId) ?? []).filter((ticket) => ticket.userId === userId)
          return { name: lobby.name, refunded: cents(ticketPrice * BigInt(own.length)), reason: record.reason }
        }),

      withdrawal: (id) =>
        Effect.sync(() => {
          const row = store.withdrawals.get(id)
          if (row === undefined) return null
          const { amount, askedAt, status, userId } = row
          return { userId, amount, askedAt, status }
        })
    }))
)
