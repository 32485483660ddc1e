/** Whatever the payout provider does, or does not say, nobody is paid twice and no cent is lost. */
import { cents } from "@ddd/core/money/Money"
import type { Withdrawal, WithdrawalStatus } from "@ddd/core/money/Withdrawal"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { parseInstant } from "@ddd/core/values/Instant"
import { type Behaviour, make as makeStandIn, type StripeStandIn } from "@ddd/sim/providers/StripeStandIn"
import { Duration, Effect, Random, Schedule } from "effect"
import { advanceClock } from "../support/Clocks.ts"
import { ConnectionLost, type HttpAnswer, requestText, withConnections } from "../support/HttpConnection.ts"
import { inside } from "../support/Inside.ts"
import { makePayees, type Player } from "../support/Players.ts"
import { type Environment, freePort, originAt, type ServerProcess, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited, balancesOf } from "./Books.ts"
import { morning, must, type Show } from "./Show.ts"

/** What the provider does with one withdrawal: which step it strikes, and how that must end. */
interface Way {
  readonly name: string
  readonly behaviours: ReadonlyArray<Behaviour>
  readonly ends: WithdrawalStatus
}

const ways: ReadonlyArray<Way> = [
  { name: "done", behaviours: ["done"], ends: "paid" },
  { name: "refused", behaviours: ["refused"], ends: "failed" },
  { name: "no answer, and it did not act", behaviours: ["time-out before"], ends: "paid" },
  { name: "no answer, although it acted", behaviours: ["time-out after"], ends: "paid" },
  { name: "500, although it acted", behaviours: ["5xx after"], ends: "paid" },
  { name: "webhook before the answer", behaviours: ["webhook first"], ends: "paid" },
  { name: "no webhook ever", behaviours: ["webhook never"], ends: "paid" },
  { name: "sent back days after it was paid", behaviours: ["failed days later"], ends: "returned" }
]

const withdrawalsEach = 10
const connections = 8
const webhookSecret = "whsec_of_the_show"

/** Tells what strikes a withdrawal: each way in turn; a fault strikes the transfer of one and the payout of the next. */
const makeFate = () => {
  const fates = new Map<string, { readonly way: Way; readonly strikes: "transfer" | "payout" }>()
  const of = (withdrawal: string) => {
    const known = fates.get(withdrawal)
    if (known !== undefined) return known
    const nth = fates.size
    const way = ways[nth % ways.length] ?? { name: "done", behaviours: ["done" as const], ends: "paid" as const }
    const fate = { way, strikes: Math.floor(nth / ways.length) % 2 === 0 ? "transfer" : "payout" } as const
    fates.set(withdrawal, fate)
    return fate
  }
  return { fates, of }
}

