/** How players prove that an address is theirs. */
import { Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import { isSameAddress } from "./EmailAddress.ts"
import { linkMail, type MailedToken, workingToken } from "./MailedToken.ts"
import type { EmailTaken, InvalidMailedToken } from "./Refusals.ts"
import type { RequestOrigin } from "./SecurityEvent.ts"
import { emailTaken } from "./TakenNames.ts"
import type { Account, User } from "./User.ts"

export interface VerifyEmailFacts {
  readonly now: Instant
  /** The token that is shown, under the lock on its player's row; null: an unknown one. */
  readonly token: MailedToken | null
  /** Whose token it is, under the same lock. */
  readonly account: Account | null
  /** Whether another player has the token's address. Read without a lock. */
  readonly taken: boolean
  readonly newIds: { readonly event: string }
}

/** Verifies the address that a token was mailed to, and puts it in force where it was a new one. */
export const verifyEmail = (
  { account, newIds, now, taken, token }: VerifyEmailFacts,
  origin: RequestOrigin
): Result.Result<{ readonly user: User; readonly change: AccountChange }, InvalidMailedToken | EmailTaken> => {
  const working = workingToken(token, "verify_email", now)
  if (working === null || account === null) return Result.fail({ _tag: "InvalidMailedToken" })
  const { email, id: tokenId } = working
  const { user } = account
  const isInForce = isSameAddress(user.email, email)
  // two that have had one mailbox since before mailboxes were compared both keep it
  if (taken && !isInForce) return Result.fail(emailTaken(email))
  return Result.succeed({
    user: { ...user, email, emailVerified: true },
    change: {
      ...noChange(user.id),
      useToken: tokenId,
      set: { email, emailVerified: true },
      // whoever reads the old address must not come in by it any more
      cancelTokens: isInForce ? [] : [{ purpose: "reset_password", exceptTo: null }],
      events: [{
        id: newIds.event,
        type: "email_verified",
        userId: user.id,
        sessionId: null,
        origin,
        details: { email }
      }]
    }
  })
}

/** An address that waits to be verified. */
export interface WaitingAddress {
  readonly email: string
  /** The one that was in force when it was asked for, where it is to replace that one. */
  readonly previousEmail: string | null
}

/**
 * The address of an account that waits to be verified: a new one before the one in force; null where none waits. `token`: the
 * account's unused token of that purpose, whether or not it is too old by now.
 */
export const waitingAddress = (account: Account | null, token: MailedToken | null): WaitingAddress | null => {
  if (account === null || account.erased) return null
  const { email, emailVerified } = account.user
  if (token !== null && token.email !== null && !isSameAddress(token.email, email)) {
    return { email: token.email, previousEmail: token.previousEmail }
  }
  return emailVerified ? null : { email, previousEmail: null }
}

export interface AskVerificationFacts {
  /** Under the lock on the user's row. */
  readonly waiting: WaitingAddress | null
  /** How long the next mail to the address must wait (`mailWaitMillis`), under the address's lock. */
  readonly mailWaitMillis: number
  readonly newIds: { readonly mailedToken: string }
}

/** Mails the link again to the address that waits. Nothing where none does, or it was mailed as much as it may be. */
export const askVerification = (
  { mailWaitMillis, newIds, waiting }: AskVerificationFacts,
  userId: UserId,
  origin: RequestOrigin
): AccountChange => {
  if (waiting === null || mailWaitMillis > 0) return noChange(userId)
  const { mailedToken } = newIds
  return {
    ...noChange(userId),
    issueToken: { id: mailedToken, purpose: "verify_email", ...waiting },
    jobs: [linkMail("MailVerifyAddress", { userId, mailedTokenId: mailedToken }, origin)]
  }
}
