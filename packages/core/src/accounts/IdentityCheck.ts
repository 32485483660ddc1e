/**
 * What becomes of a player's identity check, as who checks identities tells, or an operator says.
 *
 * What is told later of an earlier time changes nothing, so that messages may come in any order, and more than once. Of one instant the
 * stricter word holds. Nothing is known before it is told: what a clock that is ahead of ours dates later than we received it is of when
 * we did, and hides nothing that is told after it. An operator's word is of the instant at which it is said, and later than all that was
 * told before it.
 *
 * A check may confirm when a player was born: that date holds then, whatever the player said, and nobody but who checks changes it. Nothing
 * else of a person is kept: docs/identity.md. Decided under the wallet's lock and then that on the user's row.
 */
import { Result } from "effect"
import { type BirthFault, faultOfBirth } from "../money/Age.ts"
import { releaseAwaiting, type Wallet } from "../money/Wallet.ts"
import type { UserId } from "../values/Ids.ts"
import { type Day, formatInstant, type Instant, instant } from "../values/Instant.ts"
import type { KycStatus } from "../values/KycStatus.ts"
import { logged, type OperatorAct } from "../values/OperatorAct.ts"
import { type AccountChange, type AccountFields, noChange } from "./AccountChange.ts"
import { operatorOrigin } from "./SecurityEvent.ts"

/** A player's identity check as it stands. */
export interface Identity {
  readonly status: KycStatus
  /** Of when that is; null where nothing was ever told of one. */
  readonly at: Instant | null
  /** What who checked calls the check; null where it has no name. */
  readonly reference: string | null
}

/** What who checks identities tells of a player. */
export interface IdentityMessage {
  readonly userId: UserId
  readonly status: KycStatus
  readonly occurredAt: Instant
  /** When the player was born, where that was checked. Counts of who is verified alone. */
  readonly bornOn: Day | null
  /** 1 to 255 printable characters. */
  readonly reference: string | null
}

/** Under which reference messages about a player's check are found, once they were acted on: where others have a funding's. */
export const identityReferenceOf = (userId: UserId): string => `identity:${userId}`

export interface IdentityFacts {
  /** Of a player who is not erased. */
  readonly wallet: Wallet
  readonly identity: Identity
  readonly isAgeVerified: boolean
  readonly now: Instant
  readonly newIds: { readonly event: string }
}

/** What is written: of the wallet the date of birth, and which prizes wait. */
export interface IdentityChanged {
  readonly wallet: Wallet
  readonly identity: Identity
  readonly change: AccountChange
}

/** Why nothing is made of what was told; nothing was changed. */
export type IdentityRefusal =
  | { readonly _tag: "BirthFault"; readonly fault: BirthFault }
  /** It is told of a time to come, more than `aheadMillisMax` from now: all that is told until then would change nothing. */
  | { readonly _tag: "OfLater"; readonly occurredAt: Instant }

/** Why nothing was made of it, a clause. It names no date of birth. */
export const identityFault = (refusal: IdentityRefusal): string =>
  refusal._tag === "BirthFault"
    ? `the date of birth ${refusal.fault}`
    : `it is told of ${formatInstant(refusal.occurredAt)}, which is to come`

/** How much the clock of who checks may be ahead of ours. */
export const aheadMillisMax = 300_000

/** The stricter, the higher. */
const strictness: { readonly [S in KycStatus]: number } = { none: 0, pending: 1, verified: 2, rejected: 3 }

/** Whether what is told is newer than what is known. */
const isNewer = ({ at, status }: Identity, told: Pick<IdentityMessage, "occurredAt" | "status">): boolean =>
  at === null || told.occurredAt > at || (told.occurredAt === at && strictness[told.status] > strictness[status])

/** Who says so. */
type IdentityBy = { readonly _tag: "Checker" } | { readonly _tag: "Operator"; readonly act: OperatorAct }

