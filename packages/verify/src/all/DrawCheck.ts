/** Draws checked one after the other, oldest first: each by its bundle, by the history, and by the draws before it. */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import type { BundleRecords } from "@ddd/core/proof/Proof"
import { unreadable, type Verdict } from "@ddd/core/proof/Verdict"
import { verifyBundle, type VerifyOptions } from "@ddd/core/proof/Verifier"
import type { Day } from "@ddd/core/values/Instant"
import type { PublicSite, ToldDraw } from "../PublicSite.ts"
import { reasonOf } from "../Source.ts"
import { joint, type Link, type MissingDraw } from "./Chain.ts"
import { contradictions, isOver, isWaiting } from "./History.ts"
import type { CheckedDraw } from "./Report.ts"

/** A draw's bundle, verified. */
export interface VerifiedDraw {
  readonly verdict: Verdict
  /** Undefined where they cannot be read. */
  readonly records: BundleRecords | undefined
}

/** Verifies the draw of a day; null where the server has none. Never rejects: what cannot be read is a verdict too. */
export const verifyDraw = async (site: PublicSite, day: Day, options: VerifyOptions): Promise<VerifiedDraw | null> => {
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

/** Is told what is found as it is found. */
export interface Listener {
  readonly onDraw: (draw: CheckedDraw) => void
  readonly onMissing: (missing: MissingDraw) => void
}

export interface DrawChecks {
  /** Oldest first. */
  readonly draws: ReadonlyArray<CheckedDraw>
  readonly missing: ReadonlyArray<MissingDraw>
  /** The hash of the newest open record so far, hex; undefined before the first. */
  readonly newestOpen: () => string | undefined
  /** Checks the next draw. Rejects with `Unanswered`. */
  readonly check: (day: Day, draw: VerifiedDraw) => Promise<void>
}

/** Begins with no draw; `told` is the history as it was read. */
export const makeDrawChecks = (
  site: PublicSite,
  told: ReadonlyMap<Day, ToldDraw>,
  { onDraw, onMissing }: Listener
): DrawChecks => {
  const draws: Array<CheckedDraw> = []
  const missing: Array<MissingDraw> = []
  const links: Array<Link> = []
  // a draw whose open record cannot be read leaves a gap that the next one's name cannot be held against
  let isUnknownBefore = false

  /** Looks at the newest page once more: a draw that ended after the history was read is told so there. */
  const toldNow = async (day: Day): Promise<ToldDraw | undefined> =>
    (await site.history(null)).items.find(({ drawDate }) => drawDate === day)

  const checkHistory = async (day: Day, { records, verdict }: VerifiedDraw): Promise<ReadonlyArray<string>> => {
    const before = told.get(day)
    const isOld = isOver(verdict) && (before === undefined || isWaiting(before))
    const there = isOld ? await toldNow(day) ?? before : before
    if (there !== undefined) return records === undefined ? [] : contradictions(there, verdict, records)
    return isOver(verdict) ? ["The draw history leaves it out."] : []
  }

  const checkChain = (day: Day, records: BundleRecords): ReadonlyArray<string> => {
    const { hashHex: hash, record } = records.open
    if (record.kind !== "daily" || record.date !== day) return ["Its open record is not of this day."]
    const link: Link = { day, hash, previous: record.previous }
    const found = joint(links, link)
    links.push(link)
    if (found._tag === "Missing" && !isUnknownBefore) {
      missing.push(found.missing)
      onMissing(found.missing)
    }
    return found._tag === "PassesOver" ? [`Its open record passes over the draw of ${found.days.join(", ")}.`] : []
  }

  return {
    draws,
    missing,
    newestOpen: () => links.at(-1)?.hash,
    check: async (day, draw) => {
      const { records, verdict } = draw
      const failed = verdict.checks.filter(({ ok }) => ok === false).map(({ detail }) => detail)
      const unread = verdict.exit === 2 ? verdict.missing : []
      const history = await checkHistory(day, draw)
      const chain = records === undefined ? [] : checkChain(day, records)
      isUnknownBefore = records === undefined
      const checked: CheckedDraw = {
        day,
        entries: records?.lock?.record.entries ?? null,
        verdict: verdict.verdict,
        exit: verdict.exit,
        problems: [...failed, ...unread, ...history, ...chain]
      }
      draws.push(checked)
      onDraw(checked)
    }
  }
}
