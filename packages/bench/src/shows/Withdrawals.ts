/** A whole balance that is asked for many times at once leaves once. */
import { parseInstant } from "@ddd/core/Instant"
import { cents } from "@ddd/core/Money"
import { make as makeStandIn } from "@ddd/sim/providers/StripeStandIn"
import { Effect } from "effect"
import { type HttpAnswer, requestText, withConnections } from "../support/HttpConnection.ts"
import { inside } from "../support/Inside.ts"
import { makePlayers, type Player } from "../support/Players.ts"
import { freePort, originAt, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited, balancesOf } from "./Books.ts"
import { morning, must, type Show } from "./Show.ts"

const copies = 50

/** The same request over connections of its own to each server, the last byte of all of them sent together. */
const atOnce = async (
  ports: ReadonlyArray<number>,
  requests: ReadonlyArray<string>
): Promise<ReadonlyArray<HttpAnswer>> => {
  const shares = ports.map((_, nth) => requests.filter((_, index) => index % ports.length === nth))
  const answers = await Promise.all(ports.map((port, nth) => {
    const mine = shares[nth] ?? []
    return withConnections(
      port,
      mine.length,
      (connections) => Promise.all(connections.map((connection, index) => connection.ask(mine[index] ?? "")))
    )
  }))
  return answers.flat()
}

const withdraw = (player: Player, amount: string, key: string): string =>
  requestText({
    method: "POST",
    path: "/wallet/withdraw",
    headers: { authorization: `Bearer ${player.accessToken}`, "idempotency-key": key },
    body: `{"amount":"${amount}"}`
  })

export const withdrawals: Show = {
  name: "withdrawals",
  promise: "50 simultaneous withdrawals of a whole balance by one player over two servers: one is taken",
  run: Effect.fn("Withdrawals")(function*(size) {
    const ports = [yield* freePort, yield* freePort]
    const standIn = yield* makeStandIn({ startAt: parseInstant(morning) ?? 0 })
    const environment = {
      ...yield* sharedDatabase,
      DEV_CLOCK_START: morning,
      PUBLIC_URL: originAt(ports[0] ?? 0),
      WITHDRAW_DEPOSITS: "true",
      STRIPE_SECRET_KEY: standIn.secretKey,
      STRIPE_API_BASE: standIn.url
    }
    for (const port of ports) yield* startServer(environment, port)
    const rounds = size === "full" ? 50 : 2
    const players = yield* makePlayers(rounds, () => cents(5_000n)).pipe(
      Effect.provide(inside(environment, environment.PUBLIC_URL))
    )
    const tally = new Map<number, number>()
    for (const player of players) {
      const headers = { authorization: `Bearer ${player.accessToken}` }
      const account = "/wallet/payout-account"
      yield* Effect.promise(() => atOnce(ports.slice(0, 1), [requestText({ method: "POST", path: account, headers })]))
      for (const id of standIn.accounts.keys()) standIn.activate(id)
      yield* Effect.promise(() => atOnce(ports.slice(0, 1), [requestText({ method: "GET", path: account, headers })]))
      const requests = Array.from({ length: copies }, (_, nth) => withdraw(player, "50.00", `whole-${nth}`))
      const answers = yield* Effect.promise(() => atOnce(ports, requests))
      const taken = answers.filter(({ status }) => status === 202).length
      yield* must(
        taken === 1,
        () => `${taken} withdrawals were taken: ${answers.map(({ status }) => status).join(" ")}`
      )
      for (const { status } of answers) tally.set(status, (tally.get(status) ?? 0) + 1)
    }
    const balances = yield* balancesOf(environment, players)
    yield* must(balances.every((balance) => balance === 0n), () => "a wallet was left with something")
    return [
      `${rounds} players with $50.00, each asking for all of it ${copies} times at once, half at each server`,
      `answers: ${[...tally].map(([status, count]) => `${count} × ${status}`).join(", ")}: one 202 a player`,
      yield* audited(environment)
    ]
  })
}
