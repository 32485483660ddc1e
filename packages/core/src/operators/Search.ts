/** What an operator may mean by a text: an id, a number, a code, a day, a name that somebody outside gave. Its form says which. */
import { foldCase } from "../accounts/EmailAddress.ts"
import { idMeant } from "../accounts/TakenNames.ts"
import { creditReference } from "../money/Adjustment.ts"
import { paymentReference } from "../money/CheckoutReport.ts"
import { canonicalReference } from "../money/FundingReference.ts"
import type { Cents } from "../money/Money.ts"
import { parseCode } from "../rooms/RoomCode.ts"
import { isTicketId, type TicketId, type UserId } from "../values/Ids.ts"
import { type Day, type Instant, parseDay } from "../values/Instant.ts"

/** The ways in which a text can be read; null or none where it has not the form. */
export interface Readings {
  /** Of anything that has an id: lower case. */
  readonly id: string | null
  readonly ticketId: TicketId | null
  readonly day: Day | null
  readonly roomCode: string | null
  /** Of a purchase, and of money by hand: each in its one spelling. */
  readonly references: ReadonlyArray<string>
  /** What a shop or the provider of payments calls something: as it is written. */
  readonly outside: string | null
  /** What Stripe calls a session, a payment, a charge, a refund or a dispute: what it told of it is looked for. */
  readonly told: string | null
}

/** The most characters of a reference, and of what somebody outside calls something. */
const referenceCharactersMax = 100
const outsideCharactersMax = 255

/** Stripe's names of money in. */
const toldForm = /^(?:cs|pi|ch|py|re|pyr|dp|du)_[A-Za-z0-9_]{1,200}$/

/** A ticket's number in any case; null for what is none. */
export const readTicketId = (text: string): TicketId | null => {
  const upper = text.toUpperCase()
  return isTicketId(upper) ? upper : null
}

export const readingsOf = (text: string): Readings => {
  const references = [
    canonicalReference(text),
    creditReference(text),
    ...text.startsWith("pi_") ? [paymentReference(text)] : []
  ]
  return {
    id: idMeant(text),
    ticketId: readTicketId(text),
    day: parseDay(text) ?? null,
    roomCode: parseCode(text) ?? null,
    references: references.filter((each) => text !== "" && each.length <= referenceCharactersMax),
    outside: text !== "" && text.length <= outsideCharactersMax ? text : null,
    told: toldForm.test(text) ? text : null
  }
}

/** What was looked for, in the order of a text's readings; whom a text names is looked for always. */
export const lookedFor = ({ day, id, outside, roomCode, ticketId }: Readings): ReadonlyArray<string> => [
  "a player",
  ...id === null ? [] : ["anything with that id"],
  ...ticketId === null ? [] : ["a ticket"],
  ...day === null ? [] : ["a draw"],
  ...roomCode === null ? [] : ["a room"],
  ...outside === null ? [] : ["a reference of money", "what a shop or the provider of payments calls so"]
]

export type FoundKind =
  | "ticket"
  | "draw"
  | "room"
  | "movement"
  | "purchase"
  | "checkout"
  | "withdrawal"
  | "payout account"
  | "event"
  | "approval"
  | "log entry"

/** Something that bears what was looked for. */
export interface Found {
  readonly kind: FoundKind
  readonly id: string
  /** Whose it is; null where it is nobody's, or nobody's yet. */
  readonly userId: UserId | null
  /** Its state or type, in a word or two. */
  readonly state: string
  readonly amount: Cents | null
  readonly at: Instant
}

/** Which players are listed: those of whom all that is asked for holds. */
export interface PlayerFilter {
  readonly frozen: boolean
  /** Excluded now. */
  readonly excluded: boolean
  /** Who owe something. */
  readonly inDebt: boolean
}

/**
 * Whether a player is found by the beginning of a name or an address, in any case. `identity` is which mailbox the address is
 * (`emailIdentity`), null where that is not known yet. On PostgreSQL by two ranges of indexes.
 */
export const beginsWith = (
  prefix: string,
  { identity, username }: { readonly username: string; readonly identity: string | null }
): boolean =>
  username.toLowerCase().startsWith(prefix.toLowerCase()) || (identity?.startsWith(foldCase(prefix)) ?? false)
