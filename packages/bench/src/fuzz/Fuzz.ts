/**
 * Requests by the thousand, made from what the server says of itself, and whether it keeps its word.
 *
 * A run is made of rounds, each with players and rooms of its own. What is asked in a round follows from the seed and the number of the
 * round alone; the ids and tokens that are there are put in.
 */
import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import { fromUrl, session } from "@ddd/adapters-pg/database/Provision"
import { cents } from "@ddd/core/money/Money"
import { Now } from "@ddd/core/ports/Now"
import { formatInstant, parseInstant } from "@ddd/core/values/Instant"
import { make as makeStandIn } from "@ddd/sim/providers/StripeStandIn"
import { signature } from "@ddd/sim/providers/WebhookSignature"
import { Effect, Layer, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as fc from "fast-check"
import { audited } from "../shows/Books.ts"
import { morning, must } from "../shows/Show.ts"
import { once } from "../support/AtOnce.ts"
import { cpuMillisOf } from "../support/CpuTime.ts"
import { requestText } from "../support/HttpConnection.ts"
import { inside } from "../support/Inside.ts"
import { inspected, openInspector, type ServerMemory } from "../support/Inspector.ts"
import { makePlayers } from "../support/Players.ts"
import { type Environment, freePort, originAt, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { type Cast, makeCast } from "./Cast.ts"
import { makeJudge } from "./Judge.ts"
import { Lane } from "./Lane.ts"
import { watchMachine } from "./MachineStall.ts"
import { operationsOf } from "./Operations.ts"
import { makeRequests } from "./Requests.ts"
import { askAll, Run, talkAll } from "./Run.ts"
import { makeConversations, makeTalkJudge } from "./Talk.ts"

export interface FuzzOptions {
  /** How many requests and messages, at least. */
  readonly requests: number
  readonly seed: number
  /** Is told after each round how many have been answered. */
  readonly progress?: (answered: number) => Effect.Effect<void>
}

export interface FuzzReport {
  /** What was wrong, to be read; no more than the first of them. */
  readonly faults: ReadonlyArray<string>
  readonly faultsCount: number
  readonly requests: number
  readonly messages: number
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>
  /** How often each operation was asked rightly enough for a 2xx. */
  readonly served: ReadonlyMap<string, number>
  /** How often each event and each close was heard. */
  readonly heard: ReadonlyMap<string, number>
  /** How long answers took, in ms: the median, one in a hundred, the longest; and the longest but for what the machine stood still. */
  readonly millis: { readonly p50: number; readonly p99: number; readonly max: number; readonly fairMax: number }
  /** How many took over two seconds, and not when asked again alone. */
  readonly slowOnce: number
  /** What the server took of a processor, and what who asked did, in s. */
  readonly cpuSeconds: { readonly server: number; readonly client: number }
  /** After the first requests, in between, and at the end. */
  readonly memory: ReadonlyArray<ServerMemory>
  readonly audit: string
}

/** What a server may have more in memory at the end than after its first requests, in MiB. */
export const growthMax = 50

const roundSize = 2_000
const conversationsOfRound = 16
/** Connections, each with one request at a time. */
const lanesCount = 12
/**
 * Before the memory is measured first, in requests: what is compiled and kept once is there; and of a long run a tenth, since what is
 * remembered of players up to some number of them (50,000 verified tokens, of 1 kB each) fills as they come.
 */
const warmUpOf = (requests: number): number => Math.min(requests / 2, Math.max(10_000, requests / 10))
/** How often it is measured then. */
const memoriesOfRun = 8

/** An address of this machine in a network of its own, as limits count networks. Only Linux answers to all of 127.0.0.0/8. */
const addressOf = (nth: number): string =>
  process.platform === "linux" ? `127.${1 + Math.floor(nth / 250) % 250}.${nth % 250}.1` : "127.0.0.1"

/** A clock in Unix milliseconds that begins now, at this instant. */
const clockFrom = (millis: number): () => number => {
  const began = performance.now()
  return () => Math.round(millis + performance.now() - began)
}

const quantile = (sorted: ReadonlyArray<number>, part: number): number =>
  sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN

/** Runs a server, asks it, and reports; fails where the run itself could not be made. */
export const fuzz = Effect.fn("Fuzz")(function*({ progress = () => Effect.void, requests, seed }: FuzzOptions) {
  const clientBegan = process.cpuUsage()
  const port = yield* freePort
  const origin = originAt(port)
  const url = `http://127.0.0.1:${port}`
  const internalToken = "internal-token-of-the-fuzzing"
  const shop = "Bearer what only the shop knows"
  const checker = "what who checks identities signs with"
  const provider = "whsec_what_the_payout_provider_signs_with"
  const payouts = yield* makeStandIn({ startAt: parseInstant(morning) ?? 0 })
  const database = yield* sharedDatabase
  const environment: Environment = {
    ...database,
    DEV_CLOCK_START: morning,
    PUBLIC_URL: origin,
    LOG_LEVEL: "error",
    INTERNAL_API_TOKEN: internalToken,
    REVENUECAT_WEBHOOK_AUTH: shop,
    PRODUCT_CATALOG: "{\"funds_5\": \"5.00\"}",
    KYC_WEBHOOK_SECRET: checker,
    STRIPE_SECRET_KEY: payouts.secretKey,
    STRIPE_API_BASE: payouts.url,
    STRIPE_WEBHOOK_SECRET: provider,
    CHECKOUT_RETURN_URL: `${origin}/play`,
    WITHDRAW_DEPOSITS: "true"
  }
  const server = yield* startServer({ ...environment, ...inspected }, port)
  const stall = yield* watchMachine
  const { measure } = yield* openInspector(server.output())
  const ports = yield* Layer.build(inside(environment, origin))
  const read = (path: string) =>
    Effect.map(Effect.promise(() => once(port, requestText({ method: "GET", path }))), ({ body }) => body.toString())

  // a day is over, in which somebody has played
  const days = ["2026-02-03", "2026-02-04", "2026-02-02"]
  const [player] = yield* Effect.provideContext(makePlayers(1, () => cents(2_000n), 1_000_000_000), ports)
  yield* Effect.promise(() =>
    once(
      port,
      requestText({
        method: "POST",
        path: "/lottery/purchase-ticket",
        headers: { authorization: `Bearer ${player?.accessToken}` },
        body: "{\"quantity\":10}"
      })
    )
  )
  const owner = yield* fromUrl(Redacted.make(database["DATABASE_OWNER_URL"] ?? ""))
  const sql = yield* session(owner)
  yield* DevClock.advance(86_400_000).pipe(Effect.provideService(SqlClient.SqlClient, sql))
  payouts.advance(86_400_000)
  yield* read("/lottery/draws/2026-02-03").pipe(
    Effect.repeat({ until: (text) => text.includes("\"drawn\""), schedule: Schedule.spaced("200 millis") }),
    Effect.timeout("2 minutes")
  )
  // what issues tokens here hears of a moved clock by itself, maybe later than the server: its tokens would be over
  yield* Effect.provideContext(Now.use(({ now }) => now), ports).pipe(
    Effect.repeat({ until: (now) => formatInstant(now) > "2026-02-04", schedule: Schedule.spaced("200 millis") }),
    Effect.timeout("2 minutes")
  )

  const document: unknown = JSON.parse(yield* read("/openapi.json"))
  const socketDocument: unknown = JSON.parse(yield* read("/asyncapi.json"))
  const operations = operationsOf(document)
  yield* must(operations.length > 45, () => `the document has ${operations.length} operations`)
  let cast: Cast | undefined
  const present = (): Cast =>
    cast ??
      {
        actors: [],
        sacrificed: [],
        emails: [],
        rooms: [],
        tickets: [],
        ids: [],
        codes: [],
        refreshTokens: [],
        mailedTokens: [],
        days
      }
  const [clock] = yield* sql<{ readonly now: Date }>`SELECT app_now() AS now`
  const now = clockFrom(clock?.now.getTime() ?? Number.NaN)
  const signed = {
    "/webhooks/kyc": (body: string) => ["X-KYC-Signature", signature(body, now(), checker)] as const,
    "/webhooks/stripe": (body: string) => ["Stripe-Signature", signature(body, now(), provider)] as const
  }
  const asked = makeRequests(document, operations, { internal: internalToken, now, shop, signed }, present)
  const said = makeConversations(socketDocument, present)
  const say = makeTalkJudge(socketDocument)

  const run = new Run(makeJudge(document, operations), stall)
  const lanes = Array.from({ length: lanesCount }, (_, nth) => new Lane(port, addressOf(nth)))
  yield* Effect.addFinalizer(() => Effect.sync(() => lanes.forEach((lane) => lane.close())))
  const activate = () => {
    for (const id of payouts.accounts.keys()) payouts.activate(id)
  }
  const memory: Array<ServerMemory> = []
  for (let round = 0; run.requests + run.messages < requests; round++) {
    const present = yield* makeCast(round, port, days, activate).pipe(
      Effect.provideContext(ports),
      Effect.provideService(SqlClient.SqlClient, sql)
    )
    cast = present
    const drawn = { seed: seed + round, numRuns: roundSize }
    const batch = fc.sample(asked, drawn)
    const conversations = fc.sample(said, { seed: seed + round, numRuns: conversationsOfRound })
    for (const [nth, lane] of lanes.entries()) lane.moveTo(addressOf(round * lanesCount + nth))
    yield* Effect.promise(() => Promise.all([askAll(run, lanes, batch), talkAll(run, say, url, conversations)]))
    const answered = run.requests + run.messages
    const due = warmUpOf(requests) + memory.length * requests / memoriesOfRun
    if (answered >= due || answered >= requests) memory.push(yield* measure)
    yield* progress(answered)
  }
  const sorted = run.millis.toSorted((a, b) => a - b)
  const report: FuzzReport = {
    faults: run.faults,
    faultsCount: run.faultsCount,
    requests: run.requests,
    messages: run.messages,
    statuses: run.statuses,
    served: new Map(
      operations.map(({ method, template }) => [`${method} ${template}`, run.served.get(`${method} ${template}`) ?? 0])
    ),
    heard: run.heard,
    millis: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1) ?? 0, fairMax: run.fairMax },
    slowOnce: run.slowOnce,
    cpuSeconds: {
      server: cpuMillisOf(server.pid) / 1_000,
      client: (process.cpuUsage(clientBegan).user + process.cpuUsage(clientBegan).system) / 1_000_000
    },
    memory,
    audit: yield* audited(environment)
  }
  return report
}, Effect.scoped)
