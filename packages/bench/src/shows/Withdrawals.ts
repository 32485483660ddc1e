/** A whole balance that is asked for many times at once leaves once. */
import { cents } from "@ddd/core/money/Money"
import { parseInstant } from "@ddd/core/values/Instant"
import { make as makeStandIn } from "@ddd/sim/providers/StripeStandIn"
import { Effect } from "effect"
import { atOnce } from "../support/AtOnce.ts"
import { requestText } from "../support/HttpConnection.ts"
import { inside } from "../support/Inside.ts"
import { makePayees, openSession, type Player } from "../support/Players.ts"
import { freePort, originAt, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited, balancesOf } from "./Books.ts"
import { morning, must, type Show } from "./Show.ts"

const copies = 50

const withdraw = (player: Player, amount: string, key: string): string =>
  requestText({
    method: "POST",
    path: "/wallet/withdraw",
    headers: { authorization: `Bearer ${player.accessToken}`, "idempotency-key": key },
    body: `{"amount":"${amount}"}`
  })

/** So many sessions of a player: one token each. */
const sessionsOf = (player: Player, count: number) =>
  Effect.forEach(
    Array.from({ length: count }),
    () => Effect.map(openSession(player), ({ accessToken }) => ({ ...player, accessToken }))
  )

export const withdrawals: Show = {
  name: "withdrawals",
  promise:
    "50 simultaneous withdrawals of a whole balance by one player, over two servers, and from 50 sessions over three: one is taken",
  run: Effect.fn("Withdrawals")(function*(size) {
    const ports = [yield* freePort, yield* freePort, yield* freePort]
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
    const beside = inside(environment, environment.PUBLIC_URL)
    const players = yield* makePayees(rounds, () => cents(5_000n)).pipe(Effect.provide(beside))
    const tally = new Map<number, number>()
    for (const [round, player] of players.entries()) {
      const headers = { authorization: `Bearer ${player.accessToken}` }
      const account = "/wallet/payout-account"
      yield* Effect.promise(() => atOnce(ports.slice(0, 1), [requestText({ method: "POST", path: account, headers })]))
      for (const id of standIn.accounts.keys()) standIn.activate(id)
      yield* Effect.promise(() => atOnce(ports.slice(0, 1), [requestText({ method: "GET", path: account, headers })]))
      // in turns: one session at two servers, or as many as requests at three
      const hasSessions = round % 2 === 1
      const sessions = hasSessions ? yield* Effect.provide(sessionsOf(player, copies), beside) : [player]
      const requests = Array.from(
        { length: copies },
        (_, nth) => withdraw(sessions[nth % sessions.length] ?? player, "50.00", `whole-${nth}`)
      )
      const answers = yield* Effect.promise(() => atOnce(ports.slice(0, hasSessions ? 3 : 2), requests))
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
      `${rounds} players with $50.00, each asking for all of it ${copies} times at once`,
      "in turns: of one session at two servers, and of 50 sessions at three",
      `answers: ${[...tally].map(([status, count]) => `${count} × ${status}`).join(", ")}: one 202 a player`,
      yield* audited(environment)
    ]
  })
}
