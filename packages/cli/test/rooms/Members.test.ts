import { parseCode } from "@ddd/core/rooms/RoomCode"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { askAs, balanceOf, buyIn, expectAs, movementsOf, newMember, newRoom, roomOf } from "../support/Rooms.ts"
import { assertProblem, at, Site, textAt } from "../support/Site.ts"

layer(Site.layer({ processes: [{}, {}] }), { excludeTestServices: true, timeout: "60 seconds" })("a room", (it) => {
  it.effect(
    "waits while its host is alone, is open from the second member on, and is listed to its members",
    () =>
      Effect.gen(function*() {
        const [host, friend] = [yield* newMember, yield* newMember]
        const made = yield* expectAs(201, host, "POST", "/rooms", { name: "Friday night", maxParticipants: 3 })
        const [id, code] = [textAt(made, "id"), textAt(made, "code")]
        assert.strictEqual(parseCode(code), code)
        assert.deepStrictEqual(
          ["status", "hostId", "prizePool", "maxParticipants", "drawAt", "seed", "winnerId"].map((name) =>
            at(made, name)
          ),
          ["waiting", host.id, "0.00", 3, null, null, null]
        )
        const joined = yield* expectAs(200, friend, "POST", `/rooms/${code.toLowerCase()}/join`, {
          code: code.toLowerCase()
        })
        assert.strictEqual(at(joined, "status"), "open")
        for (const member of [host, friend]) {
          assert.deepStrictEqual(yield* expectAs(200, member, "GET", `/rooms/${id}`), joined)
          assert.deepStrictEqual(at(yield* expectAs(200, member, "GET", "/rooms"), "items"), [joined])
        }
        assertProblem(
          yield* askAs(friend, "POST", `/rooms/${code}/join`, { body: { code } }),
          409,
          "already_member"
        )
      }),
    180_000
  )

  it.effect(
    "is left before buying in it, by anybody but its host, and joined again by its code",
    () =>
      Effect.gen(function*() {
        const [host, friend] = [yield* newMember, yield* newMember]
        const room = yield* newRoom(host, [friend])
        assertProblem(yield* askAs(host, "POST", `/rooms/${room.id}/leave`), 403, "forbidden")
        yield* expectAs(204, friend, "POST", `/rooms/${room.id}/leave`)
        assertProblem(yield* askAs(friend, "GET", `/rooms/${room.id}`), 404, "not_found")
        assert.strictEqual(at(yield* roomOf(host, room), "status"), "waiting")
        yield* expectAs(200, friend, "POST", `/rooms/${room.id}/join`, { code: room.code })
        yield* buyIn(room, [friend])
        assertProblem(yield* askAs(friend, "POST", `/rooms/${room.id}/leave`), 409, "already_has_ticket")
      }),
    180_000
  )

  it.effect(
    "sells a member one ticket, however often it is asked for at once, and answers a key alike",
    () =>
      Effect.gen(function*() {
        const { urls } = yield* Site
        const [host, friend] = [yield* newMember, yield* newMember]
        const room = yield* newRoom(host, [friend])
        const path = `/rooms/${room.id}/purchase-ticket`
        const servers = Array.from({ length: 20 }, (_, index) => urls[index % urls.length] ?? "")
        const all = { concurrency: "unbounded" } as const
        const pressed = yield* Effect.forEach(servers, (at) => askAs(host, "POST", path, { at }), all)
        assert.lengthOf(pressed.filter(({ status }) => status === 201), 1)
        for (const answer of pressed) if (answer.status !== 201) assertProblem(answer, 409, "already_has_ticket")
        const headers = { "idempotency-key": "friend's ticket" }
        const keyed = yield* Effect.forEach(servers, (at) => askAs(friend, "POST", path, { at, headers }), all)
        for (const { status, text } of keyed) assert.strictEqual(status, 201, text)
        assert.strictEqual(new Set(keyed.map(({ text }) => text)).size, 1)
        assert.lengthOf(keyed.filter((answer) => answer.headers["idempotent-replayed"] === "true"), servers.length - 1)
        for (const member of [host, friend]) {
          assert.strictEqual(yield* balanceOf(member), "4.00")
          assert.deepStrictEqual(yield* movementsOf(member, "ticket_purchase"), ["-1.00"])
        }
        const shown = yield* roomOf(host, room)
        assert.deepStrictEqual([at(shown, "prizePool"), at(shown, "participants", 1, "ticketPosition")], ["1.90", 2])
      }),
    180_000
  )

  it.effect("gives its last place to one of those who want it at once", () =>
    Effect.gen(function*() {
      const { urls } = yield* Site
      const host = yield* newMember
      const wanting = yield* Effect.replicateEffect(newMember, 12)
      const made = yield* expectAs(201, host, "POST", "/rooms", { name: "For two", maxParticipants: 2 })
      const code = textAt(made, "code")
      const answers = yield* Effect.forEach(
        wanting,
        (member, index) => askAs(member, "POST", `/rooms/${code}/join`, { at: urls[index % 2] ?? "", body: { code } }),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(answers.filter(({ status }) => status === 200), 1)
      for (const answer of answers) if (answer.status !== 200) assertProblem(answer, 409, "room_full")
      const shown = yield* expectAs(200, host, "GET", `/rooms/${code}`)
      assert.strictEqual(at(shown, "participants", "length"), 2)
    }), 180_000)
})
