/** How a player who has proven their password comes in. */
import { Redacted, Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import type { PasswordOutdated, TooManyChanges } from "./Refusals.ts"
import type { RequestOrigin } from "./SecurityEvent.ts"
import { refusalOfChange } from "./SecurityLogLimit.ts"
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
  /** The player's living sessions but for the `openSessionsMax - 1` that were used last; `surplusSessionsMax` at most. */
  readonly surplus: ReadonlyArray<SessionId>
  /** How often the player has signed in since this UTC day began (`countedSince`). */
  readonly signedInToday: number
  readonly now: Instant
  readonly newIds: { readonly session: SessionId; readonly event: string; readonly endEvent: string }
}

/** Ends sessions that are too many beside a new one. */
const endSurplus = (
  { newIds, surplus }: OpenSessionFacts,
  userId: UserId,
  origin: RequestOrigin
): Pick<AccountChange, "endSessions" | "events"> => {
  const [first, ...more] = surplus
  if (first === undefined) return { endSessions: null, events: [] }
  const event = { id: newIds.endEvent, userId, origin, details: { why: "too many are open" } }
  return {
    endSessions: { which: { only: surplus }, reason: "ended" },
    events: [
      more.length === 0
        ? { ...event, type: "session_ended", sessionId: first }
        : { ...event, type: "sessions_ended", sessionId: null }
    ]
  }
}

/**
 * Opens a session by a proven password. Its replacement is a hash of the same one, where the parameters were out of date. Of too many
 * sessions the one that was unused for longest ends.
 */
export const openSession = (
  facts: OpenSessionFacts,
  { password, session, userId }: {
    readonly userId: UserId
    readonly session: NewSession
    readonly password: ProvenPassword
  },
  origin: RequestOrigin
): Result.Result<AccountChange, PasswordOutdated | TooManyChanges> => {
  const { account, newIds, now, signedInToday } = facts
  if (!isStillProven(account, password)) return Result.fail({ _tag: "PasswordOutdated" })
  const refusal = refusalOfChange("signed_in", signedInToday, now)
  if (refusal !== null) return Result.fail(refusal)
  const { endSessions, events } = endSurplus(facts, userId, origin)
  return Result.succeed({
    ...noChange(userId),
    set: password.replacement === null ? {} : { passwordHash: password.replacement },
    openSession: { ...session, id: newIds.session },
    endSessions,
    events: [
      { id: newIds.event, type: "signed_in", userId, sessionId: newIds.session, origin, details: {} },
      ...events
    ]
  })
}
