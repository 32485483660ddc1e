/** What a room's prize is to the wallet that wins it, over HTTP. */
import { cents } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { Fundings } from "@ddd/core/ports/Fundings"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { linkPayoutAccount } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { buy, execute, join, makeRoom, newPlayer, type Player, post, start } from "../rooms/support.ts"
import { assertProblem, at, Client, layer as server, runDue, textAt } from "../support/Server.ts"

const day = 86_400_000

/** A player with a purchase of $20.00 from a store, who can be paid out. */
const buyer = Effect.fnUntraced(function*() {
  const player = yield* newPlayer(0n)
  const reference = `app_store:${player.id}`
  yield* (yield* Fundings).record({
    _tag: "Purchased",
    reference,
    amount: cents(2_000n),
    buyer: { _tag: "Player", userId: player.id }
  })
  const accounts = yield* PayoutAccounts
  const { account } = yield* linkPayoutAccount(player.id, `acct_${player.id}`)
  yield* accounts.setStatus(account, "ready", "simulated")
  return { player, refund: Effect.flatMap(Fundings, (fundings) => fundings.record({ _tag: "Refunded", reference })) }
})

const wallet = ({ token }: Player) =>
  Effect.flatMap(Client, ({ call }) => Effect.map(call("GET", "/wallet", { token }), ({ json }) => json))

const withdraw = (player: Player, amount: string) => post("/wallet/withdraw", player, { amount })

/** The two play so many rooms among themselves; gives who won the last. */
const playRooms = Effect.fnUntraced(function*(host: Player, friend: Player, rooms: number) {
  let winner = ""
  for (let played = 0; played < rooms; played++) {
    const { json } = yield* post("/rooms", host, { name: "ours" })
    const room = { id: textAt(json, "id"), code: textAt(json, "code"), host }
    yield* join(room, friend)
    assert.strictEqual((yield* buy(room, host)).status, 201)
    assert.strictEqual((yield* buy(room, friend)).status, 201)
    assert.strictEqual((yield* start(room)).status, 200)
    winner = textAt((yield* execute(room)).json, "winnerId")
  }
  return winner
})

layer(server())("a room's prize", (it) => {
  it.effect("a player who plays alone draws nothing", () =>
    Effect.gen(function*() {
      const room = yield* makeRoom()
      yield* buy(room, room.host)
      const refused = yield* start(room)
      assertProblem(refused, 409, "wrong_room_state")
      assert.include(textAt(refused.json, "detail"), "close the room: every ticket is refunded then")
      assert.strictEqual(textAt((yield* post(`/rooms/${room.id}/close`, room.host)).json, "status"), "closed")
      assert.strictEqual(textAt(yield* wallet(room.host), "balance"), "5.00")
    }))

  it.effect("a player who plays with a second account of theirs withdraws nothing before the purchase may be refunded", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* buyer(), yield* buyer()]
      const players = [one.player, other.player]
      yield* playRooms(one.player, other.player, 10)
      for (const player of players) {
        const seen = yield* wallet(player)
        assert.strictEqual(textAt(seen, "withdrawable"), "0.00")
        const won = Number(textAt(seen, "maturing"))
        assert.closeTo(Number(textAt(seen, "balance")), 10 + won, 0.001)
        const refused = yield* withdraw(player, "1.00")
        assertProblem(refused, 409, "not_withdrawable")
        if (won > 0) assert.include(textAt(refused.json, "detail"), "won in rooms rests")
      }
      for (const { player, refund } of [one, other]) {
        const before = Number(textAt(yield* wallet(player), "balance"))
        yield* refund
        const after = yield* wallet(player)
        assert.closeTo(Number(textAt(after, "balance")) - Number(textAt(after, "debt")), before - 20, 0.001)
      }
      yield* (yield* World).advance(14 * day)
      // of the $40.00 that went back the house has a dollar in fees; nobody has gained a cent
      const left = yield* Effect.forEach(players, wallet)
      const total = left.reduce(
        (sum: number, each) => sum + Number(textAt(each, "balance")) - Number(textAt(each, "debt")),
        0
      )
      assert.closeTo(total, -1, 0.001)
    }))

  it.effect("is told in every answer that shows a wallet, and is withdrawn once it has rested", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const [{ player: one }, { player: other }] = [yield* buyer(), yield* buyer()]
      const winner = (yield* playRooms(one, other, 1)) === one.id ? one : other
      const { token } = winner
      const seen = yield* wallet(winner)
      assert.strictEqual(textAt(seen, "maturing"), "1.90")
      const maturesAt = textAt(seen, "maturesAt")
      assert.deepStrictEqual(at((yield* call("GET", "/user/profile", { token })).json, "wallet"), seen)

      // the first draw of a log opens at once, every other at its midnight
      yield* (yield* Draws).publishAhead
      yield* runDue
      yield* (yield* World).advance(day)
      yield* (yield* Draws).publishAhead
      yield* runDue
      const key = { "Idempotency-Key": "k" }
      const bought = yield* call("POST", "/lottery/purchase-ticket", { token, body: {}, headers: key })
      assert.strictEqual(bought.status, 201, bought.text)
      assert.strictEqual(textAt(bought.json, "wallet", "maturing"), "1.90")
      assert.strictEqual(textAt(bought.json, "wallet", "maturesAt"), maturesAt)

      yield* (yield* World).advance(Date.parse(maturesAt) - Date.parse(textAt(bought.json, "wallet", "updatedAt")))
      const rested = yield* wallet(winner)
      assert.deepStrictEqual(
        [textAt(rested, "withdrawable"), textAt(rested, "maturing"), at(rested, "maturesAt")],
        ["1.90", "0.00", null]
      )
      // the kept answer is of then
      const again = yield* call("POST", "/lottery/purchase-ticket", { token, body: {}, headers: key })
      assert.strictEqual(again.text, bought.text)
      assertProblem(yield* withdraw(winner, "1.91"), 409, "not_withdrawable")
      assert.strictEqual((yield* withdraw(winner, "1.90")).status, 202)
    }))
})

layer(server({ withdrawals: { withdrawDeposits: true } }))(
  "a room's prize where purchased credit can be withdrawn",
  (it) => {
    it.effect("is left in the wallet, whatever is withdrawn beside it", () =>
      Effect.gen(function*() {
        const [{ player: one }, { player: other }] = [yield* buyer(), yield* buyer()]
        const winner = (yield* playRooms(one, other, 1)) === one.id ? one : other
        const before = yield* wallet(winner)
        assert.deepStrictEqual([textAt(before, "withdrawable"), textAt(before, "maturing")], ["19.00", "1.90"])
        const refused = yield* withdraw(winner, "19.01")
        assertProblem(refused, 409, "not_withdrawable")
        assert.match(textAt(refused.json, "detail"), /1\.90 won in rooms rests/)
        assert.notInclude(textAt(refused.json, "detail"), "purchased credit buys tickets")
        assert.strictEqual((yield* withdraw(winner, "19.00")).status, 202)
        assert.strictEqual(textAt(yield* wallet(winner), "withdrawable"), "0.00")
        assertProblem(yield* withdraw(winner, "1.00"), 409, "not_withdrawable")
        assertProblem(yield* withdraw(winner, "2.00"), 402, "insufficient_funds")
      }))
  }
)
