/** Text in columns, for a terminal or a pipe. */
import { stripVTControlCharacters } from "node:util"

const widthOf = (cell: string): number => stripVTControlCharacters(cell).length

/** Rows with their columns under each other, two spaces between; those named in `right` end under each other. Cells may be coloured. */
export const aligned = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  right: ReadonlyArray<number> = []
): string => {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ""))))
  return rows
    .map((row) =>
      widths.map((width, at) => {
        const cell = row[at] ?? ""
        const space = " ".repeat(width - widthOf(cell))
        return right.includes(at) ? `${space}${cell}` : `${cell}${space}`
      }).join("  ").trimEnd()
    )
    .join("\n")
}
