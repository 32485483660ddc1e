/** What members, newcomers, the host and the server itself may do to a room at the same moment: five races. */
import { formatInstant, instant } from "@ddd/core/values/Instant"
import { Clock, Duration, Effect, Schedule } from "effect"
import { headerOf } from "../support/HttpConnection.ts"
import {
  buyInRoom,
  closeRoom,
  executeDraw,
  joinRoom,
  leaveRoom,
  roomIn,
  seeRoom,
  startDraw
} from "../support/RoomRequests.ts"
import { bundledTickets, requireHeld, roomBundle } from "./RoomProofs.ts"
import {
  ask,
  askAll,
  hold,
  look,
  makeRoom,
  playerAt,
  playersFrom,
  type Question,
  type Scene,
  sellTo
} from "./RoomScene.ts"
import { must } from "./Show.ts"

export const joinersAtOnce = 100
/** How many places the rooms have of which the last one is raced for, in turns. */
const places = [2, 3, 5, 10] as const

/** The last place of a room is wanted by a hundred at once: one comes in. */
export const lastPlace = Effect.fnUntraced(function*(scene: Scene, round: number) {
  const size = places[round % places.length] ?? 2
  const host = playerAt(scene, round)
  const room = yield* makeRoom(scene, host, playersFrom(scene, round + 1, size - 2), size)
  const joiners = playersFrom(scene, round + size - 1, joinersAtOnce)
  const answers = yield* askAll(
    scene,
    joiners.map((joiner) => ({
      what: "joining for the last place",
      request: joinRoom(joiner, room.code),
      allowed: /^(200|409 room_full)$/
    }))
  )
  const winners = joiners.filter((_, index) => answers[index]?.status === 200)
  yield* must(winners.length === 1, () => `${winners.length} came in for the last place of room ${room.id}`)
  const { participants } = yield* look(scene, room)
  yield* must(
    participants.length === size && participants.at(-1)?.userId === winners[0]?.userId,
    () => `room ${room.id} for ${size} holds ${participants.length}, and the last is not who was let in`
  )
  for (const stranger of joiners.filter((joiner) => joiner !== winners[0]).slice(0, 1)) {
    yield* ask(scene, {
      what: "looking at a room that one was not let into",
      request: seeRoom(stranger, room.id),
      allowed: /^404 not_found$/
    })
  }
})

export const pressesAtOnce = 20
/** Under which keys a member presses, in turns: one key, none, a key each, one key and none by halves. */
const keysPressed: ReadonlyArray<(press: number) => string | undefined> = [
  () => "pressed",
  () => undefined,
  (press) => `pressed-${press}`,
  (press) => press % 4 < 2 ? "pressed" : undefined
]

/** A member presses buy twenty times at once: they have one ticket, and the answers under one key are one. */
export const oneTicket = Effect.fnUntraced(function*(scene: Scene, round: number) {
  const keyOf = keysPressed[round % keysPressed.length] ?? (() => undefined)
  const member = playerAt(scene, round + 1)
  const room = yield* makeRoom(scene, playerAt(scene, round), [member], 50)
  const keys = Array.from({ length: pressesAtOnce }, (_, press) => keyOf(press)).map((key) =>
    // a player meets several rounds, and a key is the player's
    key === undefined ? undefined : `${key}-${round}`
  )
  const answers = yield* askAll(
    scene,
    keys.map((key) => ({
      what: "pressing buy many times",
      request: buyInRoom(member, room.id, key),
      allowed: /^(201|409 already_has_ticket)$/
    }))
  )
  const sold = answers.filter(({ status }) => status === 201)
  const fresh = sold.filter((answer) => headerOf(answer, "idempotent-replayed") !== "true")
  yield* must(fresh.length === 1, () => `${fresh.length} tickets were sold to a member of room ${room.id}`)
  yield* must(
    sold.every(({ body }) => body.equals(fresh[0]?.body ?? Buffer.alloc(0))),
    () => `the answers under one key differ in room ${room.id}`
  )
  hold(room, [member], fresh)
  // who was told of the ticket under a key is told so under it by every answer; a refusal came before, or was under none
  const keyed = new Set(keys.filter((_, index) => answers[index]?.status === 201 && keys[index] !== undefined))
  const denied = keys.filter((key, index) => key !== undefined && keyed.has(key) && answers[index]?.status !== 201)
  yield* must(denied.length === 0, () => `a key that had sold a ticket was refused in room ${room.id}`)
})

const guestsAtLock = 11

/** All members buy while the host starts the draw: who was told of a ticket is in the lock record, and nobody else is. */
export const buyAtLock = Effect.fnUntraced(function*(scene: Scene, round: number) {
  const host = playerAt(scene, round)
  const guests = playersFrom(scene, round + 1, guestsAtLock)
  const room = yield* makeRoom(scene, host, guests, 50)
  // a draw needs tickets of two
  yield* sellTo(scene, room, guests.slice(0, 2))
  const members = [...guests.slice(2), host]
  const purchases = members.map((member) => ({
    what: "buying while the draw is started",
    request: buyInRoom(member, room.id, `lock-${round}`),
    allowed: /^(201|409 (draw_closed|wrong_room_state))$/
  }))
  // first of all in one round, last in another
  const place = round % (purchases.length + 1)
  const start = {
    what: "starting the draw among purchases",
    request: startDraw(host, room.id, null),
    allowed: /^200$/
  }
  const answers = yield* askAll(scene, purchases.toSpliced(place, 0, start))
  hold(room, members, answers.toSpliced(place, 1))
  // the lock record's bundle: the outcome is not known yet
  const bundle = yield* roomBundle(scene, room)
  yield* requireHeld(room, bundledTickets(bundle))
  yield* ask(scene, {
    what: "executing a draw that is due",
    request: executeDraw(host, room.id),
    allowed: /^200$/
  })
})

