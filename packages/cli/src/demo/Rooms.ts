/**
 * The rooms of the demo: one that its host draws among four, and one that its host closes.
 *
 * They are played once the day is over, by players of their own.
 */
import { cents, formatCents, ticketPot, ticketPrice } from "@ddd/core/money/Money"
import { instant } from "@ddd/core/values/Instant"
import { hash } from "@ddd/sim/providers/BeaconStandIn"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Claim, claim } from "./Claims.ts"
import { at, expectJson, request, textAt } from "./Client.ts"
import { DemoFailed } from "./DemoFailed.ts"
import { balanceOf, fund, type Player, prizesOf, signUp } from "./Player.ts"
import { type RoomLive, watchRoom } from "./RoomLive.ts"
import { credit } from "./Script.ts"
import type { Site } from "./Site.ts"

interface Circle {
  readonly host: Player
  readonly friends: ReadonlyArray<Player>
  readonly stranger: Player
}

const friendsInvited = 3

/** Signs up and funds everybody that the rooms need; `first` is the number of the first. */
const gather = Effect.fnUntraced(function*(site: Site, first: number) {
  const players = yield* Effect.forEach(
    Array.from({ length: friendsInvited + 2 }, (_, index) => first + index),
    (number) => Effect.tap(signUp(site, number), (player) => fund(site, player)),
    { concurrency: "unbounded" }
  )
  const [host, stranger, ...friends] = players
  if (host === undefined || stranger === undefined) {
    return yield* new DemoFailed({ message: "Nobody came to the rooms." })
  }
  const circle: Circle = { host, friends, stranger }
  return circle
})

const openRoom = Effect.fnUntraced(function*({ url }: Site, { token }: Player, name: string) {
  const room = yield* expectJson(201, url, "POST", "/rooms", { token, body: { name } })
  return { id: textAt(room, "id"), code: textAt(room, "code") }
})

const comeIn = ({ url }: Site, { token }: Player, room: { readonly id: string; readonly code: string }) =>
  expectJson(200, url, "POST", `/rooms/${room.code}/join`, { token, body: { code: room.code } })

const buyIn = ({ url }: Site, { token }: Player, roomId: string) =>
  expectJson(201, url, "POST", `/rooms/${roomId}/purchase-ticket`, { token })

/** Asks for what must be refused: whether it was, with this status and code. */
const refused = (
  { url }: Site,
  { token }: Player,
  method: string,
  path: string,
  expected: readonly [status: number, code: string],
  body?: unknown
): Effect.Effect<boolean, DemoFailed> =>
  Effect.map(request(url, method, path, body === undefined ? { token } : { token, body }), ({ status, text }) => {
    const problem: unknown = text === "" ? null : JSON.parse(text)
    return status === expected[0] && at(problem, "code") === expected[1]
  })

/** The room's bundle as a member gets it, in a file, judged by a `ddd verify` of its own. */
const verified = Effect.fnUntraced(function*(site: Site, { token }: Player, roomId: string, vkeys: string) {
  const bundle = join(site.folder, `room-${roomId}.ndjson`)
  const { text } = yield* request(site.url, "GET", `/rooms/${roomId}/proof`, { token })
  writeFileSync(bundle, text)
  const { code, stdout } = yield* site.ddd("verify", bundle, "--vkey", vkeys, "--chain", hash)
  return { code, verdict: stdout.trimEnd().split("\n").at(-1) ?? "", lock: lockIn(text) }
})

/** The lock record in a bundle's first line. */
const lockIn = (bundle: string): unknown => at(JSON.parse(bundle.slice(0, bundle.indexOf("\n"))), "lock")

/** Whether the room was heard of as it was: members and pot grew, it was locked, then drawn. */
const heardAsItWas = ({ updates }: RoomLive, tickets: number): boolean => {
  const grew = updates.every(({ members, prizePool }, index) => {
    const before = updates[index - 1]
    return before === undefined ||
      (members >= before.members && Number(prizePool) >= Number(before.prizePool))
  })
  const locked = updates.findIndex(({ status }) => status === "locked")
  const drawn = updates.findIndex(({ status }) => status === "drawn")
  return grew && locked > 0 && drawn > locked && updates.at(-1)?.members === tickets
}

