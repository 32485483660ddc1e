/**
 * The app's client against three servers behind a network that cuts, holds up and restarts, while servers and apps are killed: what each
 * player asked for once is sold once, and the player's app knows it. Then what is told live, through disconnections of every kind.
 */
import {
  centsOf,
  type Client,
  type DrawUpdate,
  isClientError,
  type LiveView,
  makeClient,
  memoryStorage
} from "@ddd/client"
import { cents } from "@ddd/core/money/Money"
import { type BadNetwork, badNetwork } from "@ddd/sim/providers/BadNetwork"
import { TickClock } from "@ddd/sim/providers/TickClock"
import { Effect, Fiber } from "effect"
import { randomInt } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { inside } from "../support/Inside.ts"
import { AppDied, type Death, MortalApp, random } from "../support/MortalApp.ts"
import { emailOf, makePlayers, password } from "../support/Players.ts"
import { type Environment, freePort, originAt, type ServerProcess, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited, balancesOf, requireNoGap } from "./Books.ts"
import { morning, must, Refuted, type Show, type Size } from "./Show.ts"

interface Scale {
  readonly players: number
  /** Purchases of each player. */
  readonly purchases: number
  /** How often a server is killed and started anew. */
  readonly kills: number
  readonly disconnections: number
}

const scales: { readonly [Each in Size]: Scale } = {
  full: { players: 100, purchases: 100, kills: 12, disconnections: 500 },
  small: { players: 8, purchases: 5, kills: 1, disconnections: 8 }
}

const chance = (): number => randomInt(1 << 24) / (1 << 24)

/** One app in thirty dies of a purchase, half of them before it is sent. */
const fate = (): Death => {
  const dice = chance() * 60
  return dice < 1 ? "before" : dice < 2 ? "after" : "never"
}

const faults = { lost: 0.03, unanswered: 0.03, late: 0.05, lateMillisMax: 1_500 }

/** What a player was told of one purchase. */
interface Outcome {
  readonly position: number
  /** By a later asking, of the app's next start or the same app. */
  readonly wasSettled: boolean
}

/** Told that nothing was done, the player asks again. */
const isUndone = (error: unknown): boolean =>
  isClientError(error) && ["network", "timeout", "unavailable"].includes(error.code)

/** Finds out what became of the one purchase that is not known. */
const settled = async (app: MortalApp): Promise<Outcome> => {
  for (;;) {
    try {
      const [outcome] = await app.use((client) => client.requests.settle())
      if (outcome !== undefined) {
        if (!outcome.done || !("tickets" in outcome.answer)) {
          throw new Error(`a purchase ended in ${JSON.stringify(outcome)}`)
        }
        return { position: outcome.answer.tickets[0]?.position ?? 0, wasSettled: true }
      }
    } catch (error) {
      if (!(error instanceof AppDied) && !isUndone(error)) throw error
    }
    await sleep(50)
  }
}

/** The player asks for one ticket, once. */
const buyOnce = async (app: MortalApp, undone: () => void): Promise<Outcome> => {
  for (;;) {
    try {
      const { tickets: [ticket] } = await app.use((client) => client.lottery.purchaseTicket())
      return { position: ticket?.position ?? 0, wasSettled: false }
    } catch (error) {
      const isOpen = error instanceof AppDied || isClientError(error) && error.code === "unsettled"
      if (isOpen) return await settled(app)
      if (!isUndone(error)) throw error
      undone()
      await sleep(100)
    }
  }
}

/** Buys, one purchase after the other. */
const play = async (app: MortalApp, purchases: number, undone: () => void) => {
  const outcomes: Array<Outcome> = []
  for (let nth = 0; nth < purchases; nth++) outcomes.push(await buyOnce(app, undone))
  const open = await app.use((client) => client.requests.list())
  if (open.length > 0) throw new Error(`${open.length} requests are still kept`)
  return outcomes
}

/** Kills servers and resets the network, one after the other; gives the servers that run in the end. */
const trouble = Effect.fnUntraced(function*(
  environment: Environment,
  servers: ReadonlyArray<ServerProcess>,
  network: BadNetwork,
  { kills }: Scale
) {
  const running = [...servers]
  for (let nth = 0; nth < kills; nth++) {
    yield* Effect.sleep("1500 millis")
    network.reset()
    const index = nth % running.length
    const server = running[index]
    if (server === undefined) continue
    yield* server.kill
    yield* Effect.sleep("300 millis")
    running[index] = yield* startServer(environment, server.port)
  }
  return running
})

const asPromised = <A>(work: () => Promise<A>) =>
  Effect.tryPromise({ try: work, catch: (error) => new Refuted({ message: String(error) }) })

/** Waits until the draw is shown fresh, and is what the server says. */
const untilTrue = async (client: Client, view: () => LiveView<DrawUpdate>, what: string): Promise<void> => {
  const deadline = performance.now() + 60_000
  for (;;) {
    const { data, isStale } = view()
    if (!isStale) {
      const { id, prizePool, totalEntries } = await client.lottery.currentDraw()
      if (data?.drawId === id && data.prizePool === prizePool && data.totalEntries === totalEntries) return
    }
    if (performance.now() > deadline) throw new Error(`${what}: shown ${JSON.stringify(view())} for a minute`)
    await sleep(5)
  }
}

