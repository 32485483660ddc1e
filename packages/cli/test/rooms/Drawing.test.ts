import { formatInstant, instant } from "@ddd/core/values/Instant"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { watchRoom } from "../../src/demo/RoomLive.ts"
import { eventually } from "../support/Ddd.ts"
import {
  askAs,
  balanceOf,
  buyIn,
  clock,
  expectAs,
  later,
  type Member,
  movementsOf,
  newMember,
  newRoom,
  type Room,
  roomOf,
  verdictOf
} from "../support/Rooms.ts"
import { assertProblem, at, Site, textAt } from "../support/Site.ts"

const hour = 3_600_000

/** A room of three who have a ticket each. */
const ofThree = Effect.gen(function*() {
  const members = [yield* newMember, yield* newMember, yield* newMember] as const
  const [host, ...friends] = members
  const room = yield* newRoom(host, friends)
  yield* buyIn(room, members)
  return { host, members, room }
})

/** Asserts that one of them has won the pot of three tickets, once, and the others nothing. */
const assertOneWinner = (members: ReadonlyArray<Member>, winnerId: string) =>
  Effect.gen(function*() {
    for (const member of members) {
      const hasWon = member.id === winnerId
      assert.deepStrictEqual(yield* movementsOf(member, "prize_win"), hasWon ? ["2.85"] : [])
      assert.strictEqual(yield* balanceOf(member), hasWon ? "6.85" : "4.00")
    }
    assert.isTrue(members.some(({ id }) => id === winnerId))
  })

/** Waits until the room is drawn with nobody asking for it. */
const drawnByItself = (member: Member, room: Room) =>
  eventually("the room is drawn", roomOf(member, room), (shown) => at(shown, "status") === "drawn")

