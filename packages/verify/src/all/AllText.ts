/** What is found of all draws, as people read it: a line a draw, the counts last. */
import { visible, visibleData } from "@ddd/core/values/Visible"
import { type ExitCode, holds } from "../ExitCode.ts"
import type { Paint } from "../Terminal.ts"
import type { MissingDraw } from "./Chain.ts"
import { type AllReport, type CheckedDraw, isInvalid } from "./Report.ts"

const whole = new Intl.NumberFormat("en-US")

const entriesText = (entries: number | null): string =>
  entries === null ? "–" : `${whole.format(entries)} ${entries === 1 ? "entry" : "entries"}`

/** A draw with its date, entries and verdict; under it what is wrong. */
export const drawLine = (draw: CheckedDraw, paint: Paint): string => {
  const { day, entries, exit, problems, verdict } = visibleData(draw)
  const colour = exit === 0 && problems.length === 0 ? paint.green : paint.red
  const line = `${day}  ${entriesText(entries).padStart(18)}  ${colour(verdict)}`
  return [line, ...problems.map((problem) => `            ${paint.red(problem)}`)].join("\n")
}

export const missingLine = ({ after, before, hash }: MissingDraw, paint: Paint): string =>
  `${paint.red("missing")}     a draw before ${before}${after === null ? "" : ` and after ${after}`}: ` +
  `the open record of ${before} names ${hash}, which the server does not show`

export const problemLine = (problem: string, paint: Paint): string => paint.red(visible(problem))

const count = (draws: ReadonlyArray<CheckedDraw>, of: (draw: CheckedDraw) => boolean): number => draws.filter(of).length

/** The counts, and whether all holds. */
export const lastLine = ({ draws, missing, problems }: AllReport, exit: ExitCode, paint: Paint): string => {
  const [first, last] = [draws[0], draws.at(-1)]
  const right = (start: string) => count(draws, (draw) => !isInvalid(draw) && draw.verdict.startsWith(start))
  const span = first === undefined || last === undefined ? "" : ` from ${first.day} to ${last.day}`
  const counts = [
    `${right("VALID")} valid`,
    `${right("VOID")} void`,
    `${right("PENDING")} pending`,
    `${count(draws, isInvalid)} invalid`,
    `${missing.length} missing`,
    `${count(draws, (draw) => draw.exit === 2)} unreadable`
  ]
  const beside = problems.length === 0 ? "" : `; ${problems.length} told wrongly`
  const colour = exit === holds ? paint.green : paint.red
  return paint.bold(colour(`${draws.length} draws${span}: ${counts.join(", ")}${beside}`))
}
