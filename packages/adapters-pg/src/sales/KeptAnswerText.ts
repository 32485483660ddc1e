/**
 * How a kept answer is stored, as JSON.
 *
 * Of a purchase: where its tickets stand, and the wallet and the draw right after it; in a room, the room too. Of a withdrawal or a
 * checkout: its id.
 * What never changes (tickets, movements) is read again when the answer is repeated; the owner's salts are derived, never stored.
 */
import type { KeptBody } from "@ddd/core/draws/KeptAnswers"
import type { SoldBlock } from "@ddd/core/draws/Sale"
import { type Cents, formatCents, parseCents, zero } from "@ddd/core/money/Money"
import type { AwaitingPrize, MaturingPrize } from "@ddd/core/money/Withdrawable"
import { type Room, roomStatuses } from "@ddd/core/rooms/Room"
import { drawId, isUuid, position, userId } from "@ddd/core/values/Ids"
import { formatInstant, formatInstantOrNull, type Instant, parseInstant } from "@ddd/core/values/Instant"
import { Option, Schema } from "effect"

const StoredRoom = Schema.Struct({
  id: Schema.String,
  code: Schema.String,
  name: Schema.String,
  host: Schema.String,
  status: Schema.Literals(roomStatuses),
  pool: Schema.String,
  max: Schema.Int,
  participants: Schema.Array(Schema.Struct({
    id: Schema.String,
    name: Schema.String,
    position: Schema.NullOr(Schema.Int),
    joined: Schema.String
  })),
  commitment: Schema.String,
  created: Schema.String
})

const StoredPrizes = Schema.Array(Schema.Struct({ amount: Schema.String, at: Schema.String }))

const StoredAwaiting = Schema.Array(Schema.Struct({ amount: Schema.String, at: Schema.NullOr(Schema.String) }))

const StoredPurchase = Schema.Struct({
  draw: Schema.String,
  first: Schema.Int,
  count: Schema.Int,
  at: Schema.String,
  entries: Schema.Int,
  balance: Schema.String,
  withdrawable: Schema.String,
  pending: Schema.String,
  seq: Schema.Int,
  /** Missing where no prize rested. */
  maturing: Schema.optionalKey(StoredPrizes),
  /** Missing where no prize waited for the identity check. */
  awaiting: Schema.optionalKey(StoredAwaiting),
  room: Schema.optionalKey(Schema.Unknown)
})

const StoredWithdrawal = Schema.Struct({ withdrawal: Schema.String })

const StoredCheckout = Schema.Struct({ checkout: Schema.String })

const decodeStored = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Union([StoredPurchase, StoredWithdrawal, StoredCheckout]))
)
const decodeRoom = Schema.decodeUnknownOption(StoredRoom)

const storedBlock = (block: SoldBlock): Omit<typeof StoredPurchase.Type, "room"> => ({
  draw: block.drawId,
  first: block.firstPosition,
  count: block.quantity,
  at: formatInstant(block.purchasedAt),
  entries: block.totalEntries,
  balance: formatCents(block.wallet.balance),
  withdrawable: formatCents(block.wallet.withdrawable),
  pending: formatCents(block.wallet.pendingWithdrawal),
  seq: block.wallet.seq,
  ...(block.wallet.maturing.length === 0 ? {} : { maturing: block.wallet.maturing.map(storedPrize) }),
  ...(block.wallet.awaiting.length === 0 ? {} : { awaiting: block.wallet.awaiting.map(storedAwaiting) })
})

const storedPrize = ({ amount, maturesAt }: MaturingPrize): typeof StoredPrizes.Type[number] => ({
  amount: formatCents(amount),
  at: formatInstant(maturesAt)
})

const storedAwaiting = ({ amount, maturesAt }: AwaitingPrize): typeof StoredAwaiting.Type[number] => ({
  amount: formatCents(amount),
  at: formatInstantOrNull(maturesAt)
})

