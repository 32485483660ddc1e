/** Every letter with made-up contents, to be looked at. */
import { cents } from "@ddd/core/money/Money"
import type { WithdrawalStatus } from "@ddd/core/money/Withdrawal"
import {
  type BoughtTickets,
  type ClosedRoom,
  type MailedTicket,
  mailedTicketsMax,
  type Win
} from "@ddd/core/ports/MailSubjects"
import { drawId, position, ticketId, userId } from "@ddd/core/values/Ids"
import { dayAfter, dayOf, dayStart, type Instant, instant } from "@ddd/core/values/Instant"
import { Redacted } from "effect"
import type { Addressee } from "./Addressee.ts"
import { identityLetters } from "./IdentityLetters.ts"
import type { Letter } from "./Letter.ts"
import * as Letters from "./Letters.ts"
import { linksOf } from "./Links.ts"
import { roomClosed } from "./RoomLetters.ts"
import * as TicketLetters from "./TicketLetters.ts"
import * as WithdrawalLetters from "./WithdrawalLetters.ts"

const addressee: Addressee = { username: "marie.curie", links: linksOf("https://draws.example.com") }

const now: Instant = instant(Date.UTC(2026, 1, 3, 10, 30))
const today = dayOf(now)
const midnight = dayStart(dayAfter(today))

const invitation: Letters.Invitation = {
  ...addressee,
  token: Redacted.make("pReViEw0pReViEw0pReViEw0pReViEw0pReViEw0abc"),
  until: instant(Date.UTC(2026, 1, 3, 11, 0)),
  askedAt: now,
  askedFrom: "a Windows computer"
}

const ticket: MailedTicket = { ticketId: ticketId("DDL-20260203-7K3QX"), position: position(1_204) }

const bought: BoughtTickets = {
  drawDate: today,
  status: "open",
  count: 1,
  tickets: [ticket],
  drawAt: midnight,
  prizePool: cents(114_380n)
}

/** A hundred tickets: more than a mail lists. */
const hundred: BoughtTickets = {
  ...bought,
  count: 100,
  prizePool: cents(123_785n),
  tickets: Array.from({ length: mailedTicketsMax }, (_, index) => ({
    ticketId: ticketId(`DDL-20260203-7K3${"ABCDEFGHJKMNPQRSTVWX".charAt(index)}Q`),
    position: position(1_204 + index)
  }))
}

const ofRoom: BoughtTickets = {
  ...bought,
  drawDate: null,
  tickets: [{ ticketId: ticketId("ROOM-K7M2QX-7K3QX"), position: position(7) }],
  drawAt: null,
  prizePool: cents(665n)
}

const aDraw = drawId("019c2070-0000-7000-8000-000000000001")

const win: Win = { ...ticket, drawDate: today, prize: cents(1_234_525n), drawnAt: instant(midnight + 4_000) }

const winInRoom: Win = {
  ticketId: ticketId("ROOM-K7M2QX-7K3QX"),
  position: position(7),
  drawDate: null,
  prize: cents(1_140n),
  drawnAt: now
}

const closed: ClosedRoom = { code: "K7M2QX", refunded: cents(100n), reason: "closed" }

const withdrawing = (status: WithdrawalStatus): WithdrawalLetters.Withdrawing => ({
  ...addressee,
  withdrawal: {
    userId: userId("019c2070-0000-7000-8000-000000000002"),
    amount: cents(250_000n),
    askedAt: now,
    status,
    payoutAccount: "ready"
  }
})

/** By the names of their templates. */
export const previews: Readonly<Record<string, Letter>> = {
  "welcome": Letters.welcome(invitation),
  "verify-address": Letters.verifyAddress(invitation),
  "reset-password": Letters.resetPassword(invitation),
  "password-changed": Letters.passwordChanged({ ...addressee, unlinkedPayoutAccount: false }),
  "password-reset": Letters.passwordChanged({ ...addressee, unlinkedPayoutAccount: true }),
  "address-changed": Letters.addressChanged({ ...addressee, newAddress: "maria@sorbonne.example" }),
  "ticket": TicketLetters.ticketsBought({ ...addressee, bought }),
  "tickets": TicketLetters.ticketsBought({ ...addressee, bought: hundred }),
  "room-ticket": TicketLetters.ticketsBought({ ...addressee, bought: ofRoom }),
  "winner": TicketLetters.won({ ...addressee, drawId: aDraw, win }),
  "room-winner": TicketLetters.won({ ...addressee, drawId: aDraw, win: winInRoom }),
  "draw-void": TicketLetters.drawVoid({
    ...addressee,
    drawn: { drawDate: today, refunded: cents(300n), reason: "beacon" }
  }),
  "room-closed": roomClosed({ ...addressee, closed }),
  "room-closed-unstarted": roomClosed({ ...addressee, closed: { ...closed, reason: "deadline" } }),
  "identity-verified": identityLetters.verified(addressee),
  "identity-rejected": identityLetters.rejected(addressee),
  "withdrawal-started": WithdrawalLetters.started(withdrawing("pending")),
  "withdrawal-paid": WithdrawalLetters.paid(withdrawing("paid")),
  "withdrawal-failed": WithdrawalLetters.failed(withdrawing("failed")),
  "withdrawal-returned": WithdrawalLetters.returned(withdrawing("returned"))
}
