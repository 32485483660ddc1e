#!/usr/bin/env node
/** `fuzz --requests 1000000 --seed 7`: requests of every kind, made from the served contract, and whether the server keeps it. */
import { print } from "@ddd/cli/terminal/Output"
import { Effect } from "effect"
import { randomInt } from "node:crypto"
import { fuzz } from "./fuzz/Fuzz.ts"
import { linesOf, verdictOf } from "./fuzz/Report.ts"
import { argumentsOf, refuseUsage, runProgram } from "./support/Terminal.ts"

const { values } = argumentsOf({
  options: { requests: { type: "string", default: "50000" }, seed: { type: "string" } }
})

runProgram(Effect.gen(function*() {
  const requests = Number(values.requests)
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed)
  if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(seed)) {
    return yield* refuseUsage("--requests is a whole number above zero, --seed a whole number.")
  }
  yield* print(`${requests} requests; the same again: npm run fuzz -- --requests ${requests} --seed ${seed}`)
  let told = 0
  const report = yield* fuzz({
    requests,
    seed,
    progress: (answered) =>
      Effect.suspend(() => {
        const tenths = Math.floor(10 * answered / requests)
        if (tenths <= told) return Effect.void
        told = tenths
        return print(`  ${answered} answered`)
      })
  })
  for (const line of linesOf(report)) yield* print(`  ${line}`)
  yield* verdictOf(report)
  yield* print("It holds.")
}))
