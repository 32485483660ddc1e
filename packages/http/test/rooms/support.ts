/** Members of rooms, and what they say to the API. */
import { cents } from "@ddd/core/money/Money"
import type { UserId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { type Answer, type Call, Client, makePlayer, textAt } from "../support/Server.ts"

export interface Player {
  readonly id: UserId
  readonly username: string
  readonly token: string
}

export const newPlayer = (dollars = 5n) => makePlayer(cents(dollars * 100n))

const ask = (
  method: string,
  path: string,
  { token }: Player,
  call: Call = {}
): Effect.Effect<Answer, never, Client> =>
  Effect.flatMap(Client, (client) => client.call(method, path, { ...call, token }))

export const post = (path: string, player: Player, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask("POST", path, player, body === undefined ? { headers } : { body, headers })

export const get = (path: string, player: Player) => ask("GET", path, player)

export interface MadeRoom {
  readonly id: string
  readonly code: string
  readonly host: Player
}

/** A room of a host with $5.00. */
export const makeRoom = Effect.fnUntraced(function*(body: Readonly<Record<string, unknown>> = {}) {
  const host = yield* newPlayer()
  const { json } = yield* post("/rooms", host, { name: "Friday", ...body })
  return { id: textAt(json, "id"), code: textAt(json, "code"), host } satisfies MadeRoom
})

export const join = ({ code, id }: MadeRoom, player: Player) => post(`/rooms/${id}/join`, player, { code })

/** A new member with $5.00. */
export const newMember = Effect.fnUntraced(function*(room: MadeRoom) {
  const player = yield* newPlayer()
  yield* join(room, player)
  return player
})

export const buy = ({ id }: MadeRoom, player: Player, key?: string) =>
  post(`/rooms/${id}/purchase-ticket`, player, undefined, key === undefined ? {} : { "Idempotency-Key": key })

export const start = ({ host, id }: MadeRoom, body?: unknown) => post(`/rooms/${id}/start-draw`, host, body)

export const execute = ({ host, id }: MadeRoom) => post(`/rooms/${id}/execute-draw`, host)
