/** What a shop tells is credited exactly, however often, in whatever order and to whichever server it is told; what is forged, never. */
import { cents } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { userId } from "@ddd/core/values/Ids"
import { Effect, Schedule, Schema } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import {
  askPatiently,
  type HttpAnswer,
  type HttpConnection,
  requestText,
  withConnections
} from "../support/HttpConnection.ts"
import { inside } from "../support/Inside.ts"
import { makePlayers } from "../support/Players.ts"
import { rush } from "../support/Purchases.ts"
import { type Environment, freePort, originAt, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited } from "./Books.ts"
import { seeded, shuffled } from "./Chance.ts"
import { type Body, catalog, makeShopDay, signed } from "./ShopEvents.ts"
import { morning, must, type Show } from "./Show.ts"

const authorization = "Bearer what only the shop knows"
const secret = "whsec_what_only_the_shop_signs_with"
const path = "/webhooks/revenuecat"
const connectionsEach = 8

/** Sample events of the shop's own documentation, where they are at hand. */
const samplesFolder = join(import.meta.dirname, "../../../../../shared/revenuecat")
const samples = (): ReadonlyArray<Body> =>
  !existsSync(samplesFolder) ? [] : readdirSync(samplesFolder)
    .filter((name) => name.endsWith(".json") && !/openapi|vector/.test(name))
    .map((name) => readFileSync(join(samplesFolder, name), "utf8"))

const request = (body: Body, headers: Readonly<Record<string, string>>): string =>
  requestText({ method: "POST", path, headers, body })

/** Sends requests to several servers at once, in their order, each over the next free connection. */
const sendAll = async (
  ports: ReadonlyArray<number>,
  requests: ReadonlyArray<string>
): Promise<ReadonlyArray<HttpAnswer>> => {
  const answers: Array<HttpAnswer> = []
  const waiting = requests.entries()
  const work = async (connection: HttpConnection) => {
    for (const [index, text] of waiting) answers[index] = await askPatiently(connection, text)
  }
  await Promise.all(
    ports.map((port) =>
      withConnections(port, connectionsEach, (all) => Promise.all(all.map(work)).then(() => undefined))
    )
  )
  return answers
}

/** Ways to forge or alter what the shop sends, each of a genuine event that would credit somebody. */
const forgeries: ReadonlyArray<(body: Body, seconds: number, random: () => number) => string> = [
  (body, seconds) => request(body, { "x-revenuecat-webhook-signature": signed(secret, seconds, body) }),
  (body, seconds) =>
    request(body, {
      authorization: "Bearer what only the shop know",
      "x-revenuecat-webhook-signature": signed(secret, seconds, body)
    }),
  (body) => request(body, { authorization }),
  (body, seconds) =>
    request(body, { authorization, "x-revenuecat-webhook-signature": signed("another secret", seconds, body) }),
  (body, seconds) =>
    request(body, { authorization, "x-revenuecat-webhook-signature": signed(secret, seconds - 400, body) }),
  (body, seconds) =>
    request(body, { authorization, "x-revenuecat-webhook-signature": signed(secret, seconds + 400, body) }),
  (body, seconds, random) => {
    // one byte of the body is another than was signed
    const at = Math.floor(random() * body.length)
    const altered = `${body.slice(0, at)}${body[at] === "1" ? "2" : "1"}${body.slice(at + 1)}`
    return request(altered, { authorization, "x-revenuecat-webhook-signature": signed(secret, seconds, body) })
  },
  (body, seconds, random) => {
    const signature = signed(secret, seconds, body)
    const at = signature.length - 1 - Math.floor(random() * 64)
    const altered = `${signature.slice(0, at)}${signature[at] === "0" ? "1" : "0"}${signature.slice(at + 1)}`
    return request(body, { authorization, "x-revenuecat-webhook-signature": altered })
  },
  (body, seconds) =>
    request(body, {
      authorization,
      "x-revenuecat-webhook-signature": signed(secret, seconds, body).replace(`t=${seconds}`, `t=${seconds + 1}`)
    })
]

/** How many events were kept, and how many are still to be acted on. */
const kept = (environment: Environment) =>
  Effect.gen(function*() {
    const inbox = yield* WebhookInbox
    const count = Effect.fnUntraced(function*(state?: "received") {
      let total = 0
      const filter = state === undefined ? {} : { state }
      let page = yield* inbox.list(filter, { limit: 100, cursor: null })
      for (; page.nextCursor !== null; page = yield* inbox.list(filter, { limit: 100, cursor: page.nextCursor })) {
        total += page.items.length
      }
      return total + page.items.length
    })
    return { all: yield* count(), open: yield* count("received") }
  }).pipe(Effect.provide(inside(environment, originAt(0))))

/** The same, once all of them were acted on. */
const settled = (environment: Environment) =>
  kept(environment).pipe(
    Effect.repeat({ until: ({ open }) => open === 0, schedule: Schedule.spaced("200 millis") }),
    Effect.timeout("2 minutes")
  )

const walletsOf = (environment: Environment, players: ReadonlyArray<{ readonly userId: string }>) =>
  Effect.gen(function*() {
    const ledger = yield* Ledger
    return yield* Effect.forEach(players, (player) => ledger.wallet(userId(player.userId)), { concurrency: 16 })
  }).pipe(Effect.provide(inside(environment, originAt(0))))

const Named = Schema.fromJsonString(Schema.Struct({ event: Schema.Struct({ id: Schema.String }) }))
const eventIdOf = (body: Body): string => Schema.decodeSync(Named)(body).event.id

