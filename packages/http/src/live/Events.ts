/**
 * The events that the live hub sends, each with its data (docs/api.md, "WebSocket").
 *
 * They are declared as schemas so that the page can be compared with them; what is sent is typed by them, and not run through them.
 */
import { Schema } from "effect"
import { type ProblemCode, problemStatus } from "../problems/Problem.ts"

/** A decimal string, `"0.95"`. */
const MoneyText = Schema.String
/** RFC 3339, UTC. */
const InstantText = Schema.String

const ChannelName = Schema.Struct({ channel: Schema.String })
const ServerTime = Schema.Struct({ serverTime: InstantText })

/** The draw now on sale. */
export const DrawUpdate = Schema.Struct({
  drawId: Schema.String,
  prizePool: MoneyText,
  totalEntries: Schema.Int
})
export type DrawUpdate = typeof DrawUpdate.Type

/** A draw opened, locked, was drawn or declared void. Members that are not known yet are absent. */
export const DrawStatusUpdate = Schema.Struct({
  drawId: Schema.String,
  status: Schema.Literals(["open", "locked", "drawn", "void"]),
  /** The lock record, a signed note; with `locked`. */
  lock: Schema.optionalKey(Schema.String),
  winningPosition: Schema.optionalKey(Schema.Int),
  winningTicketId: Schema.optionalKey(Schema.String),
  prizeAmount: Schema.optionalKey(MoneyText)
})
export type DrawStatusUpdate = typeof DrawStatusUpdate.Type

/** A room, as its members are told of it. Members that are not known yet are absent. */
export const RoomUpdate = Schema.Struct({
  roomId: Schema.String,
  prizePool: MoneyText,
  participants: Schema.Array(Schema.Struct({
    userId: Schema.String,
    username: Schema.String,
    hasTicket: Schema.Boolean,
    ticketPosition: Schema.NullOr(Schema.Int),
    joinedAt: InstantText
  })),
  /** From the lock on. */
  status: Schema.optionalKey(Schema.Literals(["locked", "drawn", "closed"])),
  winnerId: Schema.optionalKey(Schema.String),
  /** The lock record, a signed note; while the room is locked or drawn. */
  lock: Schema.optionalKey(Schema.String)
})
export type RoomUpdate = typeof RoomUpdate.Type

const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(problemStatus, text)

/** Why a message is not served, with a sentence. */
export const Fault = Schema.Struct({ code: Schema.String.pipe(Schema.refine(isProblemCode)), detail: Schema.String })
export type Fault = typeof Fault.Type

/** The data of each event, by its name. */
export const events = {
  "connected": Schema.Struct({ connectionId: Schema.String, serverTime: InstantText }),
  "authenticated": Schema.Struct({ userId: Schema.String, expiresAt: InstantText }),
  "subscribed": ChannelName,
  "unsubscribed": ChannelName,
  "pong": ServerTime,
  "error": Fault,
  "draw:update": DrawUpdate,
  "draw:status": DrawStatusUpdate,
  "lobby:update": RoomUpdate
} as const
export type EventName = keyof typeof events
export type EventData<Name extends EventName> = (typeof events)[Name]["Type"]

/** An event as it is sent; `channel` where it belongs to one. */
export const encodeEvent = <Name extends EventName>(event: Name, data: EventData<Name>, channel?: string): string =>
  JSON.stringify({ event, data, channel })
