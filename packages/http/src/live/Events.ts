/**
 * The events that the live hub sends, each with its data (docs/api.md, "WebSocket").
 *
 * They are declared as schemas so that the page can be compared with them; what is sent is typed by them, and not run through them.
 */
import { quicknet, quicknetHash } from "@ddd/core/proof/Beacon"
import { Schema } from "effect"
import { type ProblemCode, problemStatus } from "../problems/Problem.ts"
import { described } from "../schemas/Described.ts"
import { drawExample, hashExample, noteExample, playerExample, roomExample, rowExample } from "../schemas/Examples.ts"

/** A decimal string. */
const MoneyText = Schema.String
/** RFC 3339, UTC. */
const InstantText = Schema.String

const instantExample = "2026-02-03T10:30:00.000Z"

const ChannelName = described({ channel: [Schema.String, "The channel", "draw"] })
const serverTime = [InstantText, "The server's time, which decides when sales close", instantExample] as const
const ServerTime = described({ serverTime })

/** The draw now on sale. */
export const DrawUpdate = described({
  drawId: [Schema.String, "The draw", drawExample],
  prizePool: [MoneyText, "What its winner gets now", "39.90"],
  totalEntries: [Schema.Int, "How many tickets it has now", 42]
})
export type DrawUpdate = typeof DrawUpdate.Type

const ChainBody = described({
  publicKey: [Schema.String, "Its key, in hex", quicknet.publicKey],
  period: [Schema.Int, "Seconds from one round to the next", quicknet.period],
  genesisTime: [Schema.Int, "When round 1 was due: seconds since the Unix epoch", quicknet.genesisTime],
  genesisSeed: [Schema.String, "In hex", quicknet.genesisSeed],
  schemeID: [Schema.String, "The scheme", quicknet.schemeID],
  beaconID: [Schema.String, "The beacon's name", quicknet.beaconID]
})

/** The beacon's round that decides a draw. */
const RoundBody = described({
  chainHash: [Schema.String, "The hash of the drand chain, as the lock record names it", quicknetHash],
  round: [Schema.Int, "The round, as the lock record names it", 25_123_456],
  time: [Schema.optionalKey(InstantText), "When it is due; absent where nothing is known of the chain", instantExample],
  chain: [
    Schema.optionalKey(ChainBody),
    "The chain's parameters, which have that hash; absent where they are not known"
  ]
})

const round = [
  Schema.optionalKey(RoundBody),
  "The beacon's round that decides it; from the lock on, with a beacon"
] as const
const signature = [
  Schema.optionalKey(Schema.String),
  "The round's signature, in hex; once it is there",
  "ab".repeat(48)
] as const
const seed = [Schema.optionalKey(Schema.String), "What the commitment opens to; with `drawn`", hashExample] as const

/** A draw opened, locked, has its round, was drawn or declared void. Members that are not known yet are absent. */
export const DrawStatusUpdate = described({
  drawId: [Schema.String, "The draw", drawExample],
  status: [Schema.Literals(["open", "locked", "drawn", "void"]), "What it is now", "drawn"],
  lock: [Schema.optionalKey(Schema.String), "The lock record, a signed note; with `locked`", noteExample],
  round,
  signature,
  seed,
  winningPosition: [Schema.optionalKey(Schema.Int), "The winning ticket's position; with `drawn`", 17],
  winningTicketId: [Schema.optionalKey(Schema.String), "The winning ticket; with `drawn`", "DDL-20260203-7K3QX"],
  prizeAmount: [Schema.optionalKey(MoneyText), "What it won; with `drawn`", "39.90"]
})
export type DrawStatusUpdate = typeof DrawStatusUpdate.Type

const Member = described({
  userId: [Schema.String, "The member", playerExample],
  username: [Schema.String, "The member's name", "ada.l"],
  hasTicket: [Schema.Boolean, "Whether the member has bought the ticket", true],
  ticketPosition: [Schema.NullOr(Schema.Int), "The ticket's position; null without one", 1],
  joinedAt: [InstantText, "When the member came in", instantExample]
})

