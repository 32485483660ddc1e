/** What players change of their profile. */
import { type Redacted, Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import { isSameAddress } from "./EmailAddress.ts"
import { linkMail } from "./MailedToken.ts"
import type { EmailTaken, PasswordOutdated, TooManyChanges, TooManyMails, UsernameTaken } from "./Refusals.ts"
import type { RequestOrigin } from "./SecurityEvent.ts"
import { refusalOfChange } from "./SecurityLogLimit.ts"
import { isStillProven } from "./SignIn.ts"
import { emailTaken, type TakenNames, usernameTaken } from "./TakenNames.ts"
import type { Account } from "./User.ts"

/** What a player changes of their profile; what is absent stays. */
export interface ProfileChange {
  readonly username?: string
  /** Not in force until it is verified by the link mailed to it. */
  readonly email?: string
  /** The stored PHC string that the player's password was checked against: without one no new address is asked for. */
  readonly verified?: Redacted.Redacted
}

/** The address that a change asks for in place of the one in force; null where it asks for none. */
export const newAddress = (account: Account | null, { email }: ProfileChange): string | null =>
  account === null || account.erased || email === undefined || isSameAddress(email, account.user.email) ? null : email

export interface ChangeProfileFacts {
  /** Under the lock on the user's row; null: there is none. */
  readonly account: Account | null
  readonly taken: TakenNames
  /**
   * How long the next mail to the new address, under that address's lock, and the next notice to the one in force must wait
   * (`mailWaitMillis`).
   */
  readonly mailWaitMillis: { readonly toNewAddress: number; readonly ofNotices: number }
  /** How often the player took another name since this UTC day began (`countedSince`). */
  readonly renamedToday: number
  readonly now: Instant
  readonly newIds: {
    readonly usernameEvent: string
    readonly mailedToken: string
    readonly addressEvent: string
  }
}

/**
 * Changes a profile, all of it or nothing. A new address is mailed a link and waits for it; the old one stays in force, and is told.
 * To ask for the address in force forgets one that waits. Refused where another player has the name, then where one has the
 * address, then where too many mails were asked for, then where the name was changed too often; before all that where a new address is asked for under a password that a reset has
 * replaced meanwhile, by whom its holder is getting rid of.
 */
export const changeProfile = (
  { account, mailWaitMillis, newIds, now, renamedToday, taken }: ChangeProfileFacts,
  { change, userId }: { readonly userId: UserId; readonly change: ProfileChange },
  origin: RequestOrigin
): Result.Result<AccountChange, UsernameTaken | EmailTaken | TooManyMails | PasswordOutdated | TooManyChanges> => {
  const nothing = noChange(userId)
  if (account === null || account.erased) return Result.succeed(nothing)
  const { user } = account
  const { email, username, verified } = change
  const to = newAddress(account, change)
  if (to !== null && (verified === undefined || !isStillProven(account, { verified, replacement: null }))) {
    return Result.fail({ _tag: "PasswordOutdated" })
  }
  if (username !== undefined && taken.username) return Result.fail(usernameTaken(username))
  if (to !== null && taken.email) return Result.fail(emailTaken(to))
  const wait = to === null ? 0 : Math.max(mailWaitMillis.toNewAddress, mailWaitMillis.ofNotices)
  if (wait > 0) return Result.fail({ _tag: "TooManyMails", retryAfter: Math.ceil(wait / 1_000) })
  const isRenamed = username !== undefined && username !== user.username
  const refusal = isRenamed ? refusalOfChange("username_changed", renamedToday, now) : null
  if (refusal !== null) return Result.fail(refusal)

  const event = { userId, sessionId: null, origin }
  const renamed: Pick<AccountChange, "set" | "events"> = isRenamed
    ? {
      set: { username },
      events: [{
        ...event,
        id: newIds.usernameEvent,
        type: "username_changed",
        details: { from: user.username, to: username }
      }]
    }
    : { set: {}, events: [] }
  if (to === null) {
    const isBack: AccountChange["cancelTokens"] = email === undefined
      ? []
      : [{ purpose: "verify_email", exceptTo: user.email }]
    return Result.succeed({ ...nothing, ...renamed, cancelTokens: isBack })
  }
  const { addressEvent, mailedToken } = newIds
  return Result.succeed({
    ...nothing,
    set: renamed.set,
    issueToken: { id: mailedToken, purpose: "verify_email", email: to, previousEmail: user.email },
    events: [
      ...renamed.events,
      { ...event, id: addressEvent, type: "email_change_asked", details: { email: to } }
    ],
    jobs: [
      linkMail("MailVerifyAddress", { userId, mailedTokenId: mailedToken }, origin),
      // one that nobody has verified may be a stranger's, who is told nothing
      ...user.emailVerified
        ? [{ id: addressEvent, job: { _tag: "MailAddressChanged", userId, mailedTokenId: mailedToken } } as const]
        : []
    ]
  })
}
