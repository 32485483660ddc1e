import { session } from "@ddd/adapters-pg/database/Provision"
import { userId } from "@ddd/core/values/Ids"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { at, Site, textAt } from "../support/Site.ts"

/** What `--json` gives of a command that did not fail. */
const json = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  const { code, stderr, stdout } = yield* (yield* Site).ddd([...args, "--json"])
  assert.strictEqual(code, 0, stderr)
  return JSON.parse(stdout) as unknown
})

const as = (operator: string) => ({ DDD_OPERATOR: operator })

layer(Site.layer(), { excludeTestServices: true, timeout: "120 seconds" })("operators", (it) => {
  it.effect(
    "are asked before money or a door is touched, and change nothing unless they say yes and why",
    () =>
      Effect.gen(function*() {
        const { ddd, newPlayer } = yield* Site
        const player = yield* newPlayer
        const freeze = ["user", "freeze", player.username]
        for (
          const [flags, missing] of [
            [[], "--yes and --reason <text>"],
            [["--yes"], "--reason <text>"],
            [["--reason", "stolen"], "--yes"]
          ] as const
        ) {
          const { code, stderr } = yield* ddd([...freeze, ...flags])
          assert.strictEqual(code, 2)
          assert.include(stderr, `Say ${missing} to do it.`)
        }
        const noReason = yield* ddd([...freeze, "--yes", "--reason", " "])
        assert.strictEqual(noReason.code, 2)
        assert.include(noReason.stderr, "1 to 500 visible characters")
        const noName = yield* ddd([...freeze, "--yes", "--reason", "stolen"], undefined, as("a\nb"))
        assert.strictEqual(noName.code, 2)
        assert.include(noName.stderr, "DDD_OPERATOR must be a name of 1 to 64 visible characters")
        assert.deepStrictEqual(yield* json("log", "list", "--subject", player.id), [])
        assert.isFalse(at(yield* json("user", "show", player.username), "frozen"))
      }),
    180_000
  )

  it.effect(
    "are written down with what they did and why, once, by the database's word too",
    () =>
      Effect.gen(function*() {
        const { database, ddd, newPlayer } = yield* Site
        const player = yield* newPlayer
        const frozen = yield* ddd(
          ["user", "freeze", player.username, "--yes", "--reason", "ticket 4711"],
          undefined,
          as("ann")
        )
        assert.strictEqual(frozen.code, 0, frozen.stderr)
        const thawed = yield* ddd(
          ["user", "unfreeze", player.username, "--yes", "--reason", "it was them"],
          undefined,
          as("bob")
        )
        assert.strictEqual(thawed.code, 0, thawed.stderr)
        const entries = yield* json("log", "list", "--subject", userId(player.id), "--since", "1d")
        assert.deepStrictEqual(
          [0, 1].map((index) => [
            textAt(entries, String(index), "operator"),
            textAt(entries, String(index), "command"),
            textAt(entries, String(index), "reason"),
            textAt(entries, String(index), "role")
          ]),
          [
            ["bob", "user unfreeze", "it was them", database.app.username],
            ["ann", "user freeze", "ticket 4711", database.app.username]
          ]
        )
        const shown = yield* ddd(["log", "show", textAt(entries, "1", "id")])
        for (const text of ["ddd user freeze", "ann, as the database's role", "ticket 4711"]) {
          assert.include(shown.stdout, text)
        }
        assert.include((yield* ddd(["log", "list", "--operator", "ann"])).stdout, "user freeze")
      }),
    180_000
  )

  it.effect(
    "pause the sales of the day: purchases say so, the draw is shown, and it goes on once they resume it",
    () =>
      Effect.gen(function*() {
        const { ask, buy, ddd, deposit, newPlayer } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "5.00")
        const paused = yield* ddd(["draw", "pause", "--yes", "--reason", "a look at the till"])
        assert.strictEqual(paused.code, 0, paused.stderr)
        const refused = yield* buy(player.accessToken)
        assert.deepStrictEqual([refused.status, textAt(refused.json, "code")], [503, "unavailable"])
        assert.include(textAt(refused.json, "detail"), "paused the sales")
        assert.strictEqual((yield* ask("GET", "/lottery/current-draw")).status, 200)
        assert.match((yield* ddd(["draw", "show"])).stdout, /sales\s+paused since/)
        const again = yield* ddd(["draw", "pause", "--yes", "--reason", "once more"])
        assert.include(again.stdout, "are paused already")
        assert.strictEqual((yield* ddd(["draw", "resume", "--yes", "--reason", "all is well"])).code, 0)
        assert.strictEqual((yield* buy(player.accessToken)).status, 201)
      }),
    180_000
  )
})