/** A room, as its members are told of it. Members that are not known yet are absent. */
export const RoomUpdate = described({
  roomId: [Schema.String, "The room", roomExample],
  prizePool: [MoneyText, "What its winner gets now", "2.85"],
  participants: [Schema.Array(Member), "Its members, in the order in which they came in"],
  status: [
    Schema.optionalKey(Schema.Literals(["locked", "drawn", "closed"])),
    "What it is, from the lock on",
    "locked"
  ],
  winnerId: [Schema.optionalKey(Schema.String), "Who won; with `drawn`", playerExample],
  lock: [
    Schema.optionalKey(Schema.String),
    "The lock record, a signed note; while the room is locked or drawn",
    noteExample
  ],
  round,
  signature,
  seed,
  winningPosition: [Schema.optionalKey(Schema.Int), "The winning ticket's position; with `drawn`", 2]
})
export type RoomUpdate = typeof RoomUpdate.Type

/** A player's own wallet. */
export const WalletUpdate = described({
  balance: [MoneyText, "What the player can spend on tickets", "12.00"],
  withdrawable: [MoneyText, "How much of it a withdrawal may take now", "3.80"],
  maturing: [MoneyText, "How much of it rests, and can be withdrawn later", "1.90"],
  pendingWithdrawal: [MoneyText, "What is on its way out, and no longer in the balance", "0.00"]
})
export type WalletUpdate = typeof WalletUpdate.Type

const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(problemStatus, text)

/** Why a message is not served, with a sentence. */
export const Fault = described({
  code: [
    Schema.String.pipe(Schema.refine(isProblemCode)),
    "The stable name of the problem, one of those of the HTTP API",
    "token_expired"
  ],
  detail: [Schema.String, "A sentence for whoever reads it", "The access token has expired."]
})
export type Fault = typeof Fault.Type

/** The data of each event, by its name. */
export const events = {
  "connected": described({
    connectionId: [Schema.String, "Names the connection, for whoever is to help", rowExample],
    serverTime
  }),
  "authenticated": described({
    userId: [Schema.String, "Whose token it was", playerExample],
    expiresAt: [InstantText, "Until when it is good", instantExample]
  }),
  "subscribed": ChannelName,
  "unsubscribed": ChannelName,
  "nothing": ChannelName,
  "pong": ServerTime,
  "error": Fault,
  "draw:update": DrawUpdate,
  "draw:status": DrawStatusUpdate,
  "lobby:update": RoomUpdate,
  "wallet": WalletUpdate
} as const
export type EventName = keyof typeof events
export type EventData<Name extends EventName> = (typeof events)[Name]["Type"]

/** When each is sent. */
export const eventTexts: Readonly<Record<EventName, string>> = {
  "connected": "On connecting.",
  "authenticated": "The answer to `auth`.",
  "subscribed": "The answer to `subscribe`; a snapshot follows, or `nothing`.",
  "unsubscribed": "The answer to `unsubscribe`; also to who may listen no longer.",
  "nothing":
    "In place of a snapshot, where the channel has no state: no draw is on sale. Also when that comes to be so later.",
  "pong": "The answer to `ping`.",
  "error":
    "A message cannot be served. After 5, between which nothing was served but `ping` and `unsubscribe`, the connection is closed with 1008.",
  "draw:update":
    "On subscribing to `draw`, and after purchases commit. At most 20 a second; the last state is always sent.",
  "draw:status":
    "On subscribing to `draw`, of each draw that is locked and of the one that ended last; a draw opens, locks, has its beacon's round, is drawn or void.",
  "lobby:update":
    "On subscribing to `lobby:<roomId>`; somebody joins, leaves or buys; the room locks, has its beacon's round, is drawn or closed.",
  "wallet": "On subscribing to `wallet`, and within seconds of each movement."
}

/** An event as it is sent; `channel` where it belongs to one. */
export const encodeEvent = <Name extends EventName>(event: Name, data: EventData<Name>, channel?: string): string =>
  JSON.stringify({ event, data, channel })
