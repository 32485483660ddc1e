/** Text in columns, for a terminal or a pipe. */
import { visible } from "@ddd/core/values/Visible"
import stringWidth from "string-width"

/**
 * Rows with their columns under each other, two spaces between; those named in `right` end under each other.
 *
 * Cells may be coloured, and in any script: a column is as wide as a terminal shows it. A cell is a line: what would begin another is
 * made visible.
 */
export const aligned = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  right: ReadonlyArray<number> = []
): string => {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("\n", visible)))
  const columns = cells.reduce((most, row) => Math.max(most, row.length), 0)
  const widths = Array.from(
    { length: columns },
    (_, at) => cells.reduce((most, row) => Math.max(most, stringWidth(row[at] ?? "")), 0)
  )
  return cells
    .map((row) =>
      widths.map((width, at) => {
        const cell = row[at] ?? ""
        const space = " ".repeat(width - stringWidth(cell))
        return right.includes(at) ? `${space}${cell}` : `${cell}${space}`
      }).join("  ").trimEnd()
    )
    .join("\n")
}
