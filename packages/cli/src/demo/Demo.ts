/** `ddd demo`: one whole day against a real server, from the first player to the verified proof. */
import { dayOf, dayStart, instant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { done, type ExitCode, refuted } from "../ExitCode.ts"
import { errorStyle, print, remark } from "../terminal/Output.ts"
import { progress } from "../terminal/Progress.ts"
import { booksAndProof, claim, paidOut, seen, winnerPaid } from "./Claims.ts"
import { request } from "./Client.ts"
import { DemoFailed } from "./DemoFailed.ts"
import { playRooms } from "./Rooms.ts"
import { type Cast, play } from "./Script.ts"
import { openSite } from "./Site.ts"
import { invitation, summary } from "./Summary.ts"

/** Any day will do. */
const day = dayOf(instant(Date.UTC(2026, 1, 3)))

/** What `ddd demo` is asked for. */
export interface Asked extends Cast {
  /** Whether the server is left running afterwards, to look at. */
  readonly open?: true
}

/** The day, played and judged; with `open`, shown until a signal ends it, `told` of the exit code. */
const perform = Effect.fnUntraced(function*({ open, ...cast }: Asked, told: (code: ExitCode) => void) {
  const began = performance.now()
  const bar = yield* progress(cast.players + cast.purchases, "starting a server of its own")
  const site = yield* openSite(dayStart(day))
  const { text: vkeys } = yield* request(site.url, "GET", "/log/vkey")
  const played = yield* play(site, day, cast, bar.at)
  const { claims: winner, held } = yield* winnerPaid(site, day, played)
  bar.at(cast.players + cast.purchases, "among friends")
  const rooms = yield* playRooms(site, cast.players + 1, vkeys)
  bar.at(cast.players + cast.purchases, "paying out")
  const payout = held === undefined ? [] : yield* paidOut(site, played, held.player)
  bar.at(cast.players + cast.purchases, "auditing and verifying")
  const judged = held === undefined
    ? []
    : yield* booksAndProof(site, day, vkeys, { ...held.ticket, userId: held.player.id })
  const claims = [...seen(played), ...winner, ...rooms, ...payout, ...judged]
  if (open !== true) {
    claims.push(claim("the server stopped cleanly when it was told to", (yield* site.stop) === 0))
  }
  const code = claims.every(({ holds }) => holds) ? done : refuted
  yield* print(summary(played, claims, (performance.now() - began) / 1000))
  if (open === true) {
    told(code)
    yield* print(invitation(site.url, day, held?.player ?? played.tally.players[0]))
    return yield* Effect.never
  }
  return code
})

/** Printed once the server has ended and the folder is gone. */
const sayGone = print("Stopped. What the demo made is gone.")

/** Exit code 1 where anything did not hold, or the server answered otherwise than it must. */
export const demo = (asked: Asked, told: (code: ExitCode) => void) =>
  perform(asked, told).pipe(
    Effect.scoped,
    Effect.onInterrupt(() => asked.open === true ? sayGone : Effect.void),
    Effect.catchDefect((defect) => defect instanceof DemoFailed ? Effect.fail(defect) : Effect.die(defect)),
    Effect.catchTag("DemoFailed", ({ message }) => Effect.as(remark(errorStyle.red(message)), refuted))
  )
