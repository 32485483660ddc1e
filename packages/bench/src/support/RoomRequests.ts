/** What players ask of private rooms over HTTP, and what the answers say (docs/api.md, "Rooms"). */
import { Option, Schema } from "effect"
import { bodyOf } from "./AnswerBody.ts"
import { type HttpAnswer, requestText } from "./HttpConnection.ts"
import type { Player } from "./Players.ts"

const asked = (
  method: "GET" | "POST",
  { accessToken }: Player,
  path: string,
  { body, key }: { readonly body?: unknown; readonly key?: string | undefined } = {}
): string =>
  requestText({
    method,
    path: `/rooms${path}`,
    headers: {
      authorization: `Bearer ${accessToken}`,
      ...key === undefined ? {} : { "idempotency-key": key }
    },
    ...body === undefined ? {} : { body: JSON.stringify(body) }
  })

export const createRoom = (host: Player, name: string, maxParticipants: number): string =>
  asked("POST", host, "", { body: { name, maxParticipants } })

/** All that a newcomer knows of a room is its code. */
export const joinRoom = (player: Player, code: string): string =>
  asked("POST", player, `/${code}/join`, { body: { code } })

export const leaveRoom = (player: Player, room: string): string => asked("POST", player, `/${room}/leave`)

/** A member's one ticket, under an idempotency key where one is given. */
export const buyInRoom = (player: Player, room: string, key?: string): string =>
  asked("POST", player, `/${room}/purchase-ticket`, { key })

/** `drawAt` is a time in text; null: the room can be drawn as soon as it is locked. */
export const startDraw = (host: Player, room: string, drawAt: string | null): string =>
  asked("POST", host, `/${room}/start-draw`, { body: drawAt === null ? {} : { drawAt } })

export const executeDraw = (host: Player, room: string): string => asked("POST", host, `/${room}/execute-draw`)

export const closeRoom = (host: Player, room: string): string => asked("POST", host, `/${room}/close`)

export const seeRoom = (player: Player, room: string): string => asked("GET", player, `/${room}`)

/** Where a room's proof bundle is read. */
export const roomProofPath = (room: string): string => `/rooms/${room}/proof`

const SeenRoom = Schema.Struct({
  id: Schema.String,
  code: Schema.String,
  status: Schema.String,
  participants: Schema.Array(Schema.Struct({ userId: Schema.String, hasTicket: Schema.Boolean })),
  winnerId: Schema.NullOr(Schema.String),
  winningPosition: Schema.NullOr(Schema.Int)
})
/** A room, as one of its members is told of it. */
export type SeenRoom = typeof SeenRoom.Type

/** The room that an answer shows; throws where it shows none. */
export const roomIn = bodyOf(SeenRoom)

const Receipt = Schema.Struct({ ticket: Schema.Struct({ ticketId: Schema.String, position: Schema.Int }) })
const receiptIn = bodyOf(Receipt)

/** The ticket that an answer of 201 sells; throws where it sells none. */
export const roomTicketIn = (answer: HttpAnswer) => receiptIn(answer).ticket

const ProblemJson = Schema.fromJsonString(Schema.Struct({ code: Schema.String }))

/** What an answer comes down to: its status, and the code of a refusal. */
export const gist = ({ body, status }: HttpAnswer): string => {
  if (status < 400) return String(status)
  const problem = Schema.decodeOption(ProblemJson)(body.toString())
  return `${status} ${Option.match(problem, { onNone: () => body.toString(), onSome: ({ code }) => code })}`
}
