/** The ways of selling in turns, and what comes of it. */
import * as Provision from "@ddd/adapters-pg/database/Provision"
import * as Database from "@ddd/cli/Database"
import { Data, Effect } from "effect"
import { join } from "node:path"
import { cpuMillisOf } from "../support/CpuTime.ts"
import { inside, settingsIn } from "../support/Inside.ts"
import { medianOf } from "../support/Quantiles.ts"
import {
  type Environment,
  freePort,
  originAt,
  runCommand,
  type ServerProcess,
  startServer
} from "../support/ServerProcess.ts"
import { unfairness } from "./FairPlay.ts"
import { setUp, type Stage, type Way, ways } from "./Stage.ts"
import { startWorker } from "./Worker.ts"

export interface ContestOptions {
  readonly buyers: number
  /** How many of them are to have bought in each way, at least. */
  readonly buyersMin: number
  readonly rounds: number
  /** How long each turn takes. */
  readonly millis: number
  /** How many buy at a time, by way; each number has turns of its own, and the best of a way counts. */
  readonly atOnce: Readonly<Record<Way, ReadonlyArray<number>>>
}

/** A way of selling with a number of buyers at a time, over all rounds. */
export interface Figure {
  readonly way: Way
  readonly atOnce: number
  /** Tickets a second, round by round. */
  readonly rates: ReadonlyArray<number>
  readonly median: number
  /** CPU time in milliseconds per thousand tickets: of the process that buys, of the server, of PostgreSQL. */
  readonly cpu: { readonly buyer: number; readonly server: number; readonly postgres: number }
}

/** The play was not fair, or left books that do not hold. */
export class Foul extends Data.TaggedError("Foul")<{ readonly message: string }> {}

const httpWorker = join(import.meta.dirname, "HttpWorker.ts")

const workerFiles: Readonly<Record<Way, string>> = {
  plan: join(import.meta.dirname, "PlanWorker.ts"),
  port: join(import.meta.dirname, "PortWorker.ts"),
  http: httpWorker,
  unlimited: httpWorker,
  uws: httpWorker
}

/** What the servers of the ways that have one are told. */
const serverSettings: ReadonlyArray<readonly [Way, Environment]> = [
  ["http", { ENGINE: "node" }],
  ["unlimited", { ENGINE: "node", RATE_LIMITS: "off" }],
  ["uws", { ENGINE: "uws" }]
]

/** Before the rounds each way sells for a while that does not count: code is compiled, caches are filled. */
const warmUpMillisMax = 3_000

/** The welcome mails of the players, two milliseconds each, would be sent while turns are counted. */
const dropMails = (environment: Environment) =>
  Effect.gen(function*() {
    const { app, owner } = yield* Database.open(yield* settingsIn(environment), { own: false })
    const sql = yield* Provision.session(owner ?? app)
    yield* sql`DELETE FROM jobs WHERE queue_name = 'outbox'`
  }).pipe(Effect.scoped)

interface Turn {
  readonly tickets: number
  readonly millis: number
  readonly cpuMillis: { readonly buyer: number; readonly server: number; readonly postgres: number }
}

/** Lets all ways sell in turns; `tell` hears of each turn. Gives a figure for each way and number of buyers at a time. */
export const contest = Effect.fn("Contest.run")(
  function*(
    { atOnce, buyers, buyersMin, millis, rounds }: ContestOptions,
    tell: (line: string) => Effect.Effect<void>
  ) {
    const port = yield* freePort
    const origin = originAt(port)
    const stage = yield* setUp(buyers, origin)
    const played = ways.filter((way) => atOnce[way].length > 0)
    yield* Effect.forEach(played, (way) => dropMails(stage.environmentOf(way)))
    const servers = new Map<Way, ServerProcess>()
    for (const [way, settings] of serverSettings) {
      if (!played.includes(way)) continue
      const environment = { ...stage.environmentOf(way), PUBLIC_URL: origin, ...settings }
      servers.set(way, yield* startServer(environment, way === "http" ? port : yield* freePort))
    }
    const serverMillis = (way: Way): number => {
      const server = servers.get(way)
      return server === undefined ? 0 : cpuMillisOf(server.pid)
    }
    const sold: Record<Way, number> = { plan: 0, port: 0, http: 0, unlimited: 0, uws: 0 }
    const workers = yield* Effect.forEach(played, (way) => {
      const environment = { ...stage.environmentOf(way), PORT: String(servers.get(way)?.port ?? port) }
      return Effect.map(
        startWorker(way, workerFiles[way], environment, stage.buyers),
        (worker) => [way, worker] as const
      )
    })

    const turns = new Map<string, Array<Turn>>()
    for (let round = 0; round <= rounds; round++) {
      for (const [way, worker] of workers) {
        for (const lanes of atOnce[way]) {
          const before = { server: serverMillis(way), postgres: cpuMillisOf(stage.postgresPid) }
          const result = yield* worker.sell({
            atOnce: lanes,
            millis: round === 0 ? Math.min(warmUpMillisMax, millis) : millis
          })
          sold[way] += result.tickets
          if (round === 0) continue
          const turn: Turn = {
            tickets: result.tickets,
            millis: result.millis,
            cpuMillis: {
              buyer: result.cpuMillis,
              server: serverMillis(way) - before.server,
              postgres: cpuMillisOf(stage.postgresPid) - before.postgres
            }
          }
          const name = `${way} ${lanes}`
          turns.set(name, [...turns.get(name) ?? [], turn])
          yield* tell(`round ${round}: ${way} with ${lanes} at once: ${Math.round(rateOf(turn))} tickets/s`)
        }
      }
    }
    yield* Effect.forEach(servers.values(), ({ stop }) => stop)
    yield* Effect.forEach(played, (way) => judge(stage, way, sold[way], buyersMin, origin))
    return played.flatMap((way) => atOnce[way].map((lanes) => figureOf(way, lanes, turns.get(`${way} ${lanes}`) ?? [])))
  }
)

const rateOf = ({ millis, tickets }: Turn): number => tickets * 1000 / millis

const figureOf = (way: Way, atOnce: number, turns: ReadonlyArray<Turn>): Figure => {
  const tickets = turns.reduce((sum, turn) => sum + turn.tickets, 0)
  const cpuOf = (who: keyof Turn["cpuMillis"]) =>
    turns.reduce((sum, { cpuMillis }) => sum + cpuMillis[who], 0) * 1000 / Math.max(1, tickets)
  const rates = turns.map(rateOf)
  return {
    way,
    atOnce,
    rates,
    median: medianOf(rates),
    cpu: { buyer: cpuOf("buyer"), server: cpuOf("server"), postgres: cpuOf("postgres") }
  }
}

/** Fails where the database of a way shows that something was not as it must be. */
const judge = Effect.fnUntraced(function*(stage: Stage, way: Way, tickets: number, buyersMin: number, origin: string) {
  const environment = stage.environmentOf(way)
  const foul = yield* unfairness({ schema: stage.schema, tickets, buyersMin, keyed: way !== "plan" }).pipe(
    Effect.provide(inside(environment, origin)),
    Effect.scoped
  )
  if (foul.length > 0) return yield* new Foul({ message: `${way}: ${foul.join("; ")}` })
  const { code, stderr, stdout } = yield* runCommand(environment, "audit")
  if (code !== 0) return yield* new Foul({ message: `${way}: the books do not hold\n${stdout}${stderr}` })
})