layer(Site.layer({ processes: [{}, {}] }), { excludeTestServices: true, timeout: "60 seconds" })(
  "a room's draw",
  (it) => {
    it.effect(
      "is published before its outcome, told to the members live, and verified by each of them",
      () =>
        Effect.gen(function*() {
          const { host, members, room } = yield* ofThree
          const [url = ""] = (yield* Site).urls
          const [, friend] = members
          const live = yield* watchRoom(url, { token: friend.accessToken }, room.id)
          const started = yield* expectAs(200, host, "POST", `/rooms/${room.id}/start-draw`, {})
          assert.strictEqual(at(started, "status"), "locked")
          yield* live.until("the lock", () => live.updates.some(({ status }) => status === "locked"))
          const locked = yield* verdictOf(friend, room)
          assert.strictEqual(locked.verdict, "PENDING LOCKED")
          const note = live.updates.find(({ status }) => status === "locked")?.lock
          assert.strictEqual(note, at(JSON.parse(locked.bundle.split("\n")[0] ?? ""), "lock"))

          const drawn = yield* expectAs(200, host, "POST", `/rooms/${room.id}/execute-draw`)
          const seed = textAt(drawn, "seed")
          yield* live.until("the draw", () => live.updates.some(({ winnerId }) => winnerId === at(drawn, "winnerId")))
          for (const seenBefore of [JSON.stringify(started), locked.bundle]) assert.notInclude(seenBefore, seed)
          assert.strictEqual((yield* verdictOf(friend, room)).verdict, "VALID SIGNED")
          yield* assertOneWinner(members, textAt(drawn, "winnerId"))
        }),
      180_000
    )

    it.effect("takes neither members nor purchases after the lock, and no second lock", () =>
      Effect.gen(function*() {
        const { urls } = yield* Site
        const [host, other, friend, late] = [yield* newMember, yield* newMember, yield* newMember, yield* newMember]
        const room = yield* newRoom(host, [other, friend])
        yield* buyIn(room, [host, other])
        yield* expectAs(200, host, "POST", `/rooms/${room.id}/start-draw`, {})
        for (const at of urls) {
          const join = yield* askAs(late, "POST", `/rooms/${room.code}/join`, { at, body: { code: room.code } })
          assertProblem(join, 409, "wrong_room_state")
          const bought = yield* askAs(friend, "POST", `/rooms/${room.id}/purchase-ticket`, { at })
          assertProblem(bought, 409, "wrong_room_state")
          const started = yield* askAs(host, "POST", `/rooms/${room.id}/start-draw`, { at, body: {} })
          assertProblem(started, 409, "wrong_room_state")
        }
        assert.strictEqual(yield* balanceOf(friend), "5.00")
      }), 180_000)

    it.effect("asked for at once at both servers has one winner and one payment", () =>
      Effect.gen(function*() {
        const { urls } = yield* Site
        const { host, members, room } = yield* ofThree
        yield* expectAs(200, host, "POST", `/rooms/${room.id}/start-draw`, {})
        const answers = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, index) => urls[index % urls.length] ?? ""),
          (at) => askAs(host, "POST", `/rooms/${room.id}/execute-draw`, { at }),
          { concurrency: "unbounded" }
        )
        for (const { status, text } of answers) assert.strictEqual(status, 200, text)
        assert.strictEqual(new Set(answers.map(({ text }) => text)).size, 1)
        yield* assertOneWinner(members, textAt(answers[0]?.json, "winnerId"))
      }), 180_000)

    it.effect("waits for the time that the host named, and then needs no host", () =>
      Effect.gen(function*() {
        const { mailbox, verifyAddress } = yield* Site
        const { host, members, room } = yield* ofThree
        yield* Effect.forEach(members, verifyAddress)
        const drawAt = formatInstant(instant(Math.ceil(yield* clock) + hour))
        const started = yield* expectAs(200, host, "POST", `/rooms/${room.id}/start-draw`, { drawAt })
        assert.strictEqual(at(started, "drawAt"), drawAt)
        const early = yield* askAs(host, "POST", `/rooms/${room.id}/execute-draw`)
        assertProblem(early, 409, "wrong_room_state")
        assert.isNull(at(yield* roomOf(host, room), "seed"))
        const again = yield* later(hour, members)
        const drawn = yield* drawnByItself(again[1] ?? host, room)
        yield* assertOneWinner(again, textAt(drawn, "winnerId"))
        const winner = members.find(({ id }) => id === at(drawn, "winnerId")) ?? host
        const mail = yield* mailbox.saying(winner.email, "Subject: You won $2.85")
        assert.include(mail.text, `verify?draw=${room.id}`)
      }), 180_000)

    it.effect(
      "is drawn by the server a day after the lock where the host has vanished, and not before",
      () =>
        Effect.gen(function*() {
          const { ddd } = yield* Site
          const { host, members, room } = yield* ofThree
          yield* expectAs(200, host, "POST", `/rooms/${room.id}/start-draw`, {})
          const waiting = yield* later(23 * hour, members)
          // whatever else is due by now
          assert.notInclude((yield* ddd(["draw", "run"])).stdout, room.id)
          assert.strictEqual(at(yield* roomOf(waiting[0] ?? host, room), "status"), "locked")
          const again = yield* later(hour, waiting)
          const drawn = yield* drawnByItself(again[0] ?? host, room)
          yield* assertOneWinner(again, textAt(drawn, "winnerId"))
          assert.strictEqual((yield* verdictOf(again[1] ?? host, room)).verdict, "VALID SIGNED")
          assert.strictEqual((yield* ddd(["audit"])).code, 0)
        }),
      180_000
    )

    it.effect("may be put a day ahead at most, and not into the past", () =>
      Effect.gen(function*() {
        const host = yield* newMember
        const room = yield* newRoom(host)
        yield* buyIn(room, [host])
        const now = Math.ceil(yield* clock)
        for (const millis of [-hour, 25 * hour]) {
          const drawAt = formatInstant(instant(now + millis))
          const refused = yield* askAs(host, "POST", `/rooms/${room.id}/start-draw`, { body: { drawAt } })
          assertProblem(refused, 400, "invalid_request")
        }
        assert.strictEqual(at(yield* roomOf(host, room), "status"), "waiting")
      }), 180_000)
  }
)
