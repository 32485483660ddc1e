/** What happens is told to everybody: by whichever server it happened, through restarts, and whoever does not read. */
import { cents } from "@ddd/core/money/Money"
import { Effect, Schedule, Schema, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import { connect, type Socket } from "node:net"
import { performance } from "node:perf_hooks"
import { handshake, subscribe } from "../live/Handshake.ts"
import { bodyOf } from "../support/AnswerBody.ts"
import { once } from "../support/AtOnce.ts"
import { startBalancer } from "../support/Balancer.ts"
import { startBuyers } from "../support/Buyers.ts"
import { askPatiently, openConnection, requestText } from "../support/HttpConnection.ts"
import { inside } from "../support/Inside.ts"
import { inspected, openInspector } from "../support/Inspector.ts"
import { Listener } from "../support/Listener.ts"
import { makePlayers, type Player } from "../support/Players.ts"
import { entriesIn, purchaseRequest } from "../support/Purchases.ts"
import { quantile } from "../support/Quantiles.ts"
import { type Environment, freePort, originAt, type ServerProcess, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited } from "./Books.ts"
import { morning, must, Refuted, type Show, type Size } from "./Show.ts"

const drawIn = bodyOf(Schema.Struct({ totalEntries: Schema.Int }))

const pollEvery = Schedule.spaced("20 millis")

/** How long what was sold may take until a client is told, at most, in ms: p99, at full size. */
const toldWithin = 150
/** What a server may have more in memory for clients that do not read, in MiB. */
const grownMax = 20
/** How long the last of it is waited for. */
const patience = "30 seconds"

const listeners = (
  count: number,
  portOf: (nth: number) => number
): Effect.Effect<ReadonlyArray<Listener>, never, Scope.Scope> =>
  Effect.forEach(
    Array.from({ length: count }, (_, nth) => nth),
    (nth) =>
      Effect.acquireRelease(Effect.sync(() => new Listener(portOf(nth))), (one) => Effect.sync(() => one.close())),
    { concurrency: 32 }
  )

/** Waits until every listener has heard of so many entries. */
const allHear = (all: ReadonlyArray<Listener>, entries: number) =>
  Effect.sync(() => all.filter((one) => one.entries < entries).length).pipe(
    Effect.repeat({ until: (behind) => behind === 0, schedule: pollEvery }),
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () =>
        new Refuted({
          message: `${all.filter((one) => one.entries < entries).length} clients never heard of entry ${entries}`
        })
    })
  )

/** Sells one ticket after the other, at the ports in turn; gives when each number of entries was answered, in ms of this process' clock. */
const sell = Effect.fnUntraced(function*(
  ports: ReadonlyArray<number>,
  player: Player,
  { count, pauseMillis }: { readonly count: number; readonly pauseMillis: number }
) {
  const connections = yield* Effect.forEach(
    ports,
    (port) => Effect.acquireRelease(Effect.promise(() => openConnection(port)), ({ close }) => Effect.sync(close))
  )
  const soldAt = new Map<number, number>()
  for (let nth = 0; nth < count; nth++) {
    const connection = connections[nth % connections.length]
    if (connection === undefined) return yield* new Refuted({ message: "there is no server" })
    const answer = yield* Effect.promise(() => askPatiently(connection, purchaseRequest({ player, key: randomUUID() })))
    yield* must(answer.status === 201, () => `a purchase was answered ${answer.status}: ${answer.body.toString()}`)
    soldAt.set(entriesIn(answer), performance.now())
    yield* Effect.sleep(pauseMillis)
  }
  return soldAt
}, Effect.scoped)

/** How long it took each listener to hear of each sale, or of a later one, in ms. */
const delaysOf = (all: ReadonlyArray<Listener>, soldAt: ReadonlyMap<number, number>): ReadonlyArray<number> =>
  all.flatMap((one) =>
    Array.from(soldAt, ([entries, at]) => Math.max(0, (one.heardAt(entries) ?? Number.POSITIVE_INFINITY) - at))
  )

const told = (delays: ReadonlyArray<number>) =>
  `told after ${quantile(delays, 0.5).toFixed(0)} ms (p50), ${quantile(delays, 0.99).toFixed(0)} (p99), ${
    quantile(delays, 1).toFixed(0)
  } (the longest)`

/** How many entries the draw on sale has, by a server. */
const currentEntries = (port: number) =>
  Effect.map(
    Effect.promise(() => once(port, requestText({ method: "GET", path: "/lottery/current-draw" }))),
    (answer) => drawIn(answer).totalEntries
  )