/** What is told live through disconnections: gives how often each kind came. Somebody buys meanwhile, on another way. */
const walk = async (network: BadNetwork, direct: Client, steps: number) => {
  let view: LiveView<DrawUpdate> = { data: null, isStale: true, isRefused: false }
  const seen = { stale: false }
  const silent = { isOn: false }
  // quick where there is nothing to come but timers, and slow where a server may be
  const clock = new TickClock(() => silent.isOn || client.live.state === "waiting" ? 50 : 5)
  const client: Client = makeClient({
    baseUrl: `http://127.0.0.1:${network.port}`,
    storage: memoryStorage(),
    random,
    clock
  })
  // what was silenced stays so, and is given up
  client.live.onState((state) => {
    if (state === "connecting") silent.isOn = false
  })
  const end = client.live.watchDraw((shown) => {
    view = shown
    seen.stale ||= shown.isStale
  })
  const kinds = { reset: 0, refused: 0, silent: 0, offline: 0 }
  const names = ["reset", "refused", "silent", "reset", "offline"] as const
  try {
    await untilTrue(direct, () => view, "at first")
    for (let step = 0; step < steps; step++) {
      const kind = names[randomInt(names.length)] ?? "reset"
      kinds[kind]++
      seen.stale = false
      if (kind === "reset") network.reset()
      if (kind === "refused") network.close(true)
      if (kind === "silent") {
        silent.isOn = true
        network.silence(true)
      }
      if (kind === "offline") client.live.tell("offline")
      if (step % 5 === 0) await direct.lottery.purchaseTicket()
      while (!seen.stale) await sleep(2)
      network.close(false)
      network.silence(false)
      if (kind === "offline") client.live.tell("online")
      await untilTrue(direct, () => view, `after disconnection ${step + 1}, ${kind}`)
    }
  } finally {
    end()
    client.close()
  }
  return kinds
}

export const client: Show = {
  name: "client",
  promise:
    "10,000 purchases by 100 apps through a network that cuts and delays, apps and servers killed: sold once, known to each; 500 disconnections live",
  run: Effect.fn("Client")(function*(size) {
    const scale = scales[size]
    const total = scale.players * scale.purchases
    // one issuer of access tokens
    const environment = {
      ...(yield* sharedDatabase),
      DEV_CLOCK_START: morning,
      PUBLIC_URL: "http://lottery.example.com"
    }
    const servers: Array<ServerProcess> = []
    for (let nth = 0; nth < 3; nth++) servers.push(yield* startServer(environment, yield* freePort))
    const ports = servers.map(({ port }) => port)
    // the last one buys while disconnections are looked at
    const players = yield* makePlayers(
      scale.players + 1,
      (index) => cents(index === scale.players ? BigInt(scale.disconnections) * 100n : BigInt(scale.purchases) * 100n)
    ).pipe(Effect.provide(inside(environment, originAt(ports[0] ?? 0))))
    const network = yield* badNetwork(ports, chance)

    let undone = 0
    const apps = Array.from({ length: scale.players }, () => new MortalApp(`http://127.0.0.1:${network.port}`, fate))
    for (const [index, app] of apps.entries()) {
      yield* asPromised(() => app.use((client) => client.auth.signIn({ email: emailOf(index), password })))
    }
    network.set(faults)
    const begin = performance.now()
    const troubles = yield* Effect.forkChild(trouble(environment, servers, network, scale))
    const outcomes = (yield* asPromised(() =>
      Promise.all(apps.map((app) => play(app, scale.purchases, () => undone++)))
    )).flat()
    const seconds = (performance.now() - begin) / 1_000
    yield* Fiber.join(troubles)
    const { late, lost, unanswered } = network.counts()

    yield* must(outcomes.length === total, () => `${outcomes.length} outcomes of ${total} are known`)
    yield* requireNoGap(outcomes.map(({ position }) => position))
    const balances = yield* balancesOf(environment, players.slice(0, scale.players))
    const rich = balances.find((balance) => balance !== 0n)
    yield* must(rich === undefined, () => `a wallet was left with ${rich} cents`)
    const starts = apps.reduce((sum, app) => sum + app.starts, 0)
    const books = yield* audited(environment)

    network.set({ lost: 0, unanswered: 0, late: 0, lateMillisMax: 0 })
    const direct = makeClient({ baseUrl: `http://127.0.0.1:${ports[0]}`, storage: memoryStorage(), random })
    const kinds = yield* asPromised(async () => {
      await direct.auth.signIn({ email: emailOf(scale.players), password })
      return await walk(network, direct, scale.disconnections)
    })
    const { balance } = yield* asPromised(() => direct.user.wallet())
    const bought = Math.ceil(scale.disconnections / 5)
    yield* must(
      centsOf(balance) === BigInt(scale.disconnections - bought) * 100n,
      () => `who bought ${bought} tickets meanwhile has $${balance}`
    )
    direct.close()
    return [
      `${total} purchases by ${scale.players} players, each asked for once, in ${
        seconds.toFixed(1)
      } s: all sold once, at the positions 1 to ${total}`,
      `requests lost: ${lost}; done and not answered: ${unanswered}; late: ${late}; servers killed: ${scale.kills}`,
      `apps that died with a purchase under way and were opened again: ${starts - scale.players}`,
      `outcomes learnt by a later asking: ${
        outcomes.filter(({ wasSettled }) => wasSettled).length
      }; told that nothing was done, and asked anew: ${undone}`,
      books,
      `${scale.disconnections} disconnections (${
        Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`).join(", ")
      }): stale each time, and then the true state`
    ]
  })
}
