import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { watchRoom } from "../../src/demo/RoomLive.ts"
import { askAs, buyIn, expectAs, type Member, newMember, newRoom, type Room } from "../support/Rooms.ts"
import { assertProblem, at, Site } from "../support/Site.ts"

/** A room's id as it could be, of no room. */
const noRoom: Room = { id: "019c2070-0000-7000-8000-00000000000a", code: "222222" }

/** All that somebody may ask of a room without knowing its code. */
const asking = ({ id }: Room) =>
  [
    ["GET", `/rooms/${id}`, undefined],
    ["GET", `/rooms/${id}/ticket`, undefined],
    ["GET", `/rooms/${id}/proof`, undefined],
    ["POST", `/rooms/${id}/purchase-ticket`, undefined],
    ["POST", `/rooms/${id}/leave`, undefined],
    ["POST", `/rooms/${id}/close`, undefined],
    ["POST", `/rooms/${id}/start-draw`, {}],
    ["POST", `/rooms/${id}/execute-draw`, undefined],
    ["POST", `/rooms/${id}/join`, { code: "333333" }]
  ] as const

/** What a stranger is told, without what differs between any two requests. */
const told = (stranger: Member, room: Room) =>
  Effect.forEach(
    asking(room),
    ([method, path, body]) =>
      Effect.map(askAs(stranger, method, path, body === undefined ? {} : { body }), (answer) => {
        assertProblem(answer, 404, "not_found")
        return {
          text: answer.text,
          problem: ["type", "title", "status", "code", "detail", "errors"].map((field) => at(answer.json, field))
        }
      })
  )

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("a room and strangers", (it) => {
  it.effect(
    "who lists or joins a room without its code gets 404, as for no room, and learns of no member (check 2)",
    () =>
      Effect.gen(function*() {
        const [host, friend, stranger] = [yield* newMember, yield* newMember, yield* newMember]
        const room = yield* newRoom(host, [friend])
        yield* buyIn(room, [friend])
        const answers = yield* told(stranger, room)
        assert.deepStrictEqual(
          answers.map(({ problem }) => problem),
          (yield* told(stranger, noRoom)).map(({ problem }) => problem)
        )
        for (const { text } of answers) {
          for (const secret of [host.id, host.username, friend.id, friend.username, room.code, "Friday night"]) {
            assert.notInclude(text, secret)
          }
        }
        assert.deepStrictEqual(at(yield* expectAs(200, stranger, "GET", "/rooms"), "items"), [])
        const unheard = yield* Effect.flip(
          Effect.scoped(watchRoom((yield* Site).urls[0] ?? "", { token: stranger.accessToken }, room.id))
        )
        assert.include(unheard.message, "The server says")
        assert.strictEqual(at(yield* expectAs(200, host, "GET", `/rooms/${room.id}`), "participants", "length"), 2)
      }),
    180_000
  )

  it.effect(
    "a ticket of a room is nobody's but its members' to check, by its public id or by its buyer's route (check 1)",
    () =>
      Effect.gen(function*() {
        const [host, friend, stranger] = [yield* newMember, yield* newMember, yield* newMember]
        const room = yield* newRoom(host, [friend])
        const [bought] = yield* buyIn(room, [friend])
        const id = String(at(bought, "ticket", "ticketId"))
        assert.include(id, `ROOM-${room.code}-`)
        const path = `/lottery/tickets/${id}/verify`
        assertProblem(yield* askAs(stranger, "GET", path), 404, "not_found")
        assertProblem(yield* (yield* Site).ask("GET", path), 404, "not_found")
        assertProblem(yield* askAs(host, "GET", `/rooms/${room.id}/ticket`), 404, "not_found")
        assert.isTrue(at(yield* expectAs(200, host, "GET", path), "sealValid"))
        assert.strictEqual(at(yield* expectAs(200, friend, "GET", `/rooms/${room.id}/ticket`), "ticketId"), id)
      }),
    180_000
  )

  it.effect(
    "a hundred wrong codes end in 429, for this player and this address alone, until time passes (check 3)",
    () =>
      Effect.gen(function*() {
        const { advance } = yield* Site
        const [host, guesser, friend] = [yield* newMember, yield* newMember, yield* newMember]
        const room = yield* newRoom(host)
        const join = (who: Member, code: string, from = who.from) =>
          askAs(who, "POST", `/rooms/${code}/join`, { body: { code }, from })
        const wrong = Array.from({ length: 100 }, (_, index) => `22222${"3456789ABC".charAt(index % 10)}`)
        const guess = (code: string) => join(guesser, code === room.code ? "DDDDDD" : code)
        const answers = yield* Effect.forEach(wrong, guess)
        const limited = answers.filter(({ status }) => status === 429)
        assert.isAtLeast(limited.length, 80)
        for (const answer of answers) if (answer.status !== 429) assertProblem(answer, 404, "not_found")
        for (const answer of limited) {
          assertProblem(answer, 429, "rate_limited")
          assert.isAtLeast(Number(answer.headers["retry-after"]), 1)
        }
        // each further one makes the wait longer, to more than this test takes
        let wait = 0
        while (wait < 60) {
          const answer = yield* guess("222223")
          if (answer.status !== 429) continue
          wait = Number(answer.headers["retry-after"])
          yield* advance(1_000 * wait)
        }
        yield* guess("222223")
        // who must wait is not told that a code is right
        const right = yield* join(guesser, room.code)
        assertProblem(right, 429, "rate_limited")
        assert.strictEqual((yield* join(friend, room.code, guesser.from)).status, 200)
        yield* advance(1_000 * Number(right.headers["retry-after"]))
        const late = yield* join(guesser, room.code)
        assert.strictEqual(late.status, 200, late.text)
      }),
    180_000
  )
})
