import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { newMember, newRoom } from "../support/Rooms.ts"
import { arrayAt, at, Site, textAt } from "../support/Site.ts"

const day = 86_400_000

/** `ddd …`, which must not fail. */
const said = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { code, stderr, stdout } = yield* (yield* Site).ddd(args)
    assert.strictEqual(code, 0, stderr)
    return stdout
  })

const asJson = (...args: ReadonlyArray<string>) =>
  Effect.map(said(...args, "--json"), (stdout): unknown => JSON.parse(stdout))

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("what operators look for", (it) => {
  it.effect(
    "is found by any of its names, with the command that shows it, and exit code 1 says that nothing is",
    () =>
      Effect.gen(function*() {
        const { buy, ddd } = yield* Site
        const player = yield* newMember
        const room = yield* newRoom(player)
        const bought = yield* buy(player.accessToken)
        const ticket = textAt(bought.json, "tickets", 0, "ticketId")
        const byNumber = yield* said("find", ticket.toLowerCase())
        assert.match(byNumber, new RegExp(`ticket +${ticket} .* ticket show ${ticket}`))
        const reference = `test:${player.id}:5.00`
        const byReference = yield* asJson("find", reference)
        assert.deepInclude(at(byReference, "found", 0), {
          kind: "purchase",
          id: reference,
          userId: player.id,
          state: "credited",
          amount: "5.00",
          command: `ddd user show ${player.id}`
        })
        const byCode = yield* asJson("find", room.code)
        assert.deepInclude(at(byCode, "found", 0), { kind: "room", id: room.id, command: `ddd room show ${room.id}` })
        const byAddress = yield* asJson("find", player.email.toUpperCase())
        assert.deepInclude(at(byAddress, "found", 0), { kind: "player", id: player.id, state: player.username })
        const nothing = yield* ddd(["find", "2019-01-01"])
        assert.strictEqual(nothing.code, 1, nothing.stderr)
        assert.match(nothing.stdout, /^Nothing is called 2019-01-01. Looked for: a player, a draw, /)
      }),
    180_000
  )

  it.effect(
    "is a ticket, with buyer, seal, result and movement, before the draw and after",
    () =>
      Effect.gen(function*() {
        const { advance, buy, ddd, untilDrawn } = yield* Site
        const player = yield* newMember
        const bought = yield* buy(player.accessToken)
        const ticket = textAt(bought.json, "tickets", 0, "ticketId")
        const before = yield* asJson("ticket", "show", ticket.toLowerCase())
        assert.deepInclude(before, {
          ticketId: ticket,
          userId: player.id,
          username: player.username,
          status: "active",
          sealValid: true,
          rootHash: null
        })
        assert.deepInclude(at(before, "movement"), { type: "ticket_purchase", amount: "-1.00", balanceAfter: "4.00" })
        yield* advance(day)
        const drawn = yield* untilDrawn("2026-02-03")
        const winner = textAt(drawn.json, "winningTicketId")
        const text = yield* said("ticket", "show", winner)
        for (const part of [winner, "valid", "won $", "2026-02-03"]) assert.include(text, part)
        const unknown = yield* ddd(["ticket", "show", "DDL-20260203-00000", "--json"])
        assert.deepStrictEqual([unknown.code, at(JSON.parse(unknown.stderr), "error", "code")], [2, "no_such_ticket"])
      }),
    180_000
  )

  it.effect("are players, of whom the newest that they did is shown", () =>
    Effect.gen(function*() {
      const { ask, buy, newPlayer } = yield* Site
      const player = yield* newMember
      yield* buy(player.accessToken, 2)
      const limits = { dailySpend: "4.00" }
      yield* ask("PUT", "/user/limits", { token: player.accessToken, body: limits })
      const newest = yield* newPlayer
      const listed = yield* asJson("user", "list", "--limit", "2")
      assert.deepStrictEqual([at(listed, 0, "id"), at(listed, 1, "id")], [newest.id, player.id])
      assert.deepStrictEqual(yield* asJson("user", "list", "--frozen", "--debt"), [])
      const found = yield* said("user", "search", player.email.toUpperCase())
      assert.include(found, player.id)
      assert.notInclude(found, newest.id)
      const shown = yield* asJson("user", "show", player.id)
      assert.deepStrictEqual([arrayAt(shown, "movements").length, arrayAt(shown, "tickets").length], [3, 2])
      assert.strictEqual(at(shown, "deposits", 0, "reference"), `test:${player.id}:5.00`)
      assert.deepStrictEqual(at(shown, "play", "limits", "dailySpend", "value"), "4.00")
      const text = yield* said("user", "show", player.id)
      for (
        const part of [
          "Movements",
          "ticket purchase",
          textAt(shown, "tickets", 0, "ticketId"),
          `wallet statement ${player.id} --month 2026-02`,
          "Limits"
        ]
      ) assert.include(text, part)
    }), 180_000)
})