/** A client that listens and reads nothing of what it is sent. */
const deafListener = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<Socket>((resume) => {
      const socket = connect({ port, host: "127.0.0.1" })
      socket.on("error", () => {}) // the server may cut it off
      socket.write(handshake)
      socket.once("data", () => {
        socket.write(subscribe)
        socket.pause()
        resume(Effect.succeed(socket))
      })
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** One server sells after the other. */
const everywhere = Effect.fnUntraced(function*(servers: ReadonlyArray<ServerProcess>, player: Player, size: Size) {
  const ports = servers.map(({ port }) => port)
  const [clients, sales] = size === "full" ? [900, 300] : [30, 12]
  const all = yield* listeners(clients, (nth) => ports[nth % ports.length] ?? 0)
  yield* allHear(all, 0)
  const soldAt = yield* sell(ports, player, { count: sales, pauseMillis: 100 })
  yield* allHear(all, Math.max(...soldAt.keys()))
  const delays = delaysOf(all, soldAt)
  const p99 = quantile(delays, 0.99)
  yield* must(size === "small" || p99 < toldWithin, () => `clients were told after ${p99.toFixed(0)} ms (p99)`)
  return `${clients} clients of ${ports.length} servers, ${sales} sales at one after the other: ${told(delays)}`
}, Effect.scoped)

/** A server of whose clients some read nothing. */
const unread = Effect.fnUntraced(function*({ output, port }: ServerProcess, player: Player, size: Size) {
  const { measure } = yield* openInspector(output())
  const [clients, deaf, sales] = size === "full" ? [900, 100, 1_200] : [45, 5, 40]
  const all = yield* listeners(clients, () => port)
  yield* Effect.forEach(Array.from({ length: deaf }), () => deafListener(port), { concurrency: 16 })
  yield* allHear(all, 0)
  const before = yield* measure
  const soldAt = yield* sell([port], player, { count: sales, pauseMillis: 50 })
  yield* allHear(all, Math.max(...soldAt.keys()))
  const after = yield* measure
  const delays = delaysOf(all, soldAt)
  const grown = after.rss - before.rss
  yield* must(grown < grownMax, () => `the server's memory grew by ${grown.toFixed(0)} MiB`)
  return `${clients} clients beside ${deaf} that read nothing, ${sales} sales: ${told(delays)}; the server's memory ${
    before.rss.toFixed(0)
  } and ${after.rss.toFixed(0)} MiB`
}, Effect.scoped)

/** Two servers behind what balances them, restarted in turn amid purchases. */
const restarts = Effect.fnUntraced(function*(
  environment: Environment,
  running: ReadonlyArray<ServerProcess>,
  players: ReadonlyArray<Player>,
  size: Size
) {
  const servers = [...running]
  const ports = servers.map(({ port }) => port)
  const balancer = yield* startBalancer(ports)
  const [clients, rounds] = size === "full" ? [500, 3] : [20, 1]
  const all = yield* listeners(clients, () => balancer)
  yield* allHear(all, 0)
  const buyers = yield* startBuyers({ ports: [balancer], players, pauseMillis: size === "full" ? 20 : 100 })
  const before = yield* currentEntries(balancer)
  for (let round = 0; round < rounds; round++) {
    for (const [nth, port] of ports.entries()) {
      yield* Effect.sleep("1 second")
      const code = yield* servers[nth]?.stop ?? Effect.succeed(null)
      yield* must(code === 0, () => `a server that was asked to stop ended with ${code}`)
      servers[nth] = yield* startServer(environment, port)
    }
  }
  yield* Effect.sleep("1 second")
  yield* buyers.stop
  const refused = buyers.answers.find(({ answer }) => answer.status !== 201)
  yield* must(refused === undefined, () => `a purchase was answered ${refused?.answer.status}`)
  const replayed = buyers.answers.filter(({ isReplay }) => isReplay).length
  const entries = yield* currentEntries(balancer)
  const sold = buyers.answers.length
  yield* must(entries - before === sold, () => `${sold} purchases were sold as ${entries - before} tickets`)
  yield* allHear(all, entries)
  const closes = all.flatMap((one) => one.closes)
  const odd = closes.find((code) => code !== 1012)
  yield* must(odd === undefined, () => `a client was closed with ${odd}`)
  return [
    `${
      rounds * ports.length
    } restarts beside ${sold} purchases: none was refused, each was sold once, ${replayed} of them asked for again`,
    `${clients} clients, told ${closes.length} times to go elsewhere (1012): each knows of the last sale`
  ]
}, Effect.scoped)

export const live: Show = {
  name: "live",
  promise:
    "clients of three servers are told of a sale at any of them; who does not read disturbs nobody; two servers restarted in turn refuse no purchase and leave no client behind",
  run: Effect.fn("Live")(function*(size) {
    const ports = [yield* freePort, yield* freePort, yield* freePort]
    const environment = {
      ...yield* sharedDatabase,
      ...inspected,
      DEV_CLOCK_START: morning,
      DRAIN_DELAY: "1",
      PUBLIC_URL: originAt(ports[0] ?? 0)
    }
    const servers: Array<ServerProcess> = []
    for (const port of ports) servers.push(yield* startServer(environment, port))
    const players = yield* makePlayers(size === "full" ? 17 : 5, () => cents(10_000_00n)).pipe(
      Effect.provide(inside(environment, environment.PUBLIC_URL))
    )
    const [seller, ...buyers] = players
    const [first, second, third] = servers
    if (seller === undefined || first === undefined || second === undefined || third === undefined) {
      return yield* new Refuted({ message: "there is nobody" })
    }
    const findings = [yield* everywhere(servers, seller, size), yield* unread(third, seller, size)]
    yield* third.stop
    return [
      ...findings,
      ...yield* restarts(environment, [first, second], buyers, size),
      yield* audited(environment)
    ]
  })
}