/** A request of a player, sent until it is answered: whichever server is up, under one key. */
const ask = async (
  ports: () => ReadonlyArray<number>,
  requests: ReadonlyArray<string>,
  isAnswer: (answer: HttpAnswer) => boolean
): Promise<ReadonlyArray<HttpAnswer>> => {
  const answers: Array<HttpAnswer> = []
  const waiting = requests.entries()
  const pending: Array<readonly [number, string]> = []
  const next = () => {
    const again = pending.pop()
    if (again !== undefined) return again
    const { done, value } = waiting.next()
    return done === true ? undefined : value
  }
  const work = async (nth: number): Promise<void> => {
    for (let item = next(); item !== undefined; item = next()) {
      const port = ports()[(nth + item[0]) % ports().length] ?? 0
      const [index, text] = item
      try {
        await withConnections(port, 1, async ([connection]) => {
          const answer = await connection?.ask(text)
          if (answer === undefined || !isAnswer(answer)) throw new ConnectionLost("no answer that counts")
          answers[index] = answer
        })
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error
        pending.push(item)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  await Promise.all(Array.from({ length: connections }, (_, nth) => work(nth)))
  return answers
}

const post = (player: Player, path: string, body: string, key?: string): string =>
  requestText({
    method: "POST",
    path,
    headers: {
      authorization: `Bearer ${player.accessToken}`,
      ...key === undefined ? {} : { "idempotency-key": key }
    },
    body
  })

/** Every withdrawal of the books. */
const allWithdrawals = (environment: Environment) =>
  Effect.gen(function*() {
    const withdrawals = yield* Withdrawals
    const all: Array<Withdrawal> = []
    let page = yield* withdrawals.list({}, { limit: 100, cursor: null })
    for (;; page = yield* withdrawals.list({}, { limit: 100, cursor: page.nextCursor })) {
      all.push(...page.items)
      if (page.nextCursor === null) return all
    }
  }).pipe(Effect.provide(inside(environment, originAt(0))))

const isOver = ({ held, providerPayoutStatus, status }: Withdrawal): boolean =>
  held !== null || status === "failed" || status === "returned" ||
  (status === "paid" && providerPayoutStatus === "paid")

const untilOver = (environment: Environment) =>
  allWithdrawals(environment).pipe(
    Effect.repeat({ until: (all) => all.every(isOver), schedule: Schedule.spaced("1 second") }),
    Effect.timeout("6 minutes")
  )

/** What the provider has made of a withdrawal. */
const madeFor = (standIn: StripeStandIn) => {
  const transfers = Map.groupBy(standIn.transfers.values(), ({ metadata }) => metadata["withdrawal"])
  const payouts = Map.groupBy(standIn.payouts.values(), ({ metadata }) => metadata["withdrawal"])
  return (id: string) => ({ transfers: transfers.get(id) ?? [], payouts: payouts.get(id) ?? [] })
}

/** Fails where the provider and the books do not say the same of a withdrawal, or it ended as it must not. */
const judge = (standIn: StripeStandIn, fates: ReturnType<typeof makeFate>["fates"], all: ReadonlyArray<Withdrawal>) => {
  const made = madeFor(standIn)
  const wrong = all.flatMap(({ held, id, status }) => {
    const { payouts, transfers } = made(id)
    const sent = transfers.filter(({ reversed }) => !reversed).length
    const fate = fates.get(id)
    if (transfers.length > 1 || payouts.length > 1) {
      return [`${id}: ${transfers.length} transfers, ${payouts.length} payouts`]
    }
    if (held !== null) return []
    if (status === "paid" && (sent !== 1 || payouts[0]?.status !== "paid")) return [`${id} is paid, and is not`]
    if (status !== "paid" && sent !== 0) return [`${id} is ${status}, and its money is with the provider`]
    return fate === undefined || fate.way.ends === status ? [] : [`${id} (${fate.way.name}) ended ${status}`]
  })
  return must(wrong.length === 0, () => wrong.slice(0, 10).join("\n"))
}

export const payouts: Show = {
  name: "payouts",
  promise:
    "eight ways in which a provider answers, 500 withdrawals each, servers killed meanwhile: no payout twice, no cent missing",
  run: Effect.fn("Payouts")(function*(size) {
    const database = yield* sharedDatabase
    const [playerCount, kills] = size === "full" ? [400, 8] : [8, 1]
    const { fates, of } = makeFate()
    const serverPorts = [yield* freePort, yield* freePort]
    const standIn = yield* makeStandIn({
      webhook: { url: `http://127.0.0.1:${serverPorts[0]}/webhooks/stripe`, secret: webhookSecret },
      startAt: parseInstant(morning) ?? 0,
      times: { inTransitMillis: 500, paidMillis: 2_000, failedLaterMillis: 2 * 86_400_000 },
      silenceMillis: 50,
      behave: ({ step, withdrawal }) => {
        if (withdrawal === undefined || step === "reversal") return "done"
        const { strikes, way } = of(withdrawal)
        const [behaviour = "done"] = way.behaviours
        // what becomes of a payout, and whether it is told, is not a matter of one request
        if (behaviour === "failed days later") return step === "payout" ? behaviour : "done"
        if (behaviour === "webhook first" || behaviour === "webhook never") return behaviour
        return step === strikes ? behaviour : "done"
      }
    })
    const environment = {
      ...database,
      DEV_CLOCK_START: morning,
      PUBLIC_URL: originAt(serverPorts[0] ?? 0),
      WITHDRAW_DEPOSITS: "true",
      STRIPE_SECRET_KEY: standIn.secretKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_BASE: standIn.url,
      LOG_LEVEL: "none"
    }
    const servers: Array<ServerProcess> = []
    for (const port of serverPorts) servers.push(yield* startServer(environment, port))
    const living = () => servers.map(({ port }) => port)
    const funds = cents(100n * BigInt(withdrawalsEach))
    const players = yield* makePayees(playerCount, () => funds).pipe(
      Effect.provide(inside(environment, environment.PUBLIC_URL))
    )

    yield* Effect.promise(() =>
      ask(living, players.map((player) => post(player, "/wallet/payout-account", "")), ({ status }) => status === 201)
    )
    for (const account of standIn.accounts.keys()) standIn.activate(account)
    const ready = yield* Effect.promise(() =>
      ask(
        living,
        players.map((player) =>
          requestText({
            method: "GET",
            path: "/wallet/payout-account",
            headers: { authorization: `Bearer ${player.accessToken}` }
          })
        ),
        ({ status }) => status === 200
      )
    )
    const unready = ready.find(({ body }) => body.toString() !== `{"status":"ready"}`)
    yield* must(unready === undefined, () => `an account is not ready: ${unready?.body.toString()}`)

    // each player's withdrawals, one after the other from player to player
    const requests = Array.from(
      { length: withdrawalsEach },
      (_, nth) => players.map((player) => post(player, "/wallet/withdraw", `{"amount":"1.00"}`, `withdrawal-${nth}`))
    ).flat()
    const begin = performance.now()
    const killing = Effect.gen(function*() {
      for (let killed = 0; killed < kills; killed++) {
        yield* Effect.sleep(Duration.millis(yield* Random.nextBetween(1_000, 5_000)))
        const index = killed % servers.length
        const victim = servers[index]
        if (victim === undefined) continue
        yield* victim.kill
        servers[index] = yield* startServer(environment, victim.port)
      }
    })
    const [answers] = yield* Effect.all([
      Effect.promise(() => ask(living, requests, ({ status }) => status === 202)),
      killing
    ], { concurrency: 2 })
    yield* must(answers.length === requests.length, () => `${answers.length} of ${requests.length} were answered`)
    yield* untilOver(environment)
    const seconds = (performance.now() - begin) / 1_000

    // days later: the provider's clock and ours go on, and the bank sends some back
    const days = 3 * 86_400_000
    yield* advanceClock(environment, days)
    standIn.advance(days)
    const isReturned = (all: ReadonlyArray<Withdrawal>) =>
      all.every(({ held, id, status }) => held !== null || status === (fates.get(id)?.way.ends ?? status))
    const after = yield* allWithdrawals(environment).pipe(
      Effect.repeat({ until: isReturned, schedule: Schedule.spaced("1 second") }),
      Effect.timeout("5 minutes")
    )

    yield* must(after.length === requests.length, () => `${after.length} withdrawals were made, not ${requests.length}`)
    yield* judge(standIn, fates, after)
    const paidOut = BigInt(after.filter(({ status }) => status === "paid").length) * 100n
    const held = after.filter((withdrawal) => withdrawal.held !== null)
    const balances = yield* balancesOf(environment, players)
    const left = balances.reduce((sum, balance) => sum + balance, 0n)
    const onTheWay = BigInt(held.filter(({ status }) => status === "pending").length) * 100n
    const put = funds * BigInt(players.length)
    yield* must(
      left + paidOut + onTheWay === put,
      () => `${put} cents came in; ${paidOut} were paid out and ${onTheWay} are held, ${left} are left`
    )
    const sent = BigInt(10_000_000_000 - standIn.platformBalance())
    yield* must(sent === paidOut, () => `the provider was given ${sent} cents, ${paidOut} were paid out`)
    const counts = ways.map(({ ends, name }) => {
      const mine = after.filter(({ id }) => fates.get(id)?.way.name === name)
      const asMeant = mine.filter(({ status }) => status === ends).length
      const unknown = mine.filter((withdrawal) => withdrawal.held !== null).length
      return `${name}: ${mine.length}, of which ${asMeant} ${ends}${unknown === 0 ? "" : `, ${unknown} held`}`
    })
    return [
      `${requests.length} withdrawals of ${players.length} players over ${servers.length} servers, which were killed ${kills} times`,
      `all asked for and settled, but for what comes days later, in ${seconds.toFixed(0)} s`,
      ...counts,
      `${standIn.requests.length} requests to the provider, ${standIn.events.length} notices from it`,
      "for each withdrawal the provider made at most one transfer and one payout",
      `cents: ${put} in, ${paidOut} paid out, ${onTheWay} held, ${left} left; the provider was given ${sent}`,
      yield* audited(environment)
    ]
  })
}