const executionsAtOnce = 10
/** How far ahead the host puts the draw, in milliseconds: the servers look for what is due once a second at least. */
const drawAheadMillis = 1_200

/**
 * The host has the draw executed ten times at once, at both servers, at the moment at which it is due and each server draws it by
 * itself. `aheadMillis`: by how much the servers' clock is ahead of this process'.
 */
export const drawOnce = Effect.fnUntraced(function*(scene: Scene, round: number, aheadMillis: number) {
  const host = playerAt(scene, round)
  const guests = playersFrom(scene, round + 1, 3)
  const room = yield* makeRoom(scene, host, guests, 4)
  yield* sellTo(scene, room, [host, ...guests])
  const drawAt = (yield* Clock.currentTimeMillis) + aheadMillis + drawAheadMillis
  yield* ask(scene, {
    what: "starting the draw for a moment ahead",
    request: startDraw(host, room.id, formatInstant(instant(drawAt))),
    allowed: /^200$/
  })
  // too early in one round, late in another: the connections and the servers take their time, too
  const shiftMillis = round % 33 - 30
  const untilThen = drawAt + shiftMillis - aheadMillis - (yield* Clock.currentTimeMillis)
  yield* Effect.sleep(Duration.millis(Math.max(0, untilThen)))
  const answers = yield* askAll(
    scene,
    Array.from({ length: executionsAtOnce }, () => ({
      what: "executing the draw as it falls due",
      request: executeDraw(host, room.id),
      allowed: /^(200|409 wrong_room_state)$/
    }))
  )
  const early = answers.find(({ body, status }) => status === 409 && !body.toString().includes("time has not come"))
  yield* must(early === undefined, () => `an execution was refused: ${early?.body.toString()}`)
  const drawn = yield* look(scene, room).pipe(
    Effect.repeat({ until: ({ status }) => status === "drawn", schedule: Schedule.spaced("50 millis") }),
    Effect.timeout("30 seconds")
  )
  const told = answers.filter(({ status }) => status === 200).map(roomIn)
  yield* must(
    told.every(({ status, winnerId, winningPosition }) =>
      status === "drawn" && winnerId === drawn.winnerId && winningPosition === drawn.winningPosition
    ),
    () => `room ${room.id} was won by ${drawn.winnerId}, and another was told: ${JSON.stringify(told)}`
  )
})

/**
 * The host closes a room at both servers while members buy, newcomers join and one leaves; in every second round the host starts the
 * draw too. Either it is closed, or it is locked, and its draw goes on.
 */
export const closeAtOnce = Effect.fnUntraced(function*(scene: Scene, round: number) {
  const host = playerAt(scene, round)
  const [buyers, holders, leavers, newcomers] = [
    playersFrom(scene, round + 1, 4),
    playersFrom(scene, round + 5, 3),
    playersFrom(scene, round + 8, 1),
    playersFrom(scene, round + 9, 2)
  ]
  const room = yield* makeRoom(scene, host, [...buyers, ...holders, ...leavers], 50)
  yield* sellTo(scene, room, holders)
  const withStart = round % 2 === 1
  const purchases = buyers.map((buyer) => ({
    what: "buying while the room is closed",
    request: buyInRoom(buyer, room.id, `close-${round}`),
    allowed: /^(201|409 (draw_closed|wrong_room_state))$/
  }))
  const comings = newcomers.map((newcomer) => ({
    what: "joining while the room is closed",
    request: joinRoom(newcomer, room.code),
    allowed: /^(200|409 wrong_room_state)$/
  }))
  const goings = leavers.map((leaver) => ({
    what: "leaving while the room is closed",
    request: leaveRoom(leaver, room.id),
    allowed: /^(204|409 wrong_room_state)$/
  }))
  const closings = [0, 1].map(() => ({
    what: withStart ? "closing while the draw is started" : "closing",
    request: closeRoom(host, room.id),
    allowed: withStart ? /^(200|409 wrong_room_state)$/ : /^200$/
  }))
  const starts = withStart
    ? [{
      what: "starting the draw while the room is closed",
      request: startDraw(host, room.id, null),
      allowed: /^(200|409 wrong_room_state)$/
    }]
    : []
  const others = [...purchases, ...comings, ...goings]
  // sooner in one round, later in another
  const place = Math.floor(round / 2) % (others.length + 1)
  const questions = others.toSpliced(place, 0, ...closings)
  // closing takes longer, since it waits for the wallets of all who bought: the start gives it a lead, of up to so many milliseconds
  const leadMillis = 2 * (Math.floor(round / 2) % 20)
  const [answers, startAnswers] = yield* Effect.all([
    askAll(scene, questions),
    Effect.delay(askAll(scene, starts), Duration.millis(leadMillis))
  ], { concurrency: 2 })
  const to = (asked: ReadonlyArray<Question>) =>
    answers.filter((_, index) => asked.some((one) => one === questions[index]))
  hold(room, buyers, to(purchases))
  const { status } = yield* look(scene, room)
  const [closed, started] = [to(closings), startAnswers].map((given) =>
    given.filter((one) => one.status === 200).length
  )
  yield* must(
    status === "closed" ? closed === 2 && started === 0 : status === "locked" && closed === 0 && started === 1,
    () => `room ${room.id} is ${status}; closing it was granted ${closed} times, starting its draw ${started} times`
  )
  if (status === "locked") {
    yield* ask(scene, {
      what: "executing a draw that is due",
      request: executeDraw(host, room.id),
      allowed: /^200$/
    })
  }
})
