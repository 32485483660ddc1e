/**
 * Checks every draw that a server shows, from the first one on, and that none is missing.
 *
 * The draws over are those of the draw history, those to come are looked for day by day. Each is verified from its bundle, and held
 * against what the history says of it; the open records must name each other back to the log's first draw.
 */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import type { BundleRecords } from "@ddd/core/proof/Proof"
import { unreadable, type Verdict } from "@ddd/core/proof/Verdict"
import { verifyBundle, type VerifyOptions } from "@ddd/core/proof/Verifier"
import { type Day, dayAfter, dayOf, instant } from "@ddd/core/values/Instant"
import { type AllReport, drawLine, lastLine, missingLine, problemLine } from "./AllText.ts"
import { joint, type Link, type MissingDraw } from "./Chain.ts"
import { type ExitCode, holds, refuted, unreadable as unreadableCode } from "./ExitCode.ts"
import { type PublicSite, publicSite, type ToldDraw, Unanswered } from "./PublicSite.ts"
import { reasonOf } from "./Source.ts"
import type { Terminal } from "./Terminal.ts"

/** A draw, and what was found. */
export interface CheckedDraw {
  readonly day: Day
  /** As its lock record says; null where there is none. */
  readonly entries: number | null
  /** The verdict on its bundle. */
  readonly verdict: Verdict["verdict"]
  readonly exit: Verdict["exit"]
  /** What is wrong with the draw beside its bundle, and what failed in that: whole sentences. */
  readonly problems: ReadonlyArray<string>
}

/** Open records are published a week ahead; as many days without a draw end the search. */
const daysAhead = 8
/** So many days between two draws are looked at one by one, at most. */
const gapDaysMax = 400

/** All draws that are over, newest first, as the server tells of them; and what is wrong with the telling. */
const readHistory = async (site: PublicSite): Promise<{
  readonly told: ReadonlyMap<Day, ToldDraw>
  readonly problems: ReadonlyArray<string>
}> => {
  const told = new Map<Day, ToldDraw>()
  const problems: Array<string> = []
  let last: Day | undefined
  for (let cursor: string | null = null;;) {
    const page: Awaited<ReturnType<PublicSite["history"]>> = await site.history(cursor)
    const before = told.size
    for (const draw of page.items) {
      if (last !== undefined && draw.drawDate >= last) {
        problems.push(`The draw history is not newest first: ${draw.drawDate} comes after ${last}.`)
      }
      last = draw.drawDate
      told.set(draw.drawDate, draw)
    }
    cursor = page.nextCursor
    if (cursor === null) return { told, problems }
    if (told.size === before) {
      problems.push("The draw history does not end: a page of it tells nothing new and leads on.")
      return { told, problems }
    }
  }
}

interface Read {
  readonly verdict: Verdict
  readonly records: BundleRecords | undefined
}

/** A draw's bundle, verified; null where the server has no draw of the day. */
const readDraw = async (site: PublicSite, day: Day, options: VerifyOptions): Promise<Read | null> => {
  let records: BundleRecords | undefined
  try {
    const bytes = await site.proof(day)
    if (bytes === null) return null
    const verdict = await verifyBundle(fastSha256, bytes, { ...options, onRecords: (read) => void (records = read) })
    return { verdict, records }
  } catch (error) {
    return { verdict: unreadable(reasonOf(error)), records: undefined }
  }
}

const isOver = (verdict: string): boolean => verdict === "VOID" || verdict.startsWith("VALID")

/** How a draw that is over is called by the history, where its bundle is right. */
const statusBy = (verdict: string): string => verdict === "VOID" ? "void" : isOver(verdict) ? "drawn" : "not over"

/** Where the history and the bundle tell different things. */
const contradictions = (told: ToldDraw, { records, verdict }: Read): ReadonlyArray<string> => {
  if (records === undefined || verdict.exit !== 0) return []
  const { end, header, lock } = records
  const winner = end?.record.type === "result" ? end.record.winner?.ticketId ?? null : null
  const says = (what: string, there: unknown, here: unknown) =>
    there === here ? [] : [`The draw history says ${what} ${String(there)}, the bundle ${String(here)}.`]
  return [
    ...says("that the draw is", told.status, statusBy(verdict.verdict)),
    ...says("that its id is", told.id, header.drawId),
    ...lock === null ? [] : says("that the entries are", told.totalEntries, lock.record.entries),
    ...says("that the winning ticket is", told.winningTicketId ?? "none", winner ?? "none")
  ]
}

