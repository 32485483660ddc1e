/** What is remembered of players in PROOF_DIR, as members of its lines: withdrawals that were sent, and measures that were taken. */
import { limitNames, type Limits, noLimits } from "@ddd/core/money/Limits"
import type { SentWithdrawal } from "@ddd/core/money/LostWithdrawal"
import type { Measure, TakenMeasure } from "@ddd/core/money/Measure"
import { cents, isCents } from "@ddd/core/money/Money"
import type { StoredProvider } from "@ddd/core/money/ProviderId"
import { isUuid, userId } from "@ddd/core/values/Ids"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { type KycStatus, kycStatuses } from "@ddd/core/values/KycStatus"

type Read = { readonly [Name in string]?: unknown }

const instantOf = (value: unknown): Instant | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) ? instant(value) : undefined

const wholeOf = (value: unknown): bigint | undefined =>
  typeof value === "string" && /^\d{1,15}$/.test(value) ? BigInt(value) : undefined

const isProvider = (text: string): text is StoredProvider => /^(?:simulated|stripe|stripe (?:test|live) .+)$/.test(text)
const isKycStatus = (value: unknown): value is KycStatus => kycStatuses.some((status) => status === value)

/** Whose it is: the same members of both. */
const ofPlayer = ({ id, user }: Read) =>
  typeof id === "string" && isUuid(id) && typeof user === "string" && isUuid(user)
    ? { id, userId: userId(user) }
    : undefined

/** A withdrawal as it is written; amounts in cents, times in milliseconds since 1970. */
export const writtenWithdrawal = (
  { account, amount, askedAt, attempt, id, isOver, provider, userId }: SentWithdrawal
) => ({
  id,
  user: userId,
  amount: String(amount),
  account,
  provider,
  asked: askedAt,
  attempt,
  ...isOver ? { over: true } : {}
})

export const readWithdrawal = (value: unknown): SentWithdrawal | undefined => {
  const read: Read = Object(value)
  const player = ofPlayer(read)
  const [amount, askedAt] = [wholeOf(read["amount"]), instantOf(read["asked"])]
  const { account, attempt, provider } = read
  return player === undefined || amount === undefined || amount === 0n || !isCents(amount) || askedAt === undefined ||
      typeof account !== "string" || typeof provider !== "string" || !isProvider(provider) ||
      typeof attempt !== "number" || !Number.isSafeInteger(attempt) || attempt < 1
    ? undefined
    : { ...player, amount: cents(amount), account, provider, askedAt, attempt, isOver: read["over"] === true }
}

const writtenLimits = (limits: Limits): Readonly<Record<string, string>> =>
  Object.fromEntries(limitNames.flatMap((name) => {
    const value = limits[name]
    return value === null ? [] : [[name, String(value)]]
  }))

const readLimits = (value: unknown): Limits => {
  const read: Read = Object(value)
  return { ...noLimits, ...Object.fromEntries(limitNames.map((name) => [name, wholeOf(read[name]) ?? null])) }
}

const writtenMeasure = (measure: Measure): Read => {
  switch (measure._tag) {
    case "Barred":
      return { what: measure._tag, by: measure.by, until: measure.until }
    case "Identity":
      return { what: measure._tag, status: measure.status, occurred: measure.occurredAt }
    case "Limited":
      return { what: measure._tag, limits: writtenLimits(measure.limits) }
    case "Erased":
    case "Frozen":
    case "Unfrozen":
      return { what: measure._tag }
  }
}

export const written = ({ id, measure, userId }: TakenMeasure) => ({ id, user: userId, ...writtenMeasure(measure) })

const measureOf = (read: Read): Measure | undefined => {
  switch (read["what"]) {
    case "Frozen":
    case "Unfrozen":
    case "Erased":
      return { _tag: read["what"] }
    case "Barred": {
      const [by, until] = [read["by"], instantOf(read["until"])]
      return (by === "time-out" || by === "exclusion") && until !== undefined
        ? { _tag: "Barred", by, until }
        : undefined
    }
    case "Identity": {
      const [status, occurredAt] = [read["status"], instantOf(read["occurred"])]
      return isKycStatus(status) && occurredAt !== undefined ? { _tag: "Identity", status, occurredAt } : undefined
    }
    case "Limited":
      return { _tag: "Limited", limits: readLimits(read["limits"]) }
    default:
      return undefined
  }
}

export const readMeasure = (value: unknown): TakenMeasure | undefined => {
  const read: Read = Object(value)
  const [player, measure] = [ofPlayer(read), measureOf(read)]
  return player === undefined || measure === undefined ? undefined : { ...player, measure }
}
