/** `ddd demo`: one whole day against a real server, from the first player to the verified proof. */
import { dayOf, dayStart, instant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { done, refuted } from "../ExitCode.ts"
import { errorStyle, print, remark } from "../terminal/Output.ts"
import { progress } from "../terminal/Progress.ts"
import { booksAndProof, type Claim, paidOut, seen, winnerPaid } from "./Claims.ts"
import { request } from "./Client.ts"
import { DemoFailed } from "./DemoFailed.ts"
import { playRooms } from "./Rooms.ts"
import { type Cast, play } from "./Script.ts"
import { openSite } from "./Site.ts"
import { summary } from "./Summary.ts"

/** Any day will do. */
const day = dayOf(instant(Date.UTC(2026, 1, 3)))

const perform = Effect.fnUntraced(function*(cast: Cast) {
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
  const stopped: Claim = { sentence: "the server stopped cleanly when it was told to", holds: (yield* site.stop) === 0 }
  const claims = [...seen(played), ...winner, ...rooms, ...payout, ...judged, stopped]
  return { played, claims, seconds: (performance.now() - began) / 1000 }
})

/** Exit code 1 where anything did not hold, or the server answered otherwise than it must. */
export const demo = (cast: Cast) =>
  perform(cast).pipe(
    Effect.scoped,
    Effect.flatMap(({ claims, played, seconds }) =>
      Effect.as(print(summary(played, claims, seconds)), claims.every(({ holds }) => holds) ? done : refuted)
    ),
    Effect.catchDefect((defect) => defect instanceof DemoFailed ? Effect.fail(defect) : Effect.die(defect)),
    Effect.catchTag("DemoFailed", ({ message }) => Effect.as(remark(errorStyle.red(message)), refuted))
  )
