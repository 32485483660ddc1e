/** The players and rooms of the show of rooms, and all that the servers said to them. */
import { Effect } from "effect"
import { atOnce, once } from "../support/AtOnce.ts"
import type { HttpAnswer } from "../support/HttpConnection.ts"
import type { Player } from "../support/Players.ts"
import { buyInRoom, createRoom, gist, joinRoom, roomIn, roomTicketIn, seeRoom } from "../support/RoomRequests.ts"
import { must } from "./Show.ts"

/** A ticket that its buyer was told is theirs. */
export interface Holding {
  readonly player: Player
  readonly ticketId: string
  readonly position: number
}

/** A room of the show, and the tickets that were acknowledged in it. */
export interface PlayedRoom {
  readonly id: string
  readonly code: string
  readonly host: Player
  readonly holdings: Array<Holding>
}

export interface Scene {
  /** Of the servers: two. */
  readonly ports: readonly [number, number]
  readonly players: ReadonlyArray<Player>
  readonly rooms: Array<PlayedRoom>
  /** How often each answer came, by what was asked for. */
  readonly said: Map<string, Map<string, number>>
}

/** The player at a place of the circle in which all of them sit. Throws where there is nobody. */
export const playerAt = ({ players }: Scene, place: number): Player => {
  const player = players[place % players.length]
  if (player === undefined) throw new RangeError("there are no players")
  return player
}

/** So many players of the circle, from a place on. */
export const playersFrom = (scene: Scene, place: number, count: number): ReadonlyArray<Player> =>
  Array.from({ length: count }, (_, nth) => playerAt(scene, place + nth))

/** Counts the answers to something, and fails unless each is one of those that are allowed. */
const heard = ({ said }: Scene, what: string, answers: ReadonlyArray<HttpAnswer>, allowed: RegExp) => {
  const counts = said.get(what) ?? new Map<string, number>()
  said.set(what, counts)
  for (const answer of answers) counts.set(gist(answer), (counts.get(gist(answer)) ?? 0) + 1)
  const odd = answers.find((answer) => !allowed.test(gist(answer)))
  return must(odd === undefined, () => `${what} was answered ${odd?.status}: ${odd?.body.toString()}`)
}

/** What is asked of the servers by several at once, and which answers are right, as `gist` puts them. */
export interface Question {
  readonly what: string
  readonly request: string
  readonly allowed: RegExp
}

/** Asks both servers all of it at once; the answers are in the order of the questions. */
export const askAll = Effect.fnUntraced(function*(scene: Scene, questions: ReadonlyArray<Question>) {
  const answers = yield* Effect.promise(() => atOnce(scene.ports, questions.map(({ request }) => request)))
  for (const [index, answer] of answers.entries()) {
    const question = questions[index]
    if (question !== undefined) yield* heard(scene, question.what, [answer], question.allowed)
  }
  return answers
})

/** Asks the first server. */
export const ask = Effect.fnUntraced(function*(scene: Scene, { allowed, request, what }: Question) {
  const answer = yield* Effect.promise(() => once(scene.ports[0], request))
  yield* heard(scene, what, [answer], allowed)
  return answer
})

/** Keeps the tickets that the answers to purchases sell; `buyers` asked for them, in this order. */
export const hold = (room: PlayedRoom, buyers: ReadonlyArray<Player>, answers: ReadonlyArray<HttpAnswer>): void => {
  for (const [index, player] of buyers.entries()) {
    const answer = answers[index]
    if (answer?.status === 201) room.holdings.push({ player, ...roomTicketIn(answer) })
  }
}

/** Makes a room, which these guests join. */
export const makeRoom = Effect.fnUntraced(function*(
  scene: Scene,
  host: Player,
  guests: ReadonlyArray<Player>,
  maxParticipants: number
) {
  const made = yield* ask(scene, {
    what: "making a room",
    request: createRoom(host, `Room ${scene.rooms.length}`, maxParticipants),
    allowed: /^201$/
  })
  const { code, id } = roomIn(made)
  const room: PlayedRoom = { id, code, host, holdings: [] }
  scene.rooms.push(room)
  yield* askAll(
    scene,
    guests.map((guest) => ({
      what: "joining while there are places",
      request: joinRoom(guest, code),
      allowed: /^200$/
    }))
  )
  return room
})

/** Sells a ticket to each of these members of an open room. */
export const sellTo = Effect.fnUntraced(function*(scene: Scene, room: PlayedRoom, members: ReadonlyArray<Player>) {
  const answers = yield* askAll(
    scene,
    members.map((member) => ({
      what: "buying while the room is open",
      request: buyInRoom(member, room.id),
      allowed: /^201$/
    }))
  )
  hold(room, members, answers)
})

/** The room, as its host sees it. */
export const look = (scene: Scene, { host, id }: PlayedRoom) =>
  Effect.map(ask(scene, { what: "looking at one's room", request: seeRoom(host, id), allowed: /^200$/ }), roomIn)
