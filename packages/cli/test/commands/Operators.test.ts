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
          assert.include(stderr, `Say ${missing} to do it. Nothing was changed.`)
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
    120_000
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
    120_000
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
    120_000
  )
})
