/** Port: what must be known of a player to write them a mail, read when it is written. */
import { Context, type Effect } from "effect"
import type { MailedTokenState } from "../accounts/MailedToken.ts"
import type { UserId } from "../values/Ids.ts"
import type { Unavailable } from "./Unavailable.ts"

export interface MailRecipient {
  /** The address in force. */
  readonly email: string
  /** Whether the player has verified it. */
  readonly isVerified: boolean
  readonly username: string
}

export class MailRecipients extends Context.Service<MailRecipients, {
  /** Null for an unknown or erased user. */
  readonly recipient: (userId: UserId) => Effect.Effect<MailRecipient | null, Unavailable>
  /** Null for an unknown token, and for one of an erased user. */
  readonly mailedToken: (id: string) => Effect.Effect<MailedTokenState | null, Unavailable>
}>()("@ddd/core/ports/MailRecipients") {}
