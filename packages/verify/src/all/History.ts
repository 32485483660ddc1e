/** The draw history, as the server tells it: which draws' sales are over, and whether that is what their bundles say. */
import type { BundleRecords } from "@ddd/core/proof/Proof"
import type { Verdict } from "@ddd/core/proof/Verdict"
import type { Day } from "@ddd/core/values/Instant"
import type { PublicSite, ToldDraw } from "../PublicSite.ts"

export interface History {
  readonly told: ReadonlyMap<Day, ToldDraw>
  /** What is wrong with how it is told: whole sentences. */
  readonly problems: ReadonlyArray<string>
}

/** Pages that are read: as many as two centuries of draws take. */
const pagesMax = 1_000

/** All draws of the history, read page by page. Rejects with `Unanswered`. */
export const readHistory = async (site: PublicSite): Promise<History> => {
  const told = new Map<Day, ToldDraw>()
  const problems: Array<string> = []
  let last: Day | undefined
  let cursor: string | null = null
  for (let pages = 1;; pages++) {
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
    if (told.size === before || pages === pagesMax) {
      problems.push("The draw history does not end: its pages tell nothing new, or are too many, and lead on.")
      return { told, problems }
    }
  }
}

/** Whether a draw of this verdict is over, and so belongs in the history. */
export const isOver = ({ verdict }: Verdict): boolean => verdict === "VOID" || verdict.startsWith("VALID")

/** Whether the history tells of a draw that it waits for its outcome. */
export const isWaiting = ({ status }: ToldDraw): boolean => status !== "drawn" && status !== "void"

/** The history's word for a draw of this verdict. */
const statusOf = (verdict: Verdict): string =>
  verdict.verdict === "VOID" ? "void" : isOver(verdict) ? "drawn" : "not over"

/** Where the history and a bundle that holds tell different things: whole sentences. */
export const contradictions = (
  told: ToldDraw,
  verdict: Verdict,
  { end, header, lock }: BundleRecords
): ReadonlyArray<string> => {
  if (verdict.exit !== 0) return []
  const winner = end?.record.type === "result" ? end.record.winner?.ticketId ?? null : null
  const compare = (what: string, there: unknown, here: unknown) =>
    there === here ? [] : [`The draw history says ${what} ${String(there)}, the bundle ${String(here)}.`]
  return [
    ...compare("that the draw is", isWaiting(told) ? "not over" : told.status, statusOf(verdict)),
    ...compare("that its id is", told.id, header.drawId),
    ...lock === null ? [] : compare("that the entries are", told.totalEntries, lock.record.entries),
    ...compare("that the winning ticket is", told.winningTicketId ?? "none", winner ?? "none")
  ]
}
