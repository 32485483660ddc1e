/**
 * What a decision about an account has written, in one vocabulary.
 *
 * Each adapter writes it by one function, in the transaction that the facts were read in, and in the order of these members.
 */
import type { Redacted } from "effect"
import type { Measure } from "../money/Measure.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"
import type { KycStatus } from "../values/KycStatus.ts"
import type { NewOperatorEntry } from "../values/OperatorAct.ts"
import type { NewMailedToken, TokensToCancel } from "./MailedToken.ts"
import type { NewSecurityEvent } from "./SecurityEvent.ts"
import type { OpenedSession, SessionEndReason, WhichSessions } from "./Session.ts"

/** What is stored of a user beside the id. */
export interface AccountFields {
  readonly email: string
  readonly username: string
  /** A PHC string; null: no password opens the account any more. */
  readonly passwordHash: Redacted.Redacted | null
  readonly emailVerified: boolean
  readonly frozen: boolean
  readonly kycStatus: KycStatus
  /** Of when the state of the identity check is; null where nothing was ever told of one. */
  readonly identityAt: Instant | null
  /** What who checked calls the check; null where it has no name. */
  readonly identityReference: string | null
  readonly country: string | null
  readonly ageVerified: boolean
  readonly erasedAt: Instant
}

export interface AccountChange {
  readonly userId: UserId
  /** The id of a mailed token that is used now. */
  readonly useToken: string | null
  /** The link to the payout account is removed. */
  readonly unlinkPayoutAccount: boolean
  /** The networks that are known to be the player's, by the address in force until now, are forgotten. */
  readonly forgetNetworks: boolean
  /** Fields that are overwritten; what is absent stays. */
  readonly set: Partial<AccountFields>
  readonly cancelTokens: ReadonlyArray<TokensToCancel>
  readonly openSession: OpenedSession | null
  /** From now on the clockwork closes the rooms that they host and that are not locked: who is gone holds up nobody's money. */
  readonly abandonsRooms: boolean
  readonly endSessions: { readonly which: WhichSessions; readonly reason: SessionEndReason } | null
  /** Cancels the unused tokens of its purpose. */
  readonly issueToken: NewMailedToken | null
  readonly events: ReadonlyArray<NewSecurityEvent>
  readonly jobs: ReadonlyArray<NewJob>
  /** What of it protects the player, and is remembered outside the database under the id of the first event; null where nothing does. */
  readonly measure: Measure | null
  /** What an operator did; null where it was somebody else. */
  readonly log: NewOperatorEntry | null
}

/** Nothing is written. */
export const noChange = (userId: UserId): AccountChange => ({
  userId,
  useToken: null,
  unlinkPayoutAccount: false,
  forgetNetworks: false,
  set: {},
  cancelTokens: [],
  openSession: null,
  abandonsRooms: false,
  endSessions: null,
  issueToken: null,
  events: [],
  jobs: [],
  measure: null,
  log: null
})