export const deposits: Show = {
  name: "deposits",
  promise:
    "2,000 shop events, each told one to ten times, shuffled, to three servers at once: every wallet exact; 20,000 forgeries: nothing",
  run: Effect.fn("Deposits")(function*(size) {
    const database = yield* sharedDatabase
    const ports = [yield* freePort, yield* freePort, yield* freePort]
    const environment = {
      ...database,
      DEV_CLOCK_START: morning,
      // tokens are good at each of the servers
      PUBLIC_URL: originAt(ports[0] ?? 0),
      REVENUECAT_WEBHOOK_AUTH: authorization,
      REVENUECAT_SIGNING_SECRET: secret,
      PRODUCT_CATALOG: catalog
    }
    for (const port of ports) yield* startServer(environment, port)
    const random = seeded(2026)
    const [eventCount, forgeryCount, playerCount] = size === "full" ? [2_000, 20_000, 200] : [60, 90, 12]
    const { players, seconds } = yield* Effect.gen(function*() {
      const made = yield* makePlayers(playerCount, () => cents(0n))
      return { players: made, seconds: Math.floor((yield* (yield* Now).now) / 1_000) }
    }).pipe(Effect.provide(inside(environment, environment.PUBLIC_URL)))

    const started = performance.now()
    const day = makeShopDay(players.map((player) => player.userId), eventCount, random)
    const told = samples()
    const deliveries = shuffled(
      [...day.bodies, ...told].flatMap((body) => Array.from({ length: 1 + Math.floor(random() * 10) }, () => body)),
      random
    )
    const clockOf = () => seconds + Math.floor((performance.now() - started) / 1_000)
    const genuine = (body: Body) =>
      request(body, { authorization, "x-revenuecat-webhook-signature": signed(secret, clockOf(), body) })
    // some spend what they have while it comes in, and is taken back
    const buyers = players.slice(0, Math.floor(playerCount / 3))
    const purchases = shuffled(
      buyers.flatMap((player, index) =>
        Array.from({ length: 10 }, (_, nth) => ({ player, key: `spent-${index}-${nth}` }))
      ),
      random
    )
    const shares = ports.map((_, nth) => purchases.filter((_, index) => index % ports.length === nth))
    const wrong: Array<string> = []
    const begin = performance.now()
    const [answers, sales] = yield* Effect.all([
      Effect.promise(() => sendAll(ports, deliveries.map(genuine))),
      Effect.promise(() => Promise.all(ports.map((port, nth) => rush(port, 2, shares[nth] ?? []))))
    ], { concurrency: "unbounded" })
    const millis = performance.now() - begin
    const refused = answers.find(({ status }) => status !== 200)
    yield* must(refused === undefined, () => `an event was answered ${refused?.status}: ${refused?.body.toString()}`)
    const after = yield* settled(environment)
    const distinct = new Set([...day.bodies, ...told].map(eventIdOf)).size
    yield* must(after.all === distinct, () => `${after.all} events were kept, of ${distinct}`)

    const spent = new Map<string, bigint>()
    for (const [nth, outcomes] of sales.entries()) {
      outcomes.forEach((outcome, index) => {
        const buyer = shares[nth]?.[index]?.player.userId
        if (outcome?.status === 201 && buyer !== undefined) spent.set(buyer, (spent.get(buyer) ?? 0n) + 100n)
      })
    }
    const wallets = yield* walletsOf(environment, players)
    wallets.forEach(({ balance, debt }, index) => {
      const due = (day.net[index] ?? 0n) - (spent.get(players[index]?.userId ?? "") ?? 0n)
      if (balance - debt !== due) wrong.push(`player ${index} is worth ${balance - debt} cents instead of ${due}`)
    })
    yield* must(wrong.length === 0, () => wrong.join("\n"))
    const inDebt = wallets.filter(({ debt }) => debt > 0n).length

    const credits = day.bodies.filter((body) => body.includes("NON_RENEWING_PURCHASE"))
    const forged = Array.from({ length: forgeryCount }, (_, index) => {
      const body = credits[index % credits.length] ?? ""
      // as an event that was never told
      const fresh = body.replace(/"id":"[^"]*"/, `"id":"forged-${index}"`).replace(/"transaction_id":"/, "$&9")
      return forgeries[index % forgeries.length]?.(fresh, clockOf(), random) ?? ""
    })
    const denied = yield* Effect.promise(() => sendAll(ports, forged))
    const taken = denied.find(({ status }) => status !== 401)
    yield* must(taken === undefined, () => `a forgery was answered ${taken?.status}: ${taken?.body.toString()}`)
    const afterwards = yield* settled(environment)
    yield* must(afterwards.all === after.all, () => `${afterwards.all - after.all} forgeries were kept as events`)
    const later = yield* walletsOf(environment, players)
    yield* must(
      later.every(({ balance, debt }, index) => balance === wallets[index]?.balance && debt === wallets[index]?.debt),
      () => "a forgery moved money"
    )
    return [
      `${distinct} events, ${told.length} of them the shop's own samples, in ${deliveries.length} deliveries to ${ports.length} servers`,
      `${(deliveries.length / millis * 1_000).toFixed(0)} deliveries a second; each answered 200`,
      `${day.purchases} purchases, some refunded, some of those given back, in any order: all ${players.length} wallets exact, ${inDebt} of them in debt`,
      `${forged.length} forged or altered events: each answered 401, none kept, no wallet moved`,
      yield* audited(environment)
    ]
  })
}
