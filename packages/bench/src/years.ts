#!/usr/bin/env node
/**
 * `bench:years`: what selling and reading cost on an empty database, and on one with years of history.
 *
 * Each has a server in a process of its own. They take turns, so that whatever else the machine does falls on both.
 */
import { print, remark } from "@ddd/cli/terminal/Output"
import { aligned } from "@ddd/cli/terminal/Table"
import { Effect } from "effect"
import { join } from "node:path"
import { setUp } from "./sell/Stage.ts"
import { startWorker } from "./sell/Worker.ts"
import { medianOf } from "./support/Quantiles.ts"
import { freePort, originAt, startServer } from "./support/ServerProcess.ts"
import { argumentsOf, runProgram } from "./support/Terminal.ts"

const { values } = argumentsOf({
  options: {
    rooms: { type: "string", default: "200000" },
    sessions: { type: "string", default: "1000000" },
    players: { type: "string", default: "300000" },
    tickets: { type: "string", default: "500000" },
    buyers: { type: "string", default: "1000" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    lanes: { type: "string", default: "512" }
  }
})

const history = {
  days: 3_650,
  rooms: Number(values.rooms),
  sessions: Number(values.sessions),
  players: Number(values.players),
  tickets: Number(values.tickets)
}

const reads = 200

/** How long the draw on sale takes to be read, one request after the other, in milliseconds: the median. */
const readDraw = (port: number) =>
  Effect.promise(async () => {
    const times: Array<number> = []
    for (let nth = 0; nth < reads; nth++) {
      const begun = performance.now()
      const answer = await fetch(`http://127.0.0.1:${port}/lottery/current-draw`)
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`the draw on sale was answered ${answer.status}`)
      times.push(performance.now() - begun)
    }
    return medianOf(times)
  })

const startOne = Effect.fnUntraced(function*(name: string, size: typeof history | undefined) {
  yield* remark(`making ${name}`)
  const port = yield* freePort
  const stage = yield* setUp(Number(values.buyers), originAt(port), {}, size)
  const environment = { ...stage.environmentOf("http"), PORT: String(port) }
  yield* startServer(environment, port)
  const worker = yield* startWorker("http", join(import.meta.dirname, "sell/HttpWorker.ts"), environment, stage.buyers)
  return { name, port, worker, rates: [] as Array<number>, reads: [] as Array<number> }
})

runProgram(Effect.gen(function*() {
  const all = [yield* startOne("nothing", undefined), yield* startOne("years of history", history)]
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const { name, port, rates, reads: times, worker } of all) {
      const millis = round === 0 ? 3_000 : Number(values.seconds) * 1_000
      const sold = yield* worker.sell({ atOnce: Number(values.lanes), millis })
      const read = yield* readDraw(port)
      yield* remark(`${name}: ${(sold.tickets / sold.millis * 1_000).toFixed(0)}/s, ${read.toFixed(1)} ms`)
      if (round === 0) continue
      rates.push(sold.tickets / sold.millis * 1_000)
      times.push(read)
    }
  }
  yield* print(aligned([
    ["in the database", "tickets/s over HTTP", "GET /lottery/current-draw, ms"],
    ...all.map(({ name, rates, reads: times }) => [name, medianOf(rates).toFixed(0), medianOf(times).toFixed(1)])
  ], [1, 2]))
}))
