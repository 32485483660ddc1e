/**
 * The day that the demo plays: players come in turns from midnight to midnight and buy; one client watches the pot; the clock
 * is moved from one turn to the next, but the last seconds pass as they are; the draw is locked, waits for the beacon's round and is
 * drawn, the winner paid.
 */
import { cents } from "@ddd/core/money/Money"
import { beaconDelayMillis } from "@ddd/core/proof/Beacon"
import { type Day, dayMillis, dayStart, instant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { expectJson, textAt } from "./Client.ts"
import { makeCrowd } from "./Crowd.ts"
import { type Live, watch } from "./Live.ts"
import type { Site } from "./Site.ts"
import { newTally, type Tally } from "./Tally.ts"

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
  let steps = 0
  let now = ""
  const crowd = makeCrowd(site, tally, () => tell(++steps, now))

  const turns = turnHours.length + 1
  const shareOfTurn = (turn: number): Cast => ({
    players: shareOf(cast.players, turns, turn),
    purchases: shareOf(cast.purchases, turns, turn)
  })
  for (const [turn, hour] of turnHours.entries()) {
    const at = dayStart(day) + hour * 3_600_000
    now = timeOfDay.format(at)
    yield* moveTo(site, live, at)
    const { players, purchases } = shareOfTurn(turn)
    yield* crowd.buy(yield* crowd.signUp(players), purchases)
  }

  const midnight = dayStart(day) + dayMillis
  now = "midnight"
  yield* moveTo(site, live, midnight - lastComeMillis)
  const { players, purchases } = shareOfTurn(turns - 1)
  const last = yield* crowd.signUp(players)
  yield* moveTo(site, live, midnight - lastBuyMillis)
  yield* crowd.buy(last, Math.ceil(purchases / 2))
  yield* live.untilClock(midnight - lastMomentMillis)
  yield* crowd.buy(last, Math.floor(purchases / 2))

  const untilDrawIs = (status: string) =>
    live.until(
      `the draw ${status}`,
      () => live.statuses.some((each) => each.drawId === drawId && each.status === status)
    )
  yield* untilDrawIs("locked")
  now = "beacon"
  yield* site.moveToRound(instant(midnight + beaconDelayMillis))
  yield* untilDrawIs("drawn")
  const played: Played = { drawId, tally, live, purchasesPerSecond: crowd.purchasesPerSecond() }
  return played
})

const moveTo = (site: Site, live: Live, millis: number) =>
  Effect.andThen(site.moveTo(instant(millis)), live.untilClock(millis))
