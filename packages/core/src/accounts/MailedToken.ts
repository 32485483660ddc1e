/** The tokens in mailed links: what they are for, how long they work, and when one still does. */
import { deviceKindOf } from "../values/DeviceKind.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"
import type { RequestOrigin } from "./SecurityEvent.ts"

export type MailedTokenPurpose = "verify_email" | "reset_password"

/** How long a mailed token works, in milliseconds. Source: docs/api.md, "Auth"; a verification may wait for a holiday's end. */
export const mailedTokenMillis: Record<MailedTokenPurpose, number> = {
  verify_email: 7 * 86_400_000,
  reset_password: 30 * 60_000
}

/** A token as it is stored. Of each purpose a player has at most one that is unused: a new one cancels those before it. */
export interface MailedToken {
  readonly id: string
  readonly userId: UserId
  readonly purpose: MailedTokenPurpose
  /** The address it was mailed to; null once the player is erased. */
  readonly email: string | null
  /** Of a change of address: the one that was in force when it was asked for. */
  readonly previousEmail: string | null
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** When it was used or cancelled. */
  readonly usedAt: Instant | null
}

/** Neither used nor expired. */
const isUsable = ({ expiresAt, usedAt }: MailedToken, now: Instant): boolean => usedAt === null && now < expiresAt

/** A mailed token as whoever writes its mail sees it. */
export interface MailedTokenState {
  readonly userId: UserId
  readonly purpose: MailedTokenPurpose
  /** The address that it verifies, or whose holder asked for a reset. */
  readonly email: string
  /** Of a change of address: the one that was in force when it was asked for. */
  readonly previousEmail: string | null
  readonly askedAt: Instant
  readonly expiresAt: Instant
  /** Neither used nor expired. */
  readonly usable: boolean
}

/** How a token stands at `now`; null where there is none, or its player is erased. Read without a lock. */
export const mailedTokenState = (
  token: MailedToken | null,
  { isErased, now }: { readonly isErased: boolean; readonly now: Instant }
): MailedTokenState | null =>
  token === null || token.email === null || isErased ? null : {
    userId: token.userId,
    purpose: token.purpose,
    email: token.email,
    previousEmail: token.previousEmail,
    askedAt: token.createdAt,
    expiresAt: token.expiresAt,
    usable: isUsable(token, now)
  }

/** A token that works: unused, in time, of a player who is not erased. */
export type WorkingToken = MailedToken & { readonly email: string }

/** The token that somebody shows at `now`, where it works for `purpose`; null for any other. */
export const workingToken = (
  token: MailedToken | null,
  purpose: MailedTokenPurpose,
  now: Instant
): WorkingToken | null =>
  token !== null && token.email !== null && token.purpose === purpose && isUsable(token, now)
    ? { ...token, email: token.email }
    : null

/** A token to be made and mailed to `email`. It works for `mailedTokenMillis` of its purpose from the write on. */
export interface NewMailedToken {
  readonly id: string
  readonly purpose: MailedTokenPurpose
  readonly email: string
  readonly previousEmail: string | null
}

/** The mail that carries a token, under the token's id. It says from what kind of device it was asked for. */
export const linkMail = (
  tag: "MailWelcome" | "MailVerifyAddress" | "MailResetPassword",
  { mailedTokenId, userId }: { readonly userId: UserId; readonly mailedTokenId: string },
  { userAgent }: RequestOrigin
): NewJob => {
  const askedFrom = deviceKindOf(userAgent)
  return { id: mailedTokenId, job: { _tag: tag, userId, mailedTokenId, ...askedFrom === null ? {} : { askedFrom } } }
}

/** Unused tokens of a player that stop working. */
export interface TokensToCancel {
  readonly purpose: MailedTokenPurpose
  /** Those mailed to this address go on working; null: none does. */
  readonly exceptTo: string | null
}
