/**
 * The day that the demo plays: players come in turns from midnight to midnight and buy; one client watches the pot; the clock
 * is moved from one turn to the next, but the last seconds pass as they are; the draw is locked, waits for the beacon's round and is
 * drawn, the winner paid.
 */
import { beaconDelayMillis } from "@ddd/core/draws/Beacon"
import { cents } from "@ddd/core/money/Money"
import { type Day, dayMillis, dayStart, instant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { expectJson, textAt } from "./Client.ts"
import { type Live, watch } from "./Live.ts"
import { buy, fund, type Player, signUp } from "./Player.ts"
import type { Site } from "./Site.ts"
import { enter, newTally, type Tally } from "./Tally.ts"

export interface Cast {
  readonly players: number
  readonly purchases: number
}

export interface Played {
  /** The draw of the day. */
  readonly drawId: string
  readonly tally: Tally
  readonly live: Live
  /** Purchases a second while they were made. */
  readonly purchasesPerSecond: number
}

/** What each player buys in the shop: for some, less than they would spend. */
export const credit = cents(1_500n)

/** When the turns begin, in hours of the day. The players of the last one come early and buy around midnight. */
const turnHours = [0, 5, 10, 15, 20] as const
const lastComeMillis = 600_000
const lastBuyMillis = 3_000
/** When the second half of them buys, before midnight: some will be late, and in the next day's draw. */
const lastMomentMillis = 200

/** Requests under way at a time: sign-ups keep both hashing and the event loop busy, purchases form batches. */
const signUpsAtOnce = 8
const purchasesAtOnce = 48

/** Every so many purchases, one is asked for twice under one key. */
const retryEvery = 10

const quantityOf = (index: number): number => index % 3 + 1

/** `05:00` */
const timeOfDay = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" })

const shareOf = (total: number, parts: number, index: number): number =>
  Math.floor(total * (index + 1) / parts) - Math.floor(total * index / parts)

/** Plays the day. `tell` is told how far it is: how many of the sign-ups and purchases are done, and what happens now. */
export const play = Effect.fn("Script.play")(function*(
  site: Site,
  day: Day,
  cast: Cast,
  tell: (done: number, now: string) => void
) {
  const tally = newTally()
  const live = yield* watch(site.url)
  const drawId = textAt(yield* expectJson(200, site.url, "GET", "/lottery/current-draw"), "id")
  const turns = turnHours.length + 1
  let steps = 0
  let now = ""
  let buyingMillis = 0
  const step = () => tell(++steps, now)

  const comeIn = (number: number) =>
    Effect.gen(function*() {
      const player = yield* signUp(site, number)
      yield* fund(site, player)
      tally.players.push(player)
      step()
      return player
    })

  const purchase = (player: Player, index: number) =>
    Effect.gen(function*() {
      const key = randomUUID()
      const bought = yield* buy(site, player, quantityOf(index), key)
      step()
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

  const come = (turn: number) =>
    Effect.suspend(() => {
      const first = tally.players.length + 1
      const numbers = Array.from({ length: shareOf(cast.players, turns, turn) }, (_, index) => first + index)
      return Effect.forEach(numbers, comeIn, { concurrency: signUpsAtOnce })
    })

  const shop = (players: ReadonlyArray<Player>, purchases: number) =>
    Effect.gen(function*() {
      const began = performance.now()
      yield* Effect.forEach(
        Array.from({ length: purchases }, (_, index) => index),
        (index) => {
          const player = players[index % players.length]
          return player === undefined ? Effect.void : purchase(player, index)
        },
        { concurrency: purchasesAtOnce, discard: true }
      )
      buyingMillis += performance.now() - began
    })

  for (const [turn, hour] of turnHours.entries()) {
    const at = dayStart(day) + hour * 3_600_000
    now = timeOfDay.format(at)
    yield* moveTo(site, live, at)
    yield* shop(yield* come(turn), shareOf(cast.purchases, turns, turn))
  }

  const midnight = dayStart(day) + dayMillis
  now = "midnight"
  yield* moveTo(site, live, midnight - lastComeMillis)
  const last = yield* come(turns - 1)
  const purchases = shareOf(cast.purchases, turns, turns - 1)
  yield* moveTo(site, live, midnight - lastBuyMillis)
  yield* shop(last, Math.ceil(purchases / 2))
  yield* live.untilClock(midnight - lastMomentMillis)
  yield* shop(last, Math.floor(purchases / 2))
  const becomes = (status: string) =>
    live.until(
      `the draw ${status}`,
      () => live.statuses.some((each) => each.drawId === drawId && each.status === status)
    )
  yield* becomes("locked")
  now = "beacon"
  yield* site.moveToRound(instant(midnight + beaconDelayMillis))
  yield* becomes("drawn")
  const purchasesPerSecond = tally.latencies.length / (buyingMillis / 1000)
  const played: Played = { drawId, tally, live, purchasesPerSecond }
  return played
})

const moveTo = (site: Site, live: Live, millis: number) =>
  Effect.andThen(site.moveTo(instant(millis)), live.untilClock(millis))
