/** The players of the demo, many at a time: they sign up, fund their wallets and buy, and it is counted what must come of it. */
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import type { DemoFailed } from "./DemoFailed.ts"
import { buy, fund, type Player, signUp } from "./Player.ts"
import type { Site } from "./Site.ts"
import { enter, type Tally } from "./Tally.ts"

/** Requests under way at a time: sign-ups keep both hashing and the event loop busy, purchases form batches. */
const signUpsAtOnce = 8
const purchasesAtOnce = 48

/** Every so many purchases, one is asked for twice under one key. */
const retryEvery = 10

const quantityOf = (index: number): number => index % 3 + 1

export interface Crowd {
  /** Signs so many further players up, and funds their wallets. */
  readonly signUp: (count: number) => Effect.Effect<ReadonlyArray<Player>, DemoFailed>
  /** Has players buy in turns, so many purchases in all. */
  readonly buy: (players: ReadonlyArray<Player>, purchases: number) => Effect.Effect<void, DemoFailed>
  /** While purchases were made. */
  readonly purchasesPerSecond: () => number
}

/** `onStep` is called after each sign-up and each purchase. */
export const makeCrowd = (site: Site, tally: Tally, onStep: () => void): Crowd => {
  let buyingMillis = 0

  const signUpOne = Effect.fnUntraced(function*(number: number) {
    const player = yield* signUp(site, number)
    yield* fund(site, player)
    tally.players.push(player)
    onStep()
    return player
  })

  const buyOnce = Effect.fnUntraced(function*(player: Player, index: number) {
    const key = randomUUID()
    const bought = yield* buy(site, player, quantityOf(index), key)
    onStep()
    if (bought === null) {
      tally.refused++
      return
    }
    enter(tally, player, bought)
    if (index % retryEvery !== 0) return
    const again = yield* buy(site, player, quantityOf(index), key)
    tally.retried++
    if (again?.replayed === true && again.tickets[0]?.ticketId === bought.tickets[0]?.ticketId) tally.replayed++
  })

  return {
    signUp: (count) =>
      Effect.suspend(() => {
        const first = tally.players.length + 1
        const numbers = Array.from({ length: count }, (_, index) => first + index)
        return Effect.forEach(numbers, signUpOne, { concurrency: signUpsAtOnce })
      }),
    buy: Effect.fnUntraced(function*(players, purchases) {
      const began = performance.now()
      yield* Effect.forEach(
        Array.from({ length: purchases }, (_, index) => index),
        (index) => {
          const player = players[index % players.length]
          return player === undefined ? Effect.void : buyOnce(player, index)
        },
        { concurrency: purchasesAtOnce, discard: true }
      )
      buyingMillis += performance.now() - began
    }),
    purchasesPerSecond: () => tally.latencies.length / (buyingMillis / 1000)
  }
}
