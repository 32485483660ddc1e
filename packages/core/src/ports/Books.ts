/** Port: the auditor's view of everything that is stored. */
import { Context, type Effect } from "effect"
import type { Period } from "../money/Statement.ts"
import type { MovementSum } from "../operators/AccountReport.ts"
import type { Unavailable } from "./Unavailable.ts"

/** The invariants of the books; each holds at every moment, over the whole store. */
export const invariants = {
  "wallet-not-negative": "no wallet is below zero, and 0 ≤ withdrawable ≤ balance",
  "wallet-is-its-history":
    "a wallet's balance and withdrawable part are the sums of its movements, what is on its way out the sum of its pending withdrawals, and what it withdrew what its movements gave to payouts",
  "history-without-gaps": "each wallet's movements are numbered 1, 2, 3 … and each balance continues the one before",
  "money-conserved": "what is in wallets is what the counter accounts gave: deposits, payouts, draws, receivables",
  "draw-account": "a draw's account holds one price a ticket until it is drawn or void, then exactly nothing",
  "positions-contiguous": "a draw's tickets stand at positions 1 … totalEntries, each once",
  "ticket-paid-once": "every ticket has exactly one purchase movement of its buyer, and every such movement one ticket",
  "pot-is-share": "a draw's pot is 95 cents a ticket",
  "prize-paid": "a drawn draw paid its pot to the winner and the fee to the house, once, and nothing else",
  "refund-once": "a void draw paid every ticket's price back to its buyer, once",
  "seed-opens-commitment": "a revealed seed opens the draw's commitment, and no undrawn draw's seed is revealed",
  "seal-valid": "every ticket's seal and owner commitment is the one computed again from what is stored",
  "root-is-tickets":
    "the root that a lock record signs is the root of the stored tickets, and an open draw's carried tree is too",
  "records-signed": "every record is signed by the log's keys, chained to the one before, and says what the tables say",
  "winner-is-derived": "the winning position follows from open record, seed, beacon and entries",
  "room-members":
    "every ticket of a room is a member's, one a member; a room has at most as many members as it says, its host among them",
  "prizes-mature":
    "what rests of a wallet is what it won in rooms, less the debt that was paid from it, until each prize matures",
  "prizes-await-identity":
    "what waits of a wallet for the identity check is what it won of prizes that do, less the debt that was paid from them, since it was verified last; who is verified has nothing that waits",
  "debt-is-receivable": "what a wallet owes is what its receivable account says, and who owes has nothing",
  "funding-once":
    "every reference gave a wallet what was said of it: credited, taken back and given back once each, and no deposit is without one",
  "withdrawal-settled":
    "every withdrawal has one movement of its amount: pending, completed where it was paid, failed where it was not; what failed or was returned came back once, with its split",
  "by-hand-once":
    "every movement by hand is what its row says, with its entry in the operators' log; what was approved was done, once",
  "keys-once":
    "every kept answer names what its player did: tickets that they bought, no two answers the same ones, or a withdrawal of theirs"
} as const
export type Invariant = keyof typeof invariants

/** A row that breaks an invariant, in words. */
export interface Finding {
  readonly invariant: Invariant
  readonly subject: string
  readonly detail: string
}

export interface AuditReport {
  readonly findings: ReadonlyArray<Finding>
  /** How much was looked at. */
  readonly counted: {
    readonly users: number
    readonly draws: number
    readonly tickets: number
    readonly transactions: number
    /** Prizes of rooms that rest. */
    readonly maturingPrizes: number
  }
}

export class Books extends Context.Service<Books, {
  /** Checks every invariant over the whole store, in one consistent view of it. At most 100 findings an invariant. */
  readonly audit: Effect.Effect<AuditReport, Unavailable>
  /**
   * What moved in a period and before it, in one consistent view. A movement is of the instant that it bears, whenever it became visible.
   * Reads every movement of before `until`, as the audit does.
   */
  readonly sums: (period: Period) => Effect.Effect<ReadonlyArray<MovementSum>, Unavailable>
}>()("@ddd/core/ports/Books") {}
