import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { eventually } from "../support/Ddd.ts"
import {
  askAs,
  balanceOf,
  buyIn,
  expectAs,
  later,
  type Member,
  movementsOf,
  newMember,
  newRoom,
  roomOf,
  verdictOf
} from "../support/Rooms.ts"
import { assertProblem, at, Site } from "../support/Site.ts"

const hour = 3_600_000
const day = 24 * hour

/** A room of three of whom two have a ticket. */
const ofThree = Effect.gen(function*() {
  const [host, friend, poor] = [yield* newMember, yield* newMember, yield* newMember]
  const room = yield* newRoom(host, [friend, poor], "Poker at Paul's")
  yield* buyIn(room, [host, friend])
  const members: ReadonlyArray<Member> = [host, friend, poor]
  return { host, friend, poor, members, room }
})

/** Asserts that every ticket's price is back, once, and nobody else got anything. */
const assertRefunded = (members: ReadonlyArray<Member>, buyers: ReadonlyArray<Member>) =>
  Effect.gen(function*() {
    for (const member of members) {
      assert.strictEqual(yield* balanceOf(member), "5.00")
      const isBuyer = buyers.some(({ id }) => id === member.id)
      assert.deepStrictEqual(yield* movementsOf(member, "refund"), isBuyer ? ["1.00"] : [])
    }
  })

layer(Site.layer({ processes: [{}, {}] }), { excludeTestServices: true, timeout: "60 seconds" })(
  "a closed room",
  (it) => {
    it.effect(
      "gives back every ticket once, however often it is closed at once, and tells whose it was by mail",
      () =>
        Effect.gen(function*() {
          const { ddd, mailbox, urls, verifyAddress } = yield* Site
          const { friend, host, members, poor, room } = yield* ofThree
          yield* Effect.forEach(members, verifyAddress)
          assertProblem(yield* askAs(friend, "POST", `/rooms/${room.id}/close`), 403, "forbidden")
          const answers = yield* Effect.forEach(
            Array.from({ length: 10 }, (_, index) => urls[index % urls.length] ?? ""),
            (at) => askAs(host, "POST", `/rooms/${room.id}/close`, { at }),
            { concurrency: "unbounded" }
          )
          for (const { json, status, text } of answers) {
            assert.strictEqual(status, 200, text)
            assert.strictEqual(at(json, "status"), "closed")
          }
          yield* assertRefunded(members, [host, friend])
          const { bundle, verdict } = yield* verdictOf(friend, room)
          assert.strictEqual(verdict, "VOID")
          assert.include(bundle, "reason closed")
          const { text } = yield* mailbox.saying(friend.email, "Subject: A room of yours was closed: $1.00 is back")
          assert.include(text, room.code)
          assert.include(text, "closed by its host")
          // nothing that another player typed stands in a mail
          assert.notInclude(text, "Poker")
          // who closed it knows, and who had no ticket lost nothing
          for (const { email } of [host, poor]) {
            assert.isEmpty(mailbox.to(email).filter((mail) => mail.text.includes("was closed")))
          }
          assert.strictEqual((yield* ddd(["audit"])).code, 0)
        }),
      180_000
    )

    it.effect("sells nothing more, takes nobody in, and is not started", () =>
      Effect.gen(function*() {
        const { host, poor, room } = yield* ofThree
        const late = yield* newMember
        yield* expectAs(200, host, "POST", `/rooms/${room.id}/close`)
        assertProblem(yield* askAs(poor, "POST", `/rooms/${room.id}/purchase-ticket`), 409, "wrong_room_state")
        assertProblem(
          yield* askAs(late, "POST", `/rooms/${room.code}/join`, { body: { code: room.code } }),
          409,
          "wrong_room_state"
        )
        assertProblem(yield* askAs(host, "POST", `/rooms/${room.id}/start-draw`, { body: {} }), 409, "wrong_room_state")
        assert.strictEqual(yield* balanceOf(poor), "5.00")
      }), 180_000)

    it.effect(
      "is what becomes of one that nobody starts within 30 days of its first ticket, and not before",
      () =>
        Effect.gen(function*() {
          const { ddd, mailbox, verifyAddress } = yield* Site
          const { friend, host, members, room } = yield* ofThree
          yield* verifyAddress(friend)
          const waiting = yield* later(30 * day - hour, members)
          assert.notInclude((yield* ddd(["draw", "run"])).stdout, room.id)
          assert.strictEqual(at(yield* roomOf(waiting[0] ?? host, room), "status"), "open")
          const again = yield* later(hour, waiting)
          const closed = yield* eventually(
            "the room is closed",
            roomOf(again[0] ?? host, room),
            (shown) => at(shown, "status") === "closed"
          )
          assert.isNull(at(closed, "winnerId"))
          yield* assertRefunded(again, [host, friend])
          const { bundle, verdict } = yield* verdictOf(again[1] ?? friend, room)
          assert.strictEqual(verdict, "VOID")
          assert.include(bundle, "reason deadline")
          const { text } = yield* mailbox.saying(friend.email, "Subject: A room of yours was closed: $1.00 is back")
          assert.include(text, "within 30 days of the first ticket")
          assert.strictEqual((yield* ddd(["audit"])).code, 0)
        }),
      180_000
    )

    it.effect("is what becomes of one in which nobody bought anything for 30 days", () =>
      Effect.gen(function*() {
        const host = yield* newMember
        const room = yield* newRoom(host)
        const [waiting = host] = yield* later(29 * day, [host])
        assert.strictEqual(at(yield* roomOf(waiting, room), "status"), "waiting")
        const [again = host] = yield* later(day + hour, [waiting])
        yield* eventually("the room is closed", roomOf(again, room), (shown) => at(shown, "status") === "closed")
      }), 180_000)
  }
)
