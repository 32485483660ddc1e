/** How a player who has proven their password comes in. */
import { Redacted, Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import type { PasswordOutdated } from "./Refusals.ts"
import type { RequestOrigin } from "./SecurityEvent.ts"
import type { NewSession, SessionId } from "./Session.ts"
import type { Account } from "./User.ts"

/**
 * A password that its player has just proven. Checking it takes a while, in which a reset may have replaced it: whoever acts on
 * the proof says which hash it was, and is refused where that is no longer the stored one.
 */
export interface ProvenPassword {
  /** The stored PHC string that the password was checked against. */
  readonly verified: Redacted.Redacted
  /** The PHC string to store in its place; null: it stays. */
  readonly replacement: Redacted.Redacted | null
}

/** Whether what was proven still opens the account. */
export const isStillProven = (account: Account | null, { verified }: ProvenPassword): boolean =>
  account !== null && !account.frozen && !account.erased && account.passwordHash !== null &&
  Redacted.value(account.passwordHash) === Redacted.value(verified)

export interface OpenSessionFacts {
  /** Under the lock on the user's row; null: there is none. */
  readonly account: Account | null
  readonly newIds: { readonly session: SessionId; readonly event: string }
}

/** Opens a session by a proven password. Its replacement is a hash of the same one, where the parameters were out of date. */
export const openSession = (
  { account, newIds }: OpenSessionFacts,
  { password, session, userId }: {
    readonly userId: UserId
    readonly session: NewSession
    readonly password: ProvenPassword
  },
  origin: RequestOrigin
): Result.Result<AccountChange, PasswordOutdated> =>
  isStillProven(account, password)
    ? Result.succeed({
      ...noChange(userId),
      set: password.replacement === null ? {} : { passwordHash: password.replacement },
      openSession: { ...session, id: newIds.session },
      events: [{ id: newIds.event, type: "signed_in", userId, sessionId: newIds.session, origin, details: {} }]
    })
    : Result.fail({ _tag: "PasswordOutdated" })
