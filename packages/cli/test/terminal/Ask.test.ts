import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hasTerminals, type Typed } from "../support/Ddd.ts"
import { at, Site } from "../support/Site.ts"

const needs = { meta: { needs: "script (util-linux) on the PATH" } }

/** Freezes a player at a terminal; gives how it ended and whether they are frozen. */
const freeze = (typed: ReadonlyArray<Typed>, ...flags: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { ddd, dddAtTerminal, newPlayer } = yield* Site
    const { id } = yield* newPlayer
    const { code, stdout } = yield* dddAtTerminal(["user", "freeze", id, ...flags], typed)
    const { stdout: shown } = yield* ddd(["user", "show", id, "--json"])
    return { code, stdout, frozen: at(JSON.parse(shown), "frozen") }
  })

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("a command that asks at a terminal", (it) => {
  it.effect.skipIf(!hasTerminals)(
    "says what it would do, asks why and whether to go on, and does it",
    () =>
      Effect.gen(function*() {
        const { code, frozen, stdout } = yield* freeze([["Why?", "as the test says\r"], ["Go on?", "y\r"]])
        assert.deepStrictEqual([code, frozen], [0, true], stdout)
        assert.include(stdout, "is signed out everywhere, and signs in and buys no more.")
      }),
    needs
  )

  for (
    const [name, keys] of [["no", "n\r"], ["an empty line", "\r"], ["Ctrl-D", "\u0004"], ["Ctrl-C", "\u0003"]] as const
  ) {
    it.effect.skipIf(!hasTerminals)(
      `changes nothing where it is told ${name}, and says so`,
      () =>
        Effect.gen(function*() {
          const { code, frozen, stdout } = yield* freeze([["Go on?", keys]], "--reason", "test")
          assert.deepStrictEqual([code, frozen], [name.startsWith("Ctrl") ? 130 : 2, false], stdout)
          assert.include(stdout, "Nothing was changed.")
        }),
      needs
    )
  }
})
