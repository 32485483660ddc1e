/**
 * Looks for every draw that a server shows: those of the history, those that the history leaves out between two of it, and
 * those to come, day by day.
 */
import { unreadable } from "@ddd/core/proof/Verdict"
import type { VerifyOptions } from "@ddd/core/proof/Verifier"
import { type Day, dayAfter, dayOf, instant } from "@ddd/core/values/Instant"
import type { PublicSite, ToldDraw } from "../PublicSite.ts"
import { type DrawChecks, type Listener, makeDrawChecks, verifyDraw } from "./DrawCheck.ts"
import { readHistory } from "./History.ts"
import type { AllReport } from "./Report.ts"

/** Open records are published a week ahead; as many days without a draw end the search. */
const daysAhead = 8
/** So many days between two draws, and so many to come, are looked at one by one, at most. */
const daysSearchedMax = 400

interface Search {
  readonly site: PublicSite
  readonly options: VerifyOptions
  readonly checks: DrawChecks
}

/** Checks all draws, oldest first, and tells `listener` as it goes. Rejects with `Unanswered` where the server cannot be read. */
export const checkAll = async (
  site: PublicSite,
  options: VerifyOptions,
  now: () => number,
  listener: Listener
): Promise<AllReport> => {
  const { problems: historyProblems, told } = await readHistory(site)
  const current = await site.current()
  const search: Search = { site, options, checks: makeDrawChecks(site, told, listener) }
  const over = [...told.keys()].sort()

  const unshown = await checkOver(search, over)
  const endless = await checkToCome(search, startsOfSearch(over.at(-1), current, now))

  const { draws, missing } = search.checks
  const isCurrentShown = current === null || draws.some(({ day }) => day === current.drawDate)
  return {
    draws,
    missing,
    problems: [
      ...historyProblems,
      ...unshown.map((day) => `The draw history tells of ${day}, but the server has no bundle of it.`),
      ...endless.map((day) => `The server shows draws until ${day} without an end: those after it are not looked at.`),
      ...isCurrentShown ? [] : [`The draw on sale is of ${current.drawDate}, but the server has no bundle of it.`]
    ]
  }
}

/** Checks the draws of the history; gives the days of which the server has no bundle. */
const checkOver = async (search: Search, over: ReadonlyArray<Day>): Promise<ReadonlyArray<Day>> => {
  const { checks, options, site } = search
  const unshown: Array<Day> = []
  for (const day of over) {
    const draw = await verifyDraw(site, day, options)
    const previous = draw?.records?.open.record.previous ?? null
    if (previous !== null && previous !== checks.newestOpen()) {
      await checkBetween(search, checks.draws.at(-1)?.day ?? dayAfter(day, -daysAhead), day)
    }
    await checks.check(day, draw ?? { verdict: unreadable("The server has no bundle of it."), records: undefined })
    if (draw === null) unshown.push(day)
  }
  return unshown
}

/** Checks the draws between two days that the server shows to whoever asks for them, although its history does not. */
const checkBetween = async ({ checks, options, site }: Search, after: Day, before: Day): Promise<void> => {
  const end = dayAfter(after, daysSearchedMax)
  for (let day = dayAfter(after); day < before && day < end; day = dayAfter(day)) {
    const draw = await verifyDraw(site, day, options)
    if (draw !== null) await checks.check(day, draw)
  }
}

/** Where draws that are not over may begin: after the newest that is, at the one on sale, or today where there is neither. */
const startsOfSearch = (newest: Day | undefined, current: ToldDraw | null, now: () => number): ReadonlyArray<Day> =>
  [
    ...newest === undefined ? [] : [dayAfter(newest)],
    ...current === null ? [] : [current.drawDate],
    ...newest === undefined && current === null ? [dayOf(instant(now()))] : []
  ].sort()

/**
 * Checks the draws from each of these days on, until there is none for as long as draws are published ahead; gives the days at
 * which it was given up.
 */
const checkToCome = async (
  { checks, options, site }: Search,
  starts: ReadonlyArray<Day>
): Promise<ReadonlyArray<Day>> => {
  const endless: Array<Day> = []
  // each day is asked for once, also where the searches overlap
  const absent = new Set<Day>()
  for (const start of starts) {
    const end = dayAfter(start, daysSearchedMax)
    for (let [day, absentInRow] = [start, 0]; absentInRow < daysAhead; day = dayAfter(day)) {
      if (day === end) {
        endless.push(day)
        break
      }
      if (checks.draws.some((draw) => draw.day >= day)) continue
      const draw = absent.has(day) ? null : await verifyDraw(site, day, options)
      if (draw === null) {
        absent.add(day)
        absentInRow++
      } else {
        absentInRow = 0
        await checks.check(day, draw)
      }
    }
  }
  return endless
}
