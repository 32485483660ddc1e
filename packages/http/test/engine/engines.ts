/** `npm run engines`: what each engine answers to bytes on a socket, as a table in Markdown. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { cases, run } from "./RawCases.ts"

const program = Effect.gen(function*() {
  const [node, uws] = yield* Effect.all([run("node"), run("uws")])
  const rows = cases.map(({ name }, i) => `| ${name} | ${node[i]} | ${uws[i] === node[i] ? "" : uws[i]} |`)
  yield* Console.log(["| sent | `node` | `uws`, where it differs |", "| --- | --- | --- |", ...rows].join("\n"))
})

NodeRuntime.runMain(program)
