/** What mails are about, in memory. */
import { type Cents, cents, ticketPrice } from "@ddd/core/money/Money"
import {
  type BoughtTickets,
  type ClosedRoom,
  type MailedTicket,
  mailedTicketsMax,
  mailedTicketsMillis,
  MailSubjects,
  type VoidDraw,
  type Win
} from "@ddd/core/ports/MailSubjects"
import { textOf } from "@ddd/core/proof/Note"
import { parseRecord } from "@ddd/core/proof/RecordText"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import { Effect, Layer } from "effect"
import type { DrawRow, TicketRow } from "../../audit/Rows.ts"
import { Store } from "../Store.ts"

const mailed = ({ position, ticketId }: TicketRow): MailedTicket => ({ ticketId, position })

const reasonOf = ({ id, notes }: DrawRow) => {
  const record = notes.result === null ? undefined : parseRecord(textOf(notes.result))
  if (record?.type !== "void") throw new Error(`draw ${id} is void without a record that says so`)
  return record.reason
}

/** What a void draw gave back to a player. */
const refundedTo = (store: Store["Service"], userId: UserId, drawId: DrawId): Cents => {
  const own = (store.tickets.get(drawId) ?? []).filter((ticket) => ticket.userId === userId)
  return cents(ticketPrice * BigInt(own.length))
}

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
          const { closesAt, drawDate, drawAt, prizePool, status } = draw
          return {
            drawDate,
            status,
            count: bought.length,
            tickets: bought.slice(0, mailedTicketsMax).map(mailed),
            drawAt: drawAt ?? closesAt,
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

      voidDraw: (userId, drawId) =>
        Effect.sync((): VoidDraw | null => {
          const draw = store.draws.get(drawId)
          const refunded = refundedTo(store, userId, drawId)
          if (draw?.status !== "void" || draw.drawDate === null || refunded === 0n) return null
          return { drawDate: draw.drawDate, refunded, reason: reasonOf(draw) }
        }),

      closedRoom: (userId, drawId) =>
        Effect.sync((): ClosedRoom | null => {
          const draw = store.draws.get(drawId)
          const lobby = store.lobbies.get(drawId)
          if (draw?.status !== "void" || lobby === undefined) return null
          const refunded = refundedTo(store, userId, drawId)
          return refunded === 0n ? null : { code: lobby.code, refunded, reason: reasonOf(draw) }
        }),

      identity: (userId) =>
        Effect.sync(() => {
          const user = store.users.get(userId)
          return user === undefined || user.erasedAt !== null ? null : user.kycStatus
        }),

      withdrawal: (id) =>
        Effect.sync(() => {
          const row = store.withdrawals.get(id)
          if (row === undefined) return null
          const { amount, askedAt, status, userId } = row
          return { userId, amount, askedAt, status, payoutAccount: store.payoutAccounts.get(userId)?.status ?? "none" }
        })
    }))
)
