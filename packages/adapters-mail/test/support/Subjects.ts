/** What mails about tickets, wins and withdrawals are made from, in these tests. */
import { cents } from "@ddd/core/money/Money"
import {
  type BoughtTickets,
  type ClosedRoom,
  mailedTicketsMax,
  type MailedWithdrawal,
  type VoidDraw,
  type Win
} from "@ddd/core/ports/MailSubjects"
import { drawId, position, ticketId, type UserId } from "@ddd/core/values/Ids"
import { dayOf, instant, parseDay } from "@ddd/core/values/Instant"

export const aDraw = drawId("01970000-0000-7000-8000-0000000000d1")

const aDay = parseDay("2026-02-03") ?? null

const midnight = instant(Date.UTC(2026, 1, 4))

/** `count` tickets from position 7 on, as a mail lists them. */
export const boughtOf = (count: number): BoughtTickets => ({
  drawDate: aDay,
  status: "open",
  count,
  tickets: Array.from({ length: Math.min(count, mailedTicketsMax) }, (_, index) => ({
    ticketId: ticketId(`DDL-20260203-${10_000 + index}`),
    position: position(7 + index)
  })),
  drawAt: midnight,
  prizePool: cents(123_400n)
})

export const ofRoom: BoughtTickets = { ...boughtOf(1), drawDate: null, drawAt: null }

export const aWin: Win = {
  drawDate: aDay,
  ticketId: ticketId("DDL-20260203-10000"),
  position: position(7),
  prize: cents(123_400n),
  drawnAt: midnight
}

/** Closed by its host, with a ticket that was refunded. */
export const aClosedRoom: ClosedRoom = { code: "K7M2QX", refunded: cents(100n), reason: "closed" }

/** Three tickets of the draw's day, given back because the beacon's round did not come. */
export const aVoidDraw: VoidDraw = {
  drawDate: dayOf(instant(Date.UTC(2026, 1, 3))),
  refunded: cents(300n),
  reason: "beacon"
}

/** $25.00, asked for at half past ten. */
export const withdrawalOf = (userId: UserId, status: MailedWithdrawal["status"]): MailedWithdrawal => ({
  userId,
  amount: cents(2_500n),
  askedAt: instant(Date.UTC(2026, 1, 3, 10, 30)),
  status,
  payoutAccount: "ready"
})
