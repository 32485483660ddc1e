import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { arrayAt, at, Site, textAt } from "../support/Site.ts"

const day = 86_400_000

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("ddd report", (it) => {
  it.effect(
    "tells of a day what each account held before and after, and what moved; and what each holds now",
    () =>
      Effect.gen(function*() {
        const { advance, buy, ddd, deposit, newPlayer, signIn, superuser, untilDrawn } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "5.00")
        yield* buy(player.accessToken, 2)
        yield* advance(day)
        yield* untilDrawn("2026-02-03")
        const back = yield* signIn(player.email)
        assert.strictEqual((yield* buy(textAt(back.json, "tokens", "accessToken"))).status, 201)
        const asked = Effect.fnUntraced(function*(code: number, ...args: ReadonlyArray<string>) {
          const ended = yield* ddd(["report", ...args])
          assert.strictEqual(ended.code, code, ended.stderr)
          return ended.stdout
        })
        const amounts = {
          opening: "0.00",
          deposits: "0.00",
          chargebacks: "0.00",
          debts: "0.00",
          sales: "0.00",
          prizes: "0.00",
          fees: "0.00",
          refunds: "0.00",
          payouts: "0.00",
          adjustments: "0.00"
        }
        const first: unknown = JSON.parse(yield* asked(0, "day", "2026-02-03", "--json"))
        assert.deepInclude(first, {
          from: "2026-02-03T00:00:00.000Z",
          until: "2026-02-04T00:00:00.000Z",
          complete: true
        })
        assert.deepStrictEqual(arrayAt(first, "accounts"), [
          { account: "players", ...amounts, deposits: "5.00", sales: "-2.00", closing: "3.00", movements: 3 },
          { account: "house", ...amounts, closing: "0.00", movements: 0 },
          { account: "draws", ...amounts, sales: "2.00", closing: "2.00", movements: 2 },
          { account: "deposits:test", ...amounts, deposits: "-5.00", closing: "-5.00", movements: 1 }
        ])
        const text = yield* asked(0, "day", "2026-02-04")
        assert.include(text, "which is not the day's end")
        assert.match(text, /ACCOUNT +OPENING +SALES +PRIZES +FEES +CLOSING/)
        assert.match(text, /players +3\.00 +-1\.00 +1\.90 +3\.90/)
        assert.match(text, /deposits:test +-5\.00 +no activity +-5\.00/)
        assert.strictEqual(
          (yield* asked(0, "day", "2026-02-04", "--csv")).split("\r\n")[2],
          "house,0.00,0.00,0.00,0.00,0.00,0.00,0.10,0.00,0.00,0.00,0.10,1"
        )
        assert.match(yield* asked(0, "accounts"), /draws +1\.00\n/)
        assert.match(yield* asked(0, "accounts", "--at", "2026-02-03"), /At 2026-02-04T00:00:00.000Z[^]*draws +2\.00\n/)
        const ahead = yield* ddd(["report", "day", "2026-02-06", "--json"])
        assert.deepStrictEqual([ahead.code, at(JSON.parse(ahead.stderr), "error", "code")], [2, "not_yet_begun"])
        // as nobody could by the API: tickets that nobody paid for
        yield* superuser`UPDATE transactions SET counter_account = 'payouts' WHERE type = 'ticket_purchase'`.pipe(
          (write) => Effect.andThen(superuser`SET LOCAL session_replication_role = replica`, write),
          superuser.withTransaction,
          Effect.orDie
        )
        const broken = yield* ddd(["report", "day", "2026-02-04"])
        assert.strictEqual(broken.code, 1, broken.stderr)
        assert.include(broken.stderr, "The closing balance of draws is below zero: run")
      }),
    180_000
  )
})
