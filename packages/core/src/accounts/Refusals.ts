/** Why operations on accounts are refused. Nothing is changed then. */
import type { Cents } from "../money/Money.ts"

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

/** What a person has that forbids to erase them now. */
export interface Holdings {
  readonly balance: Cents
  readonly pendingWithdrawal: Cents
  /** Tickets of draws that are neither drawn nor void. */
  readonly undrawnTickets: number
}

export interface EraseRefused {
  readonly _tag: "EraseRefused"
  readonly holdings: Holdings
}

/** Each refusal by its tag. */
export interface AccountRefusals {
  readonly EmailTaken: EmailTaken
  readonly UsernameTaken: UsernameTaken
  readonly TooManyMails: TooManyMails
  readonly PasswordOutdated: PasswordOutdated
  readonly InvalidMailedToken: InvalidMailedToken
  readonly EraseRefused: EraseRefused
}