/** Checks all; `onDraw` and `onMissing` are told as it goes, oldest first. Rejects with `Unanswered` where the server cannot be read. */
export const checkAll = async (
  site: PublicSite,
  options: VerifyOptions,
  now: () => number,
  onDraw: (draw: CheckedDraw) => void,
  onMissing: (missing: MissingDraw) => void
): Promise<AllReport> => {
  const { problems: historyProblems, told } = await readHistory(site)
  const problems = [...historyProblems]
  const current = await site.current()

  const draws: Array<CheckedDraw> = []
  const missing: Array<MissingDraw> = []
  const links: Array<Link> = []
  // a draw whose open record cannot be read leaves a gap that the next one's name cannot be held against
  let unknownBefore = false

  /** A draw that is over has come into the history since that was read, if midnight was meanwhile. */
  const isInHistory = async (day: Day): Promise<boolean> =>
    told.has(day) || (await site.history(null)).items.some(({ drawDate }) => drawDate === day)

  const take = async (day: Day, read: Read): Promise<void> => {
    const { records, verdict } = read
    const wrongs: Array<string> = []
    const there = told.get(day)
    if (there !== undefined) wrongs.push(...contradictions(there, read))
    else if (isOver(verdict.verdict) && !await isInHistory(day)) wrongs.push("The draw history leaves it out.")
    if (records !== undefined) {
      const { hashHex: hash, record } = records.open
      if (record.kind !== "daily" || record.date !== day) wrongs.push("Its open record is not of this day.")
      else {
        const found = joint(links, { day, hash, previous: record.previous })
        if (found._tag === "Missing" && !unknownBefore) {
          missing.push(found.missing)
          onMissing(found.missing)
        }
        if (found._tag === "PassesOver") {
          wrongs.push(`Its open record passes over the draw of ${found.days.join(", ")}.`)
        }
        links.push({ day, hash, previous: record.previous })
      }
    }
    unknownBefore = records === undefined
    const failed = verdict.checks.filter(({ ok }) => ok === false).map(({ detail }) => detail)
    const draw: CheckedDraw = {
      day,
      entries: records?.lock?.record.entries ?? null,
      verdict: verdict.verdict,
      exit: verdict.exit,
      problems: [...failed, ...verdict.exit === 2 ? verdict.missing : [], ...wrongs]
    }
    draws.push(draw)
    onDraw(draw)
  }

  /** The draws between two days that the server shows to whoever asks for them, although its history does not. */
  const takeUntold = async (after: Day, before: Day): Promise<void> => {
    for (let day = dayAfter(after); day < before && day < dayAfter(after, gapDaysMax); day = dayAfter(day)) {
      const read = await readDraw(site, day, options)
      if (read !== null) await take(day, read)
    }
  }

  const over = [...told.keys()].sort()
  for (const day of over) {
    const read = await readDraw(site, day, options)
    const previous = read?.records?.open.record.previous ?? null
    if (previous !== null && previous !== links.at(-1)?.hash) {
      await takeUntold(draws.at(-1)?.day ?? dayAfter(day, -daysAhead), day)
    }
    await take(day, read ?? { verdict: unreadable("The server has no bundle of it."), records: undefined })
    if (read === null) problems.push(`The draw history tells of ${day}, but the server has no bundle of it.`)
  }

  // What is to come, from the newest draw that is over and from the one on sale
  const newest = over.at(-1)
  const starts = [
    ...newest === undefined ? [] : [dayAfter(newest)],
    ...current === null ? [] : [current.drawDate],
    ...newest === undefined && current === null ? [dayOf(instant(now()))] : []
  ].sort()
  const absent = new Set<Day>()
  for (const start of starts) {
    let none = 0
    for (let day = start; none < daysAhead; day = dayAfter(day)) {
      if (draws.some((draw) => draw.day >= day)) continue
      if (absent.has(day)) {
        none++
        continue
      }
      const read = await readDraw(site, day, options)
      if (read === null) {
        absent.add(day)
        none++
      } else {
        none = 0
        await take(day, read)
      }
    }
  }
  if (current !== null && !draws.some(({ day }) => day === current.drawDate)) {
    problems.push(`The draw on sale is of ${current.drawDate}, but the server has no bundle of it.`)
  }
  return { draws, missing, problems }
}

const exitOf = ({ draws, missing, problems }: AllReport): ExitCode => {
  if (missing.length > 0 || problems.length > 0) return refuted
  if (draws.some((draw) => draw.exit === 1 || (draw.exit === 0 && draw.problems.length > 0))) return refuted
  return draws.some((draw) => draw.exit === 2) ? unreadableCode : holds
}

/** Verifies every draw of the server at `address`, and says what was found. Rejects with `WrongUsage`. */
export const verifyAll = async (
  address: string,
  options: VerifyOptions,
  json: boolean,
  terminal: Terminal
): Promise<ExitCode> => {
  const site = publicSite(address)
  const { paint } = terminal
  const say = (line: string): void => json ? terminal.status(line) : terminal.print(line)
  let report: AllReport
  try {
    report = await checkAll(
      site,
      options,
      Date.now,
      (draw) => say(drawLine(draw, paint)),
      (missing) => say(missingLine(missing, paint))
    )
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    terminal.status("")
    terminal.print(json ? JSON.stringify({ error: error.message }, null, 2) : error.message)
    return unreadableCode
  }
  terminal.status("")
  const exit = exitOf(report)
  if (json) terminal.print(JSON.stringify({ ...report, exit }, null, 2))
  else {
    for (const problem of report.problems) terminal.print(problemLine(problem, paint))
    terminal.print(lastLine(report, exit, paint))
  }
  return exit
}
