/** Why operations on accounts are refused. Nothing is changed then. */
import type { Cents } from "../money/Money.ts"
import type { Instant } from "../values/Instant.ts"

/** Another player has the address. */
export interface EmailTaken {
  readonly _tag: "EmailTaken"
  readonly email: string
}

/** Another player has the name. */
export interface UsernameTaken {
  readonly _tag: "UsernameTaken"
  readonly username: string
}

/** An address was mailed as much as it may be (`mailAllowances`); `retryAfter` is in seconds. */
export interface TooManyMails {
  readonly _tag: "TooManyMails"
  readonly retryAfter: number
}

/** The password that was proven is not the account's any more, or the account was frozen or erased meanwhile. */
export interface PasswordOutdated {
  readonly _tag: "PasswordOutdated"
}

/** A mailed token that is unknown, used, or too old. */
export interface InvalidMailedToken {
  readonly _tag: "InvalidMailedToken"
}

/** What keeps a person from being erased now. */
export type EraseReason =
  /** `awaitingIdentity`: what of it cannot be withdrawn before the identity is verified. */
  | { readonly _tag: "Balance"; readonly amount: Cents; readonly awaitingIdentity: Cents }
  /** On its way out, or back from a bank. */
  | { readonly _tag: "PayoutUnderWay"; readonly amount: Cents }
  /** A bank may send back what was paid out, until then. */
  | { readonly _tag: "PayoutReturnable"; readonly until: Instant }
  | { readonly _tag: "Debt"; readonly amount: Cents }
  /** Of draws that are neither drawn nor void: they may win, or be paid back. */
  | { readonly _tag: "UndrawnTickets"; readonly tickets: number }
  /** Rooms that they host, not locked yet, in which others have tickets. */
  | { readonly _tag: "HostsOthers"; readonly rooms: number }

export interface EraseRefused {
  readonly _tag: "EraseRefused"
  /** All there are, at least one. */
  readonly reasons: ReadonlyArray<EraseReason>
}

/** The player did it `max` times this UTC day, which is as often as one may; `retryAfter`, in seconds, is until the next. */
export interface TooManyChanges {
  readonly _tag: "TooManyChanges"
  readonly max: number
  readonly retryAfter: number
}

/** Each refusal by its tag. */
export interface AccountRefusals {
  readonly EmailTaken: EmailTaken
  readonly UsernameTaken: UsernameTaken
  readonly TooManyMails: TooManyMails
  readonly PasswordOutdated: PasswordOutdated
  readonly InvalidMailedToken: InvalidMailedToken
  readonly EraseRefused: EraseRefused
  readonly TooManyChanges: TooManyChanges
}