/** What a new state writes. */
const changed = (
  { identity: before, isAgeVerified, newIds, wallet }: IdentityFacts,
  { bornOn: told, occurredAt, reference, status, userId }: IdentityMessage,
  by: IdentityBy
): IdentityChanged => {
  const isVerified = status === "verified"
  const bornOn = isVerified ? told : null
  const isOtherBirth = bornOn !== null && bornOn !== wallet.bornOn
  const ageVerified = isVerified && (isAgeVerified || bornOn !== null)
  const born = bornOn === null ? wallet : { ...wallet, bornOn }
  const set: Partial<AccountFields> = {
    identityAt: occurredAt,
    identityReference: reference,
    ...status === before.status ? {} : { kycStatus: status },
    ...ageVerified === isAgeVerified ? {} : { ageVerified }
  }
  const isSeen = status !== before.status || isOtherBirth || ageVerified !== isAgeVerified
  const isMailed = status !== before.status && (status === "verified" || status === "rejected")
  return {
    wallet: isVerified && wallet.awaiting.length > 0 ? releaseAwaiting(born) : born,
    identity: { status, at: occurredAt, reference },
    change: {
      ...noChange(userId),
      set,
      // what is told again is no event
      events: isSeen
        ? [{
          id: newIds.event,
          type: "identity_checked",
          userId,
          sessionId: null,
          origin: operatorOrigin,
          details: {
            status,
            by: by._tag === "Operator" ? "operator" : "checker",
            ...bornOn === null ? {} : { dateOfBirth: isOtherBirth ? "set" : "confirmed" }
          }
        }]
        : [],
      measure: isSeen ? { _tag: "Identity", status, occurredAt } : null,
      jobs: isMailed ? [{ id: `identity ${newIds.event}`, job: { _tag: "MailIdentity", userId, status } }] : [],
      log: by._tag === "Operator"
        ? logged(by.act, "user", userId, { status, was: before.status, isDateOfBirthSet: bornOn !== null })
        : null
    }
  }
}

/**
 * Takes what who checks identities told, which was received at `receivedAt`; null where it is known already, or was told of an earlier time
 * than what is known.
 */
export const recordIdentity = (
  facts: IdentityFacts,
  told: IdentityMessage,
  receivedAt: Instant
): Result.Result<IdentityChanged | null, IdentityRefusal> => {
  const { bornOn, occurredAt } = told
  if (occurredAt > facts.now + aheadMillisMax) return Result.fail({ _tag: "OfLater", occurredAt })
  const message = occurredAt > receivedAt ? { ...told, occurredAt: receivedAt } : told
  if (!isNewer(facts.identity, message)) return Result.succeed(null)
  const fault = bornOn === null ? null : faultOfBirth(bornOn, facts.now)
  return fault === null
    ? Result.succeed(changed(facts, message, { _tag: "Checker" }))
    : Result.fail({ _tag: "BirthFault", fault })
}

/** What an operator says of a player. `bornOn`: when the player was born, of who is `verified` alone; null leaves that as it is. */
export interface IdentityWord {
  readonly status: KycStatus
  readonly bornOn: Day | null
}

/** Does as an operator says; null where it is so already. Throws where a date of birth is said of who is not verified. */
export const setIdentity = (
  facts: IdentityFacts,
  userId: UserId,
  { bornOn, status }: IdentityWord,
  act: OperatorAct
): Result.Result<IdentityChanged | null, Extract<IdentityRefusal, { readonly _tag: "BirthFault" }>> => {
  if (bornOn !== null && status !== "verified") throw new RangeError("a date of birth is checked of who is verified")
  const { identity, isAgeVerified, now, wallet } = facts
  const isKnown = bornOn === null || (isAgeVerified && wallet.bornOn === bornOn)
  if (status === identity.status && isKnown) return Result.succeed(null)
  const fault = bornOn === null ? null : faultOfBirth(bornOn, now)
  if (fault !== null) return Result.fail({ _tag: "BirthFault", fault })
  // what was told by a clock that is ahead of ours is not newer
  const occurredAt = identity.at !== null && identity.at >= now ? instant(identity.at + 1) : now
  // who checked calls it so, and a person looked again: the name stays
  const message = { userId, status, occurredAt, bornOn, reference: identity.reference }
  return Result.succeed(changed(facts, message, { _tag: "Operator", act }))
}
