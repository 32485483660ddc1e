/**
 * The kept answers of purchases: each names a purchase of its own player, and no two the same one.
 *
 * A purchase is known by its draw and its last position. A player's answers come one after the other, and tickets that
 * two players' answers both named would be wrong for one of them, so only one player's answers are held at a time.
 */
import type { SoldBlock } from "@ddd/core/Sale"
import { decodeSoldBlock } from "../SoldBlockText.ts"

export interface AnswerRow {
  readonly user_id: string
  readonly key: string
  readonly body: string
}

/** An answer that names tickets. */
export interface Answer {
  readonly userId: string
  readonly key: string
  readonly block: SoldBlock
}

/** The purchase that a kept answer names; null for an answer of another kind, undefined for one that is spoilt. */
export const readAnswer = ({ body, key, user_id: userId }: AnswerRow): Answer | null | undefined => {
  const block = decodeSoldBlock(body)
  if (block === "other") return null
  return block === "spoilt" ? undefined : { userId, key, block }
}

/** Gives the key of the earlier answer that names the same purchase, if any. Answers come player by player. */
export const makeRepeats = (): (answer: Answer) => string | undefined => {
  let player = ""
  let keys = new Map<string, string>()
  return ({ block, key, userId }) => {
    if (userId !== player) {
      player = userId
      keys = new Map()
    }
    const purchase = `${block.drawId} ${block.totalEntries}`
    const earlier = keys.get(purchase)
    if (earlier === undefined) keys.set(purchase, key)
    return earlier
  }
}
