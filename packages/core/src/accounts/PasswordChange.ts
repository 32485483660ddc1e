/** How a password is replaced: by a mailed link, or by whoever knows the one before. */
import { type Redacted, Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import { emailIdentity, isSameAddress } from "./EmailAddress.ts"
import { linkMail, type MailedToken, workingToken } from "./MailedToken.ts"
import type { InvalidMailedToken, PasswordOutdated, TooManyChanges } from "./Refusals.ts"
import type { RequestOrigin, StrangerEvent } from "./SecurityEvent.ts"
import { refusalOfChange } from "./SecurityLogLimit.ts"
import type { SessionId, WhichSessions } from "./Session.ts"
import { isStillProven, type ProvenPassword } from "./SignIn.ts"
import type { Account, User } from "./User.ts"

export interface AskResetFacts {
  /** Whose address it is, under the lock on the user's row; null: nobody's, or the house's. */
  readonly account: Account | null
  /** How long the next mail to the address must wait (`mailWaitMillis`), under the address's lock. */
  readonly mailWaitMillis: number
  readonly newIds: { readonly mailedToken: string; readonly event: string }
}

/**
 * What becomes of a request for a reset. Whoever asks is answered the same, after the same work, whichever it is and whether or
 * not a mail follows.
 */
export type ResetAsked =
  /** `change.issueToken` is null where the address was mailed as much as it may be: the link that it has goes on working. */
  | { readonly _tag: "OfPlayer"; readonly change: AccountChange }
  | { readonly _tag: "OfStranger"; readonly event: StrangerEvent }

/** Mails a reset link to the holder of an address. */
export const askReset = (
  { account, mailWaitMillis, newIds }: AskResetFacts,
  email: string,
  origin: RequestOrigin
): ResetAsked => {
  const type = "password_reset_asked"
  if (account === null) {
    return { _tag: "OfStranger", event: { id: newIds.event, type, subject: emailIdentity(email) } }
  }
  const { email: address, id: userId } = account.user
  const asked: AccountChange = {
    ...noChange(userId),
    events: [{ id: newIds.event, type, userId, sessionId: null, origin, details: {} }]
  }
  const { mailedToken } = newIds
  return {
    _tag: "OfPlayer",
    change: mailWaitMillis > 0 ? asked : {
      ...asked,
      issueToken: { id: mailedToken, purpose: "reset_password", email: address, previousEmail: null },
      jobs: [linkMail("MailResetPassword", { userId, mailedTokenId: mailedToken }, origin)]
    }
  }
}

/**
 * Stores a new password, ends sessions, and tells the player. Links that were asked for under the old one stop working, and an
 * address that waits to be verified is forgotten: whoever asked for it may be who the player is getting rid of.
 */
const replacePassword = (
  { email, id: userId }: User,
  passwordHash: Redacted.Redacted,
  which: WhichSessions,
  event: AccountChange["events"][number],
  told: { readonly unlinkedPayoutAccount?: true } = {}
): AccountChange => ({
  ...noChange(userId),
  set: { passwordHash },
  cancelTokens: [{ purpose: "reset_password", exceptTo: null }, { purpose: "verify_email", exceptTo: email }],
  endSessions: { which, reason: "password" },
  events: [event],
  jobs: [{ id: event.id, job: { _tag: "MailPasswordChanged", userId, ...told } }]
})

export interface ResetPasswordFacts {
  readonly now: Instant
  /** The token that is shown, under the lock on its player's row; null: an unknown one. */
  readonly token: MailedToken | null
  /** Whose token it is, under the same lock. */
  readonly account: Account | null
  /** The provider's name for the payout account that is linked, under the same lock; null: none is. */
  readonly payoutAccount: string | null
  readonly newIds: { readonly event: string }
}

/**
 * Sets a new password by a mailed token, which works once, and ends every session. Whoever uses it reads the address's mail, so that
 * the address is verified by it.
 *
 * Until now the account may have been a stranger's: who signed up with this address, had its holder verify it, and waited; or who came by
 * the password. So where money would be paid out to is forgotten, whenever it was linked: the player links it anew. Which networks are
 * known is forgotten only where the address was not verified: they pay nobody, and keep strangers from locking a player out.
 */
export const resetPassword = (
  { account, newIds, now, payoutAccount, token }: ResetPasswordFacts,
  passwordHash: Redacted.Redacted,
  origin: RequestOrigin
): Result.Result<{ readonly user: User; readonly change: AccountChange }, InvalidMailedToken> => {
  const working = workingToken(token, "reset_password", now)
  // a change of address cancels links that the address before it was mailed: the token's is the one in force
  if (working === null || account === null || !isSameAddress(working.email, account.user.email)) {
    return Result.fail({ _tag: "InvalidMailedToken" })
  }
  const { user } = account
  const event = {
    id: newIds.event,
    type: "password_reset",
    userId: user.id,
    sessionId: null,
    origin,
    details: payoutAccount === null ? {} : { unlinkedPayoutAccount: payoutAccount }
  } as const
  const told = payoutAccount === null ? {} : { unlinkedPayoutAccount: true } as const
  const change = replacePassword(user, passwordHash, { except: null }, event, told)
  return Result.succeed({
    user: { ...user, emailVerified: true },
    change: {
      ...change,
      useToken: working.id,
      set: user.emailVerified ? change.set : { ...change.set, emailVerified: true },
      unlinkPayoutAccount: payoutAccount !== null,
      forgetNetworks: !user.emailVerified
    }
  })
}

export interface ChangePasswordFacts {
  /** Under the lock on the user's row; null: there is none. */
  readonly account: Account | null
  /** How often the player has changed it since this UTC day began (`countedSince`). */
  readonly changedToday: number
  readonly now: Instant
  readonly newIds: { readonly event: string }
}

/** A player's request to replace a password that they have proven, from the session `keep`. */
export interface PasswordReplacement {
  readonly userId: UserId
  readonly keep: SessionId
  readonly password: ProvenPassword & { readonly replacement: Redacted.Redacted }
}

/** Replaces a password that was proven, and ends every session but one. */
export const changePassword = (
  { account, changedToday, newIds, now }: ChangePasswordFacts,
  { keep, password, userId }: PasswordReplacement,
  origin: RequestOrigin
): Result.Result<AccountChange, PasswordOutdated | TooManyChanges> => {
  if (account === null || !isStillProven(account, password)) return Result.fail({ _tag: "PasswordOutdated" })
  const refusal = refusalOfChange("password_changed", changedToday, now)
  if (refusal !== null) return Result.fail(refusal)
  const event = { id: newIds.event, type: "password_changed", userId, sessionId: keep, origin, details: {} } as const
  return Result.succeed(replacePassword(account.user, password.replacement, { except: keep }, event))
}