/** A room that is drawn. */
const drawnRoom = Effect.fnUntraced(function*(site: Site, { friends, host, stranger }: Circle, vkeys: string) {
  const room = yield* openRoom(site, host, "Friday night")
  const absent = [404, "not_found"] as const
  const wrong = room.code === "222222" ? "333333" : "222222"
  const keptOut = [
    yield* refused(site, stranger, "GET", `/rooms/${room.id}`, absent),
    yield* refused(site, stranger, "POST", `/rooms/${room.id}/join`, absent, { code: wrong })
  ].every(Boolean)
  const live = yield* watchRoom(site.url, host, room.id)
  for (const friend of friends) yield* comeIn(site, friend, room)
  const members = [host, ...friends]
  for (const member of members) yield* buyIn(site, member, room.id)
  const onlyOne = yield* refused(site, host, "POST", `/rooms/${room.id}/purchase-ticket`, [409, "already_has_ticket"])

  const started = yield* expectJson(200, site.url, "POST", `/rooms/${room.id}/start-draw`, {
    token: host.token,
    body: {}
  })
  yield* live.until("the lock", () => live.updates.some(({ status }) => status === "locked"))
  const keptLock = live.updates.find(({ status }) => status === "locked")?.lock ?? null
  yield* site.moveToRound(instant(Date.parse(textAt(started, "drawAt"))))
  const execute = ["POST", `/rooms/${room.id}/execute-draw`, { token: host.token }] as const
  // once the host has asked, the server draws by itself as soon as the beacon's round is there
  yield* request(site.url, ...execute)
  yield* live.until("the room's draw", () => live.updates.some(({ status }) => status === "drawn"))
  const drawn = yield* expectJson(200, site.url, ...execute)
  const winnerId = textAt(drawn, "winnerId")
  const winner = members.find(({ id }) => id === winnerId)

  const prize = cents(ticketPot * BigInt(members.length))
  const expected = formatCents(cents(credit - ticketPrice + prize))
  const balance = winner === undefined ? "nothing" : yield* balanceOf(site, winner)
  const prizes = winner === undefined ? [] : yield* prizesOf(site, winner)
  const { code, lock, verdict } = yield* verified(site, friends[0] ?? host, room.id, vkeys)
  return [
    claim(
      `a room: without its code ${
        keptOut ? "nobody came in" : "somebody came in"
      }, with it ${friends.length} friends did; ` +
        `a second ticket was ${onlyOne ? "refused" : "sold"}`,
      keptOut && onlyOne
    ),
    claim(
      `its host was told ${live.updates.length} times: of members and tickets as they came, the lock and the draw`,
      heardAsItWas(live, members.length) && live.updates.at(-1)?.winnerId === winnerId
    ),
    claim(
      `the host started and drew it: the winner of ${members.length} was paid $${
        formatCents(prize)
      }, once, and has $${balance}`,
      balance === expected && prizes.length === 1 && prizes[0] === formatCents(prize)
    ),
    claim(
      `its lock record, heard before the draw, is the proof's; ddd verify says: ${verdict}`,
      keptLock !== null && lock === keptLock && code === 0 && verdict === "VALID BEACON"
    )
  ]
})

/** A room that is closed, by one who has credit and lost nothing yet in another. */
const closedRoom = Effect.fnUntraced(function*(site: Site, { friends, stranger: host }: Circle, vkeys: string) {
  const room = yield* openRoom(site, host, "Saturday night")
  const members = [host, ...friends.slice(0, 1)]
  for (const member of members.slice(1)) yield* comeIn(site, member, room)
  const before = yield* Effect.forEach(members, (member) => balanceOf(site, member))
  for (const member of members) yield* buyIn(site, member, room.id)
  const between = yield* Effect.forEach(members, (member) => balanceOf(site, member))
  yield* expectJson(200, site.url, "POST", `/rooms/${room.id}/close`, { token: host.token })
  // a second time it stays closed, and nothing comes back once more
  yield* expectJson(200, site.url, "POST", `/rooms/${room.id}/close`, { token: host.token })
  const after = yield* Effect.forEach(members, (member) => balanceOf(site, member))
  const { verdict } = yield* verified(site, host, room.id, vkeys)
  const isBack = before.every((balance, index) => balance === after[index] && balance !== between[index])
  return [
    claim(
      `another room was closed: every cent ${isBack ? "is" : "is not"} back; ddd verify says: ${verdict}`,
      isBack && verdict === "VOID"
    )
  ]
})

/** Plays both, and says what held. `first`: a player's number that nobody has yet; `vkeys`: fetched before the day began. */
export const playRooms = Effect.fn("Rooms.play")(function*(site: Site, first: number, vkeys: string) {
  const circle = yield* gather(site, first)
  const claims: ReadonlyArray<Claim> = [
    ...yield* drawnRoom(site, circle, vkeys),
    ...yield* closedRoom(site, circle, vkeys)
  ]
  return claims
}, Effect.scoped)
