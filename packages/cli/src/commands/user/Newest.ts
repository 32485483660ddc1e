/** The newest few of all that a player does, and which command shows more. */
import type { Checkout } from "@ddd/core/money/Checkout"
import type { Transaction } from "@ddd/core/money/Transaction"
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import { Checkouts } from "@ddd/core/ports/Checkouts"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Lookup, type SoldTicket } from "@ddd/core/ports/Lookup"
import { PlayControls, type PlayState } from "@ddd/core/ports/PlayControls"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import type { UserId } from "@ddd/core/values/Ids"
import { dayOf } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { callable } from "../../Invocation.ts"
import { style } from "../../terminal/Output.ts"
import { checkoutJson, checkoutTable } from "../checkouts/CheckoutText.ts"
import { ticketJson, ticketTable } from "../ticket/TicketText.ts"
import { movementJson, movementTable } from "../wallet/MovementText.ts"
import { withdrawalJson, withdrawalTable } from "../withdrawals/WithdrawalText.ts"
import { barringText, isLimited, limitsJson, limitsTable } from "./LimitsText.ts"

/** How many of each. */
const newestMax = 5

interface Newest {
  readonly movements: ReadonlyArray<Transaction>
  readonly deposits: ReadonlyArray<Transaction>
  readonly tickets: ReadonlyArray<SoldTicket>
  readonly checkouts: ReadonlyArray<Checkout>
  readonly withdrawals: ReadonlyArray<Withdrawal>
  readonly play: PlayState
}

export const readNewest = (userId: UserId) =>
  Effect.gen(function*() {
    const ledger = yield* Ledger
    const page = { limit: newestMax, cursor: null }
    const newest: Newest = {
      movements: (yield* ledger.transactions(userId, null, page)).items,
      deposits: (yield* ledger.transactions(userId, "deposit", page)).items,
      tickets: yield* (yield* Lookup).ticketsOf(userId, newestMax),
      checkouts: (yield* (yield* Checkouts).list({ userId }, page)).items,
      withdrawals: (yield* (yield* Withdrawals).list({ userId }, page)).items,
      play: yield* (yield* PlayControls).of(userId)
    }
    return newest
  })

export const newestJson = ({ checkouts, deposits, movements, play, tickets, withdrawals }: Newest) => ({
  movements: movements.map(movementJson),
  deposits: deposits.map(movementJson),
  checkouts: checkouts.map(checkoutJson),
  tickets: tickets.map(ticketJson),
  withdrawals: withdrawals.map(withdrawalJson),
  play: limitsJson(play, [])
})

const section = (title: string, text: string, more: string): string =>
  [style.bold(title), text, style.dim(`more: ${callable(more)}`)].join("\n")

/** `pending`: withdrawals under way, which are shown before others however old they are. */
export const newestText = (
  userId: UserId,
  newest: Newest,
  pending: ReadonlyArray<Withdrawal>
): ReadonlyArray<string> => {
  const { checkouts, deposits, movements, play, tickets } = newest
  const withdrawals = [...pending, ...newest.withdrawals.filter(({ status }) => status !== "pending")]
  const statement = (rows: ReadonlyArray<Transaction>) => {
    const at = rows[0]?.createdAt
    return `ddd wallet statement ${userId}${at === undefined ? "" : ` --month ${dayOf(at).slice(0, 7)}`}`
  }
  return [
    ...movements.length === 0 ? [] : [section("Movements", movementTable(movements), statement(movements))],
    ...deposits.length === 0 ? [] : [section("Purchases", movementTable(deposits), statement(deposits))],
    ...checkouts.length === 0 ? [] : [
      section("Checkouts", checkoutTable(checkouts), `ddd checkouts list --user ${userId}`)
    ],
    ...tickets.length === 0 ? [] : [
      section("Tickets", ticketTable(tickets), `ddd ticket show ${tickets[0]?.ticketId ?? ""}`)
    ],
    ...withdrawals.length === 0 ? [] : [
      section(
        "Withdrawals",
        withdrawalTable(withdrawals),
        `ddd withdrawals list --user ${userId}`
      )
    ],
    ...isLimited(play) ?
      [
        section("Limits", [limitsTable(play), barringText(play)].join("\n"), `ddd user limits ${userId}`)
      ] :
      []
  ]
}
