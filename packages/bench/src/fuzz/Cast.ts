/** Who asks, and what is there to be asked for: renewed as a run goes on, since what is asked ends sessions and closes rooms. */
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { cents } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { Effect, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Refuted } from "../shows/Show.ts"
import { bodyOf } from "../support/AnswerBody.ts"
import { once } from "../support/AtOnce.ts"
import { requestText } from "../support/HttpConnection.ts"
import { makePlayers, openSession, type Player } from "../support/Players.ts"
import { buyInRoom, createRoom, joinRoom, roomIn, roomTicketIn } from "../support/RoomRequests.ts"

/** A player, signed in. */
export interface Actor {
  readonly userId: string
  readonly accessToken: string
}

export interface Cast {
  /** Who play. */
  readonly actors: ReadonlyArray<Actor>
  /** Whoever ends sessions, accounts and play does it as one of these, each operation as one of its own. */
  readonly sacrificed: ReadonlyArray<Actor>
  readonly emails: ReadonlyArray<string>
  /** Ids and codes of rooms, of which the first actor hosts some. */
  readonly rooms: ReadonlyArray<string>
  /** Public ids of tickets. */
  readonly tickets: ReadonlyArray<string>
  /** Ids that something has: draws, players, sessions. */
  readonly ids: ReadonlyArray<string>
  readonly codes: ReadonlyArray<string>
  /** Refresh tokens of those who play, and the tokens of links that were mailed: each can be used once. */
  readonly refreshTokens: ReadonlyArray<string>
  readonly mailedTokens: ReadonlyArray<string>
  /** Days of draws. */
  readonly days: ReadonlyArray<string>
}

/** Two with rooms, one without, and one for each operation that ends something. */
const playersOfRound = 12

const drawIn = bodyOf(Schema.Struct({ id: Schema.String }))

/** The tokens of the links that were mailed to players. */
const mailedTo = Effect.fnUntraced(function*(players: ReadonlyArray<Player>) {
  const sql = yield* SqlClient.SqlClient
  const { tokenOf } = yield* MailedTokens
  const ids = players.map(({ userId }) => userId)
  const rows = yield* sql<
    { readonly id: string }
  >`SELECT id FROM mailed_tokens WHERE user_id = ANY(${ids}::uuid[]) AND used_at IS NULL`
  return rows.map(({ id }) => tokenOf(id))
})

/** Makes the players and rooms of a round. */
export const makeCast = Effect.fnUntraced(function*(
  round: number,
  port: number,
  days: ReadonlyArray<string>,
  activate: () => void
) {
  const first = playersOfRound * round
  // who is to be erased has no money
  const players = yield* makePlayers(playersOfRound, (nth) => nth < 3 ? cents(100_000n) : cents(0n), first)
  const [host, friend, guest, ...sacrificed] = players
  if (host === undefined || friend === undefined || guest === undefined) {
    return yield* new Refuted({ message: "there are no players" })
  }
  const ask = (request: string) => Effect.promise(() => once(port, request))
  const rooms = yield* Effect.forEach(
    ["One", "Two", "Three"],
    (name) => Effect.map(ask(createRoom(host, `${name} of ${round}`, 10)), roomIn)
  )
  const [one, two] = rooms
  for (const room of [one, two]) {
    if (room !== undefined) yield* ask(joinRoom(friend, room.code))
  }
  const bought = yield* Effect.forEach([host, friend], (player) => ask(buyInRoom(player, one?.id ?? "")))
  const draw = drawIn(yield* ask(requestText({ method: "GET", path: "/lottery/current-draw" })))
  const emails = sacrificed.map((_, nth) => `player-${first + 3 + nth}@example.com`)
  const accounts = yield* Accounts
  yield* Effect.forEach(emails, (email) => accounts.askReset(email, operatorOrigin))
  const { hashOf } = yield* MailedTokens
  // who plays may be paid out
  for (const token of yield* mailedTo([host, friend, guest])) {
    yield* accounts.verifyEmail(hashOf(token), operatorOrigin)
  }
  const account = { path: "/wallet/payout-account", headers: { authorization: `Bearer ${host.accessToken}` } }
  yield* ask(requestText({ method: "POST", ...account }))
  activate()
  yield* ask(requestText({ method: "GET", ...account }))
  const mailed = yield* mailedTo(sacrificed)
  const sessions = yield* Effect.forEach(players, openSession)
  const cast: Cast = {
    actors: [host, host, friend, guest],
    sacrificed,
    emails,
    refreshTokens: sessions.slice(0, 3).map(({ refreshToken }) => refreshToken),
    mailedTokens: mailed.map(Redacted.value),
    rooms: rooms.flatMap(({ code, id }) => [id, code]),
    codes: rooms.map(({ code }) => code),
    tickets: bought.filter(({ status }) => status === 201).map((answer) => roomTicketIn(answer).ticketId),
    ids: [...rooms.map(({ id }) => id), host.userId, draw.id, ...sessions.slice(3).map(({ sessionId }) => sessionId)],
    days
  }
  return cast
})
