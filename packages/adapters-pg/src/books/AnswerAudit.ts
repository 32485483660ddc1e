/**
 * The kept answers of purchases and withdrawals: each names one of its own player, and no two the same one.
 *
 * They are read by the codec that wrote them, since what it makes of them is what players are told. A purchase is known by its draw and
 * its last position, a withdrawal by its id. A player's answers come one after the other, and what two players' answers both named would
 * be wrong for one of them, so only one player's answers are held at a time.
 */
import type { SoldBlock } from "@ddd/core/draws/Sale"
import { decodeKept } from "../sales/KeptAnswerText.ts"

export interface AnswerRow {
  readonly user_id: string
  readonly key: string
  readonly body: string
}

interface Keyed {
  readonly userId: string
  readonly key: string
}

/** An answer that names tickets. */
export interface PurchaseAnswer extends Keyed {
  readonly _tag: "Purchase"
  readonly block: SoldBlock
}

/** An answer that names a withdrawal. */
export interface WithdrawalAnswer extends Keyed {
  readonly _tag: "Withdrawal"
  /** UUID, lower case. */
  readonly withdrawalId: string
}

export type Answer = PurchaseAnswer | WithdrawalAnswer

/** What a kept answer names; null for an answer of another kind, or one that moved nothing by itself, undefined for one that is spoilt. */
export const readAnswer = ({ body, key, user_id: userId }: AnswerRow): Answer | null | undefined => {
  const kept = decodeKept(body)
  if (kept === "other") return null
  if (kept === "spoilt") return undefined
  if (kept._tag === "Checkout") return null
  return kept._tag === "Withdrawal"
    ? { _tag: "Withdrawal", userId, key, withdrawalId: kept.withdrawalId }
    : { _tag: "Purchase", userId, key, block: kept.block }
}

const nameOf = (answer: Answer): string =>
  answer._tag === "Purchase" ? `${answer.block.drawId} ${answer.block.totalEntries}` : answer.withdrawalId

/** Gives the key of the earlier answer that names the same, if any. Answers come player by player. */
export const makeDuplicateCheck = (): (answer: Answer) => string | undefined => {
  let player = ""
  let keys = new Map<string, string>()
  return (answer) => {
    if (answer.userId !== player) {
      player = answer.userId
      keys = new Map()
    }
    const name = nameOf(answer)
    const earlier = keys.get(name)
    if (earlier === undefined) keys.set(name, answer.key)
    return earlier
  }
}
