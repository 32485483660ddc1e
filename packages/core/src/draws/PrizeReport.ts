/**
 * Which prizes are to be reported: those at or above an amount that changes by law from one year to another.
 *
 * In the United States a lottery tells the tax office of them by form W-2G: from $600 on until 2025, from $2,000 on in 2026.
 */
import { type Cents, parseCents } from "../money/Money.ts"
import type { DrawId, TicketId, UserId } from "../values/Ids.ts"
import { type Day, dayOf, type Instant, parseDay } from "../values/Instant.ts"
import type { KycStatus } from "../values/KycStatus.ts"
import type { DrawKind } from "./Draw.ts"

/** From which day on which amount counts. The first of them counts before its day too; `from` is null where it is the only one. */
export type PrizeThresholds = readonly [PrizeThreshold, ...ReadonlyArray<PrizeThreshold>]

export interface PrizeThreshold {
  /** A day in UTC. */
  readonly from: Day | null
  /** Positive. */
  readonly amount: Cents
}

const parseAmount = (text: string): Cents | undefined => {
  const amount = parseCents(text)
  return amount !== undefined && amount > 0n ? amount : undefined
}

/** Reads `2000.00`, or `2025-01-01=600.00,2026-01-01=2000.00` in the order of the days; `undefined` for anything else. */
export const parseThresholds = (text: string): PrizeThresholds | undefined => {
  const single = parseAmount(text.trim())
  if (single !== undefined) return [{ from: null, amount: single }]
  const read: Array<PrizeThreshold> = []
  for (const part of text.split(",")) {
    const [day = "", money = "", ...more] = part.trim().split("=")
    const [from, amount] = [parseDay(day), parseAmount(money)]
    const previous = read.at(-1)?.from ?? ""
    if (from === undefined || amount === undefined || more.length > 0 || from <= previous) return undefined
    read.push({ from, amount })
  }
  const [first, ...others] = read
  return first === undefined ? undefined : [first, ...others]
}

/** The amount that counts at a time. */
export const thresholdAt = (thresholds: PrizeThresholds, at: Instant): Cents => {
  const day = dayOf(at)
  return (thresholds.findLast(({ from }) => from !== null && from <= day) ?? thresholds[0]).amount
}

/** A prize that was paid into a wallet. */
export interface Prize {
  /** The movement's id. */
  readonly id: string
  readonly at: Instant
  readonly userId: UserId
  /** Null of a person who was erased. */
  readonly username: string | null
  readonly country: string | null
  /** As it stands now. */
  readonly kycStatus: KycStatus
  readonly drawId: DrawId
  readonly kind: DrawKind
  /** Null of a room. */
  readonly drawDate: Day | null
  readonly ticketId: TicketId
  readonly amount: Cents
}

/** Whether it is at or above what counted when it was paid. */
export const isReported = (thresholds: PrizeThresholds, { amount, at }: Pick<Prize, "amount" | "at">): boolean =>
  amount >= thresholdAt(thresholds, at)
