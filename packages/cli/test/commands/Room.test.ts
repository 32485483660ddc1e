import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { balanceOf, buyIn, expectAs, newMember, newRoom } from "../support/Rooms.ts"
import { at, Site, textAt } from "../support/Site.ts"

/** `ddd room …`, which must not fail. */
const room = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { code, stderr, stdout } = yield* (yield* Site).ddd(["room", ...args])
    assert.strictEqual(code, 0, stderr)
    return stdout
  })

const asJson = (...args: ReadonlyArray<string>) =>
  Effect.map(room(...args, "--json"), (stdout): unknown => JSON.parse(stdout))

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("ddd room", (it) => {
  it.effect("says so where there are none", () =>
    Effect.gen(function*() {
      assert.include(yield* room("list"), "There are no rooms")
      assert.deepStrictEqual(yield* asJson("list"), [])
    }), 180_000)

  it.effect("lists rooms, newest first, and shows one by its id or its code in any case", () =>
    Effect.gen(function*() {
      const [host, friend] = [yield* newMember, yield* newMember]
      const older = yield* newRoom(host, [friend], "The older")
      const newer = yield* newRoom(friend, [], "The newer")
      yield* buyIn(older, [friend])
      const listed = yield* asJson("list")
      assert.deepStrictEqual([at(listed, 0, "id"), at(listed, 1, "id")], [newer.id, older.id])
      for (const flags of [["--limit", "1"], ["--limit", "1", "--json"]]) {
        const { stderr, stdout } = yield* (yield* Site).ddd(["room", "list", ...flags])
        assert.include(stdout, newer.id)
        assert.notInclude(stdout, older.id)
        assert.match(stderr, /There are more than these 1: --limit/)
      }
      assert.strictEqual((yield* (yield* Site).ddd(["room", "list", "--limit", "2"])).stderr, "")
      const table = yield* room("list")
      for (const part of [older.code, newer.code, "waiting", "open", "2/50", "$0.95", "The older", host.username]) {
        assert.include(table, part)
      }
      for (const name of [older.id.toUpperCase(), older.code, older.code.toLowerCase()]) {
        const shown = yield* asJson("show", name)
        assert.strictEqual(at(shown, "id"), older.id)
        assert.strictEqual(at(shown, "prizePool"), "0.95")
        assert.strictEqual(at(shown, "participants", 1, "ticketPosition"), 1)
      }
      const text = yield* room("show", older.code)
      for (const part of [older.id, host.username, friend.username, "2 of 50, 1 with a ticket"]) {
        assert.include(text, part)
      }
    }), 180_000)

  it.effect("shows the seed of none before it is drawn", () =>
    Effect.gen(function*() {
      const [host, friend] = [yield* newMember, yield* newMember]
      const made = yield* newRoom(host, [friend])
      yield* buyIn(made, [host, friend])
      yield* expectAs(200, host, "POST", `/rooms/${made.id}/start-draw`, {})
      const before = [
        yield* room("show", made.id),
        yield* room("show", made.id, "--json"),
        yield* room("list", "--json")
      ]
      assert.isNull(at(JSON.parse(before[1] ?? ""), "seed"))
      assert.isNotNull(at(JSON.parse(before[1] ?? ""), "records", "lock"))
      yield* expectAs(200, host, "POST", `/rooms/${made.id}/execute-draw`)
      const after = yield* asJson("show", made.id)
      const seed = textAt(after, "seed")
      for (const text of before) assert.notInclude(text, seed)
      const [winner, position] = textAt(after, "winnerId") === host.id ? [host, 1] : [friend, 2]
      assert.include(yield* room("show", made.id), `${winner.username} ${winner.id} at position ${position}`)
      assert.strictEqual(yield* balanceOf(winner), "5.90")
    }), 180_000)

  it.effect("says that there is no such room", () =>
    Effect.gen(function*() {
      const { ddd } = yield* Site
      for (const name of ["019c2070-0000-7000-8000-00000000000a", "222222", "nonsense"]) {
        const { code, stderr, stdout } = yield* ddd(["room", "show", name])
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.include(stderr, `There is no room ${name}`)
      }
    }), 180_000)
})
