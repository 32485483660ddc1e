/**
 * How a purchase's kept answer is stored: where its tickets stand, and the wallet and the draw right after it.
 *
 * The tickets themselves never change, so the answer is made from them again; the owner's salts are derived, never stored.
 */
import type { SoldBlock } from "@ddd/core/draws/Sale"
import { formatCents, parseCents, zero } from "@ddd/core/money/Money"
import type { Room } from "@ddd/core/rooms/Room"
import { decodeRoom, encodeRoom } from "@ddd/core/rooms/RoomText"
import { drawId, isUuid, position } from "@ddd/core/values/Ids"
import { formatInstant, parseInstant } from "@ddd/core/values/Instant"
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

const storedOf = (block: SoldBlock) => ({
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

export const encodeSoldBlock = (block: SoldBlock): string => JSON.stringify(storedOf(block))

/** The same of a purchase in a room, and the room as it was right after it. */
export const encodeRoomAnswer = (block: SoldBlock, room: Room): string =>
  JSON.stringify({ ...storedOf(block), room: encodeRoom(room) })

const StoredRoom = Schema.fromJsonString(Schema.Struct({ room: Schema.Unknown }))
const decodeStoredRoom = Schema.decodeUnknownOption(StoredRoom)

/** The room of an answer that `encodeRoomAnswer` wrote; null of any other. */
export const decodeRoomAnswer = (text: string): Room | null =>
  decodeRoom(Option.getOrUndefined(decodeStoredRoom(text))?.room) ?? null

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
