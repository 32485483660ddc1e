/**
 * The players and purchases of a rush: more is asked for than their wallets hold.
 *
 * Each player asks for ten tickets and can pay for five to ten of them. Their requests come one after the other, so that
 * several of one player are under way at the same time.
 */
import { cents } from "@ddd/core/money/Money"
import { Effect } from "effect"
import { inside } from "../support/Inside.ts"
import { makePlayers, type Player } from "../support/Players.ts"
import { type Outcome, type Purchase, ticketIn } from "../support/Purchases.ts"
import { type Environment, originAt } from "../support/ServerProcess.ts"
import { audited, balancesOf, requireNoGap } from "./Books.ts"
import { must } from "./Show.ts"

const purchasesEach = 10

/** How many tickets the players can pay for, in turn: 7.5 on average. */
const affordable = [5, 7, 8, 10] as const
const affordableOf = (index: number): number => affordable[index % affordable.length] ?? 0

export interface Rush {
  readonly players: ReadonlyArray<Player>
  readonly purchases: ReadonlyArray<Purchase>
  /** How many of the purchases can be paid. */
  readonly affordable: number
}

/** Signs up the players of the server at `port`, and credits their wallets. */
export const prepareRush = Effect.fnUntraced(function*(environment: Environment, port: number, playerCount: number) {
  const players = yield* makePlayers(playerCount, (index) => cents(BigInt(affordableOf(index)) * 100n)).pipe(
    Effect.provide(inside(environment, originAt(port)))
  )
  const rush: Rush = {
    players,
    purchases: players.flatMap((player, index) =>
      Array.from({ length: purchasesEach }, (_, nth) => ({ player, key: `purchase-${index}-${nth}` }))
    ),
    affordable: players.reduce((sum, _, index) => sum + affordableOf(index), 0)
  }
  return rush
})

/** Fails unless exactly what could be paid was sold, once, and the books say so too. Gives the findings. */
export const judgeRush = Effect.fnUntraced(function*(
  environment: Environment,
  { affordable, players, purchases }: Rush,
  outcomes: ReadonlyArray<Outcome>
) {
  const sold = outcomes.filter((answer) => answer !== undefined).filter(({ status }) => status === 201)
  const refused = outcomes.filter((answer) => answer?.status === 402)
  yield* must(
    sold.length + refused.length === purchases.length,
    () => {
      const odd = outcomes.find((answer) => answer?.status !== 201 && answer?.status !== 402)
      return `a purchase was answered ${odd === undefined ? "not at all" : `${odd.status}: ${odd.body.toString()}`}`
    }
  )
  yield* must(sold.length === affordable, () => `${sold.length} were sold, and ${affordable} could be paid`)
  yield* requireNoGap(sold.map((answer) => ticketIn(answer).position))

  const balances = yield* balancesOf(environment, players)
  const wrong = balances.findIndex((balance) => balance !== 0n)
  yield* must(wrong < 0, () => `player ${wrong} spent all and is left with ${balances[wrong]} cents`)
  return [
    `${purchases.length} purchases of ${players.length} players: ${sold.length} sold, ${refused.length} refused for lack of funds`,
    `${affordable} could be paid: exactly those were sold, at positions 1 to ${sold.length} without a gap`,
    "every wallet was spent to the last cent, none below zero",
    yield* audited(environment)
  ]
})
