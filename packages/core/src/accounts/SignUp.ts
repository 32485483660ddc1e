/** How somebody becomes a player. */
import { type Redacted, Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Day } from "../values/Instant.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import { linkMail } from "./MailedToken.ts"
import type { EmailTaken, UsernameTaken } from "./Refusals.ts"
import type { RequestOrigin } from "./SecurityEvent.ts"
import type { NewSession, SessionId } from "./Session.ts"
import { emailTaken, type TakenNames, usernameTaken } from "./TakenNames.ts"

export interface NewUser {
  readonly email: string
  readonly username: string
  /** A PHC string. */
  readonly passwordHash: Redacted.Redacted
  readonly session: NewSession
  /** The country that they sign up from, in two letters; null or absent: not known. */
  readonly country?: string | null
  /** When they were born, as they say; null or absent: they did not. */
  readonly bornOn?: Day | null
}

export interface SignUpFacts {
  readonly taken: TakenNames
  readonly newIds: {
    readonly user: UserId
    readonly session: SessionId
    readonly mailedToken: string
    readonly event: string
  }
}

export interface SignedUp {
  /** Written first, with an empty wallet and a key that personal data is encrypted under. */
  readonly user: Pick<NewUser, "email" | "username" | "passwordHash"> & {
    readonly id: UserId
    readonly country: string | null
    /** Kept with the wallet. */
    readonly bornOn: Day | null
  }
  readonly change: AccountChange
}

/**
 * Makes a user and their first session, and welcomes them with the link that verifies the address. Refused where another player has
 * the address; else where one has the name.
 */
export const signUp = (
  { newIds, taken }: SignUpFacts,
  { bornOn = null, country = null, email, passwordHash, session, username }: NewUser,
  origin: RequestOrigin
): Result.Result<SignedUp, EmailTaken | UsernameTaken> => {
  if (taken.email) return Result.fail(emailTaken(email))
  if (taken.username) return Result.fail(usernameTaken(username))
  const { event, mailedToken, session: sessionId, user } = newIds
  return Result.succeed({
    user: { id: user, email, username, passwordHash, country, bornOn },
    change: {
      ...noChange(user),
      openSession: { ...session, id: sessionId },
      issueToken: { id: mailedToken, purpose: "verify_email", email, previousEmail: null },
      events: [{ id: event, type: "signed_up", userId: user, sessionId, origin, details: {} }],
      jobs: [linkMail("MailWelcome", { userId: user, mailedTokenId: mailedToken }, origin)]
    }
  })
}