/** A room before its lock: in a room that is locked nothing is bought. */
const storedRoom = (room: Room): typeof StoredRoom.Type => ({
  id: room.id,
  code: room.code,
  name: room.name,
  host: room.hostId,
  status: room.status,
  pool: formatCents(room.prizePool),
  max: room.maxParticipants,
  participants: room.participants.map((participant) => ({
    id: participant.userId,
    name: participant.username,
    position: participant.ticketPosition,
    joined: formatInstant(participant.joinedAt)
  })),
  commitment: room.commitmentHash,
  created: formatInstant(room.createdAt)
})

export const encodeKept = (body: KeptBody<Room>): string => {
  switch (body._tag) {
    case "Purchase":
      return JSON.stringify(storedBlock(body.block))
    case "RoomPurchase":
      return JSON.stringify({ ...storedBlock(body.block), room: storedRoom(body.room) })
    case "Withdrawal":
      return JSON.stringify({ withdrawal: body.withdrawalId })
    case "Checkout":
      return JSON.stringify({ checkout: body.checkoutId })
  }
}

/** `other`: the answer of another kind of request. `spoilt`: one of these, in which a value has a form it was not written in. */
export const decodeKept = (text: string): KeptBody<Room> | "other" | "spoilt" => {
  const stored = Option.getOrUndefined(decodeStored(text))
  if (stored === undefined) return "other"
  try {
    if ("withdrawal" in stored) {
      return isUuid(stored.withdrawal) ? { _tag: "Withdrawal", withdrawalId: stored.withdrawal } : "spoilt"
    }
    if ("checkout" in stored) {
      return isUuid(stored.checkout) ? { _tag: "Checkout", checkoutId: stored.checkout } : "spoilt"
    }
    const block = blockOf(stored)
    if (!("room" in stored)) return { _tag: "Purchase", block }
    const room = Option.getOrUndefined(decodeRoom(stored.room))
    return room === undefined ? "spoilt" : { _tag: "RoomPurchase", block, room: roomOf(room) }
  } catch {
    // ids, positions, amounts and instants of another form: each of them throws
    return "spoilt"
  }
}

const instantOf = (text: string): Instant => required(parseInstant(text))
const centsOf = (text: string): Cents => required(parseCents(text))

const required = <A>(value: A | undefined): A => {
  if (value === undefined) throw new TypeError("a kept answer holds a value that was not written so")
  return value
}

const blockOf = (stored: typeof StoredPurchase.Type): SoldBlock => ({
  drawId: drawId(stored.draw),
  firstPosition: position(stored.first),
  quantity: stored.count,
  purchasedAt: instantOf(stored.at),
  totalEntries: stored.entries,
  wallet: {
    balance: centsOf(stored.balance),
    withdrawable: centsOf(stored.withdrawable),
    maturing: (stored.maturing ?? []).map(({ amount, at }) => ({ amount: centsOf(amount), maturesAt: instantOf(at) })),
    awaiting: (stored.awaiting ?? []).map(({ amount, at }) => ({
      amount: centsOf(amount),
      maturesAt: at === null ? null : instantOf(at)
    })),
    pendingWithdrawal: centsOf(stored.pending),
    // who bought had money, and who has money owes nothing
    debt: zero,
    seq: stored.seq
  }
})

const roomOf = (stored: typeof StoredRoom.Type): Room => ({
  id: drawId(stored.id),
  code: stored.code,
  name: stored.name,
  hostId: userId(stored.host),
  status: stored.status,
  prizePool: centsOf(stored.pool),
  maxParticipants: stored.max,
  participants: stored.participants.map((participant) => ({
    userId: userId(participant.id),
    username: participant.name,
    hasTicket: participant.position !== null,
    ticketPosition: participant.position === null ? null : position(participant.position),
    joinedAt: instantOf(participant.joined)
  })),
  commitmentHash: stored.commitment,
  drawAt: null,
  seed: null,
  winnerId: null,
  winningPosition: null,
  createdAt: instantOf(stored.created)
})
