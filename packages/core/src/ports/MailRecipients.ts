/** Port: what must be known of a player to write them a mail, read when it is written. */
import { Context, type Effect } from "effect"
import type { MailedTokenPurpose } from "../accounts/MailedToken.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { Unavailable } from "./Unavailable.ts"

export interface MailRecipient {
  /** The address in force. */
  readonly email: string
  readonly username: string
}

/** A mailed token as it stands now. */
export interface MailedTokenState {
  readonly userId: UserId
  readonly purpose: MailedTokenPurpose
  /** The address that it verifies, or whose holder asked for a reset. */
  readonly email: string
  /** Of a change of address: the one that was in force when it was asked for. */
  readonly previousEmail: string | null
  readonly expiresAt: Instant
  /** Neither used nor expired. */
  readonly usable: boolean
}

export class MailRecipients extends Context.Service<MailRecipients, {
  /** Null for an unknown or erased user. */
  readonly recipient: (userId: UserId) => Effect.Effect<MailRecipient | null, Unavailable>
  /** Null for an unknown token, and for one of an erased user. */
  readonly mailedToken: (id: string) => Effect.Effect<MailedTokenState | null, Unavailable>
}>()("@ddd/core/ports/MailRecipients") {}
