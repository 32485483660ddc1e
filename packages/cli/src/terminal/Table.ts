/** Text in columns, for a terminal or a pipe. */
import { visible } from "@ddd/core/values/Visible"
import { anyStyles } from "@ddd/verify/Streams"
import { isatty } from "node:tty"
import stringWidth from "string-width"

type Rows = ReadonlyArray<ReadonlyArray<string>>

const gap = "  "

/** A cell is a line: what would begin another is made visible. */
const inLines = (rows: Rows): Rows => rows.map((row) => row.map((cell) => cell.replaceAll("\n", visible)))

/** How wide each column is. */
const widthsOf = (rows: Rows): ReadonlyArray<number> =>
  Array.from(
    { length: rows.reduce((most, row) => Math.max(most, row.length), 0) },
    (_, at) => rows.reduce((most, row) => Math.max(most, stringWidth(row[at] ?? "")), 0)
  )

/**
 * Rows with their columns under each other, two spaces between; those named in `right` end under each other.
 *
 * Cells may be coloured, and in any script: a column is as wide as a terminal shows it. A cell is a line.
 */
export const aligned = (rows: Rows, right: ReadonlyArray<number> = []): string => {
  const cells = inLines(rows)
  const widths = widthsOf(cells)
  return cells
    .map((row) =>
      widths.map((width, at) => {
        const cell = row[at] ?? ""
        const space = " ".repeat(width - stringWidth(cell))
        return right.includes(at) ? `${space}${cell}` : `${cell}${space}`
      }).join(gap).trimEnd()
    )
    .join("\n")
}

/** How many columns stdout shows: COLUMNS, else what the terminal says; without end where it is none. */
const terminalWidth = (): number => {
  if (!isatty(process.stdout.fd)) return Infinity
  const told = Number(process.env["COLUMNS"])
  return Number.isSafeInteger(told) && told > 0 ? told : process.stdout.columns || Infinity
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" })

/** The beginning of a cell, with … for the rest; its colours end as they did. */
const cut = (cell: string, width: number): string => {
  if (stringWidth(cell) <= width) return cell
  let left = width - 1
  return cell.split(anyStyles).map((part, at) => {
    if (at % 2 === 1) return part
    let kept = ""
    for (const { segment } of graphemes.segment(part)) {
      if (left < 0) break
      const wide = stringWidth(segment)
      kept += wide <= left ? segment : "…"
      left = wide <= left ? left - wide : -1
    }
    return kept
  }).join("")
}

/** The least that is left of a column that is cut: a day is still one. */
const leastWidth = 11

/**
 * Rows below their head; where the terminal is too narrow for that, each row below its first cell instead, a line for each other cell that
 * is not empty: for sums, of which none may be cut or left out.
 */
export const stacked = (rows: Rows, right: ReadonlyArray<number>, width = terminalWidth()): string => {
  const table = aligned(rows, right)
  const [[, ...head] = [], ...others] = inLines(rows)
  if (table.split("\n").every((line) => stringWidth(line) <= width)) return table
  return others.map(([name = "", ...cells]) => {
    const lines = cells.flatMap((cell, at) => cell === "" ? [] : [["", head[at] ?? "", cell]])
    return `${name}\n${aligned(lines, [2])}`
  }).join("\n")
}

/** Which columns end under each other, and which give way on a narrow terminal, the least important first. */
export interface TableForm {
  readonly right?: ReadonlyArray<number>
  readonly yields: ReadonlyArray<number>
}

/**
 * Rows below their head, no wider than the terminal as far as the columns go that may give way: these are cut with an … first, and left
 * out then, which an … in the head tells. Whole in a pipe.
 */
export const fitted = (rows: Rows, { right = [], yields }: TableForm, width = terminalWidth()): string => {
  const cells = inLines(rows)
  const widths = [...widthsOf(cells)]
  const isShown = widths.map(() => true)
  const excess = () => {
    const shown = widths.filter((_, at) => isShown[at])
    return shown.reduce((sum, each) => sum + each, 0) + gap.length * (shown.length - 1) - width +
      (shown.length < widths.length ? gap.length + 1 : 0)
  }
  for (const at of yields) {
    const [own, least] = [widths[at] ?? 0, Math.max(leastWidth, stringWidth(cells[0]?.[at] ?? ""))]
    if (excess() > 0 && own > least) widths[at] = Math.max(least, own - excess())
  }
  for (const at of yields) {
    if (excess() > 0) isShown[at] = false
  }
  const columns = widths.flatMap((each, at) => isShown[at] === true ? [{ at, width: each }] : [])
  const isWhole = columns.length === widths.length
  return aligned(
    cells.map((row, index) => [
      ...columns.map(({ at, width: most }) => cut(row[at] ?? "", most)),
      ...index === 0 && !isWhole ? ["…"] : []
    ]),
    columns.flatMap(({ at }, index) => right.includes(at) ? [index] : [])
  )
}
