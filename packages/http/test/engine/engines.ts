/** `npm run engines`: what each engine answers to bytes on a socket, as a table in Markdown. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import type { EngineName } from "../../src/engine/Engine.ts"
import { httpCases } from "./RawCases.ts"
import { run } from "./RawTalk.ts"
import { socketCases } from "./SocketCases.ts"

const runAll = (engine: EngineName) =>
  Effect.map(
    Effect.all([run(engine, httpCases), run(engine, socketCases, { atOnce: 24 })]),
    (seen) => seen.flat()
  )

const program = Effect.gen(function*() {
  const [node, uws] = yield* Effect.all([runAll("node"), runAll("uws")])
  const rows = [...httpCases, ...socketCases].map(({ name }, i) =>
    `| ${name} | ${node[i]} | ${uws[i] === node[i] ? "" : uws[i]} |`
  )
  yield* Console.log(["| sent | `node` | `uws`, where it differs |", "| --- | --- | --- |", ...rows].join("\n"))
})

NodeRuntime.runMain(program)