layer(Site.layer({ processes: [{ FOUR_EYES_ABOVE: "100.00" }] }), {
  excludeTestServices: true,
  timeout: "120 seconds"
})(
  "two operators",
  (it) => {
    const settings = (operator: string) => ({ FOUR_EYES_ABOVE: "100.00", ...as(operator) })
    const walletOf = (who: string) =>
      Effect.map(json("user", "show", who), (shown) => textAt(shown, "wallet", "balance"))

    it.effect(
      "credit, correct and see what they did; nobody twice, and nobody below zero",
      () =>
        Effect.gen(function*() {
          const { ddd, newPlayer } = yield* Site
          const player = yield* newPlayer
          const run = (...args: ReadonlyArray<string>) =>
            ddd(["wallet", ...args, "--yes", "--reason", "ticket 1"], undefined, settings("ann"))
          const credit = ["credit", player.username, "7.00", "--reference", "ticket-1"]
          const credited = yield* run(...credit, "--json")
          assert.strictEqual(credited.code, 0, credited.stderr)
          const { balanceAfter, created, id, reference } = JSON.parse(credited.stdout) as Record<string, unknown>
          assert.deepStrictEqual([balanceAfter, created, reference], ["7.00", true, "credit:ticket-1"])
          assert.include((yield* run(...credit)).stdout, "It was done before")
          const low = yield* run("correct", player.username, "--corrects", String(id), "-8.00")
          assert.strictEqual(low.code, 2)
          assert.include(low.stderr, "The wallet holds $7.00")
          const taken = yield* run("correct", player.username, "--corrects", String(id), "-2.50")
          assert.strictEqual(taken.code, 0, taken.stderr)
          assert.strictEqual(yield* walletOf(player.username), "4.50")
          const audit = yield* ddd(["audit"])
          assert.strictEqual(audit.code, 0, audit.stdout)
        }),
      180_000
    )

    it.effect(
      "move what is above the limit together: who asks cannot approve, not by SQL either; the other does, once",
      () =>
        Effect.gen(function*() {
          const { database, ddd, newPlayer } = yield* Site
          const player = yield* newPlayer
          const credit = [
            "wallet",
            "credit",
            player.username,
            "100.01",
            "--reference",
            "ticket-2",
            "--yes",
            "--reason",
            "won"
          ]
          const asked = yield* ddd(credit, undefined, settings("ann"))
          assert.strictEqual(asked.code, 2)
          const [, id = ""] = /waits for approval ([0-9a-f-]{36}): another operator runs/.exec(asked.stderr) ?? []
          assert.include((yield* ddd(["approvals", "list", "--state", "waiting"])).stdout, id)
          const approve = (operator: string) =>
            ddd(["approve", id, "--yes", "--reason", "I looked"], undefined, settings(operator))
          const own = yield* approve("ann")
          assert.deepStrictEqual([own.code, own.stderr.includes("another operator approves it")], [2, true], own.stderr)
          const app = yield* Effect.orDie(session(database.app))
          const forced = yield* Effect.flip(app`
          UPDATE approvals SET state = 'done', decided_by = 'Ann' WHERE id = ${id}::uuid`)
          assert.include(forced.reason.message + String(forced.reason.cause), "four_eyes")
          assert.strictEqual(yield* walletOf(player.username), "0.00")
          const both = yield* Effect.all([approve("bob"), approve("eve")], { concurrency: "unbounded" })
          assert.deepStrictEqual(
            both.map(({ code }) => code).toSorted((a, b) => Number(a) - Number(b)),
            [0, 2],
            both.map(({ stderr }) => stderr).join()
          )
          assert.strictEqual(yield* walletOf(player.username), "100.01")
          const log = yield* json("log", "list", "--subject", id)
          assert.deepStrictEqual([textAt(log, "1", "operator"), textAt(log, "0", "command")], ["ann", "approve"])
          assert.strictEqual((yield* ddd(["audit"])).code, 0)
        }),
      180_000
    )
  }
)
