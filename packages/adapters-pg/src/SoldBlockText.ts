/**
 * How a purchase's kept answer is stored: where its tickets stand, and the wallet and the draw right after it.
 *
 * The tickets themselves never change, so the answer is made from them again; the owner's salts are derived, never stored.
 */
import { drawId, isUuid, position } from "@ddd/core/Ids"
import { formatInstant, parseInstant } from "@ddd/core/Instant"
import { formatCents, parseCents, zero } from "@ddd/core/Money"
import type { SoldBlock } from "@ddd/core/Sale"
import { Option, Schema } from "effect"

const Stored = Schema.fromJsonString(Schema.Struct({
  draw: Schema.String,
  first: Schema.Int,
  count: Schema.Int,
  at: Schema.String,
  entries: Schema.Int,
  balance: Schema.String,
  withdrawable: Schema.String,
  pending: Schema.String,
  seq: Schema.Int
}))
const decodeStored = Schema.decodeUnknownOption(Stored)

export const encodeSoldBlock = (block: SoldBlock): string =>
  JSON.stringify({
    draw: block.drawId,
    first: block.firstPosition,
    count: block.quantity,
    at: formatInstant(block.purchasedAt),
    entries: block.totalEntries,
    balance: formatCents(block.wallet.balance),
    withdrawable: formatCents(block.wallet.withdrawable),
    pending: formatCents(block.wallet.pendingWithdrawal),
    seq: block.wallet.seq
  })

/** `other`: the answer of another kind of request. `spoilt`: a purchase's, in which a value has a form it was not written in. */
export const decodeSoldBlock = (text: string): SoldBlock | "other" | "spoilt" => {
  const stored = Option.getOrUndefined(decodeStored(text))
  if (stored === undefined) return "other"
  const at = parseInstant(stored.at)
  const balance = parseCents(stored.balance)
  const withdrawable = parseCents(stored.withdrawable)
  const pendingWithdrawal = parseCents(stored.pending)
  if (
    !isUuid(stored.draw) || stored.first < 1 || at === undefined || balance === undefined ||
    withdrawable === undefined || pendingWithdrawal === undefined
  ) {
    return "spoilt"
  }
  return {
    drawId: drawId(stored.draw),
    firstPosition: position(stored.first),
    quantity: stored.count,
    purchasedAt: at,
    totalEntries: stored.entries,
    // who bought had money, and who has money owes nothing
    wallet: { balance, withdrawable, pendingWithdrawal, debt: zero, seq: stored.seq }
  }
}
