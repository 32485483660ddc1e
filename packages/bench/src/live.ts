#!/usr/bin/env node
/**
 * `bench:live`: what it costs to tell everybody of sales, by our hub on each engine, and by `ws` and Socket.IO.
 *
 * Twenty tickets a second are sold by a server of its own; the hubs take turns beside it, on the same database, each with the same clients.
 * What is compared is messages that arrived for each second of CPU of the hub's process. `bare` and `bare uws` write one frame to each
 * connection and do nothing else: no hub on that kind of socket can do better on this machine.
 */
import { print, remark } from "@ddd/cli/terminal/Output"
import { aligned } from "@ddd/cli/terminal/Table"
import { cents } from "@ddd/core/money/Money"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { type HubName, hubNames, isHubName, startAudience, startHub } from "./live/Hubs.ts"
import { morning } from "./shows/Show.ts"
import { cpuMillisOf } from "./support/CpuTime.ts"
import { openConnection } from "./support/HttpConnection.ts"
import { inside } from "./support/Inside.ts"
import { makePlayers } from "./support/Players.ts"
import { entriesIn, purchaseRequest } from "./support/Purchases.ts"
import { medianOf, quantile } from "./support/Quantiles.ts"
import { type Environment, freePort, originAt, startServer } from "./support/ServerProcess.ts"
import { sharedDatabase } from "./support/SharedDatabase.ts"
import { argumentsOf, refuseUsage, runProgram } from "./support/Terminal.ts"

const { values } = argumentsOf({
  options: {
    clients: { type: "string", default: "1000,5000,10000" },
    hubs: { type: "string", default: hubNames.join(",") },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" }
  }
})

/** Tickets a second, one after the other. */
const salesPerSecond = 20

interface Turn {
  /** Updates that came in all. */
  readonly messages: number
  readonly cpuMillis: number
  /** From the answer to a purchase until an update told of it, in ms; of one connection in fifty. */
  readonly delays: ReadonlyArray<number>
  /** KiB of memory that a connection took. */
  readonly kibibytes: number
}

/** Sells, 20 a second, until the scope closes; gives when each number of entries was answered, in Unix milliseconds. */
const sell = Effect.fnUntraced(function*(environment: Environment, port: number) {
  const [player] = yield* makePlayers(1, () => cents(10_000_000n)).pipe(
    Effect.provide(inside(environment, originAt(port)))
  )
  const connection = yield* Effect.acquireRelease(
    Effect.promise(() => openConnection(port)),
    ({ close }) => Effect.sync(close)
  )
  const soldAt = new Map<number, number>()
  const buy = Effect.promise(async () => {
    if (player === undefined) return
    const answer = await connection.ask(purchaseRequest({ player, key: randomUUID() }))
    soldAt.set(entriesIn(answer), performance.timeOrigin + performance.now())
  })
  yield* Effect.forkScoped(Effect.forever(Effect.all([buy, Effect.sleep(1_000 / salesPerSecond)], { concurrency: 2 })))
  return soldAt
})

const turn = Effect.fnUntraced(function*(
  name: HubName,
  clients: number,
  environment: Environment,
  soldAt: ReadonlyMap<number, number>
) {
  const hub = yield* startHub(name, environment)
  const audience = yield* startAudience
  // what is compiled and kept once is there
  yield* audience.told({ order: "open", port: hub.port, count: 100, speech: hub.speech })
  yield* Effect.sleep("2 seconds")
  yield* audience.told({ order: "leave" })
  yield* Effect.sleep("1 second")
  const before = yield* hub.memory
  yield* audience.told({ order: "open", port: hub.port, count: clients, speech: hub.speech })
  yield* Effect.sleep("3 seconds")
  yield* audience.told({ order: "count" })
  const cpuBefore = cpuMillisOf(hub.pid)
  yield* Effect.sleep(Number(values.seconds) * 1_000)
  const cpuMillis = cpuMillisOf(hub.pid) - cpuBefore
  const { arrivals, frames } = yield* audience.told({ order: "tell" })
  const after = yield* hub.memory
  const result: Turn = {
    messages: frames,
    cpuMillis,
    delays: arrivals.flatMap(([entries, at]) => {
      const sold = soldAt.get(entries)
      return sold === undefined ? [] : [Math.max(0, at - sold)]
    }),
    kibibytes: (after.rss - before.rss) * 1024 / clients
  }
  return result
}, Effect.scoped)

/** Messages a second of CPU. */
const rateOf = ({ cpuMillis, messages }: Turn): number => messages * 1_000 / Math.max(1, cpuMillis)

runProgram(Effect.gen(function*() {
  const hubs = values.hubs.split(",").filter(isHubName)
  const sizes = values.clients.split(",").map(Number)
  if (hubs.length === 0 || !sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    return yield* refuseUsage(`--hubs are some of ${hubNames.join(", ")}, --clients whole numbers above zero.`)
  }
  const port = yield* freePort
  const environment = { ...yield* sharedDatabase, DEV_CLOCK_START: morning, PUBLIC_URL: originAt(port) }
  yield* startServer({ ...environment, LOG_LEVEL: "error" }, port)
  const soldAt = yield* sell(environment, port)
  const turns = new Map<string, ReadonlyArray<Turn>>()
  const keyOf = (name: HubName, clients: number) => `${name} ${clients}`
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const clients of sizes) {
      for (const name of hubs) {
        const came = yield* turn(name, clients, environment, soldAt)
        const key = keyOf(name, clients)
        turns.set(key, [...turns.get(key) ?? [], came])
        yield* remark(
          `round ${round}: ${name} with ${clients}: ${
            Math.round(rateOf(came) / 1_000)
          } k messages a CPU-second ${came.messages} in ${came.cpuMillis} ms`
        )
      }
    }
  }
  const rates = (name: HubName, clients: number) => (turns.get(keyOf(name, clients)) ?? []).map(rateOf)
  const ratio = (name: HubName, peer: HubName, clients: number) => {
    const of = medianOf(rates(peer, clients))
    return of > 0 ? (medianOf(rates(name, clients)) / of).toFixed(2) : "–"
  }
  const rows = sizes.flatMap((clients) =>
    hubs.map((name) => {
      const own = turns.get(keyOf(name, clients)) ?? []
      const delays = own.flatMap((each) => each.delays)
      const seconds = Number(values.seconds)
      return [
        String(clients),
        name,
        (medianOf(own.map(rateOf)) / 1_000).toFixed(0),
        ratio(name, "ws", clients),
        ratio(name, "socket.io", clients),
        (medianOf(own.map(({ messages }) => messages)) / clients / seconds).toFixed(1),
        quantile(delays, 0.5).toFixed(0),
        quantile(delays, 0.99).toFixed(0),
        medianOf(own.map(({ kibibytes }) => kibibytes)).toFixed(1)
      ]
    })
  )
  const header = [
    "clients",
    "hub",
    "k messages a CPU-second",
    "× ws",
    "× socket.io",
    "updates a second",
    "p50 ms",
    "p99 ms",
    "KiB a connection"
  ]
  yield* print(aligned([header, ...rows], [0, 2, 3, 4, 5, 6, 7, 8]))
}))
