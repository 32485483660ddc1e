#!/usr/bin/env node
/** `show <name>`: shows that a promise of the design holds, at full size; `show list` tells which there are. */
import { print } from "@ddd/cli/terminal/Output"
import { aligned } from "@ddd/cli/terminal/Table"
import { Effect } from "effect"
import { shows } from "./shows/Shows.ts"
import { argumentsOf, refuseUsage, runProgram } from "./support/Terminal.ts"

const { positionals: [name = "list", ...more], values: { small } } = argumentsOf({
  allowPositionals: true,
  options: { small: { type: "boolean", default: false } }
})

runProgram(Effect.gen(function*() {
  if (more.length > 0) return yield* refuseUsage("One show at a time; `show list` tells which there are.")
  if (name === "list") return yield* print(aligned(shows.map((show) => [show.name, show.promise])))
  const show = shows.find((each) => each.name === name)
  if (show === undefined) {
    return yield* refuseUsage(`There is no show called ${name}; \`show list\` tells which there are.`)
  }
  yield* print(show.promise)
  for (const finding of yield* show.run(small ? "small" : "full")) yield* print(`  ${finding}`)
  yield* print("It holds.")
}))
