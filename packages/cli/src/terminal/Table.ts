/** Text in columns, for a terminal or a pipe. */
import stringWidth from "string-width"

/**
 * Rows with their columns under each other, two spaces between; those named in `right` end under each other.
 *
 * Cells may be coloured, and in any script: a column is as wide as a terminal shows it.
 */
export const aligned = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  right: ReadonlyArray<number> = []
): string => {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => stringWidth(row[at] ?? ""))))
  return rows
    .map((row) =>
      widths.map((width, at) => {
        const cell = row[at] ?? ""
        const space = " ".repeat(width - stringWidth(cell))
        return right.includes(at) ? `${space}${cell}` : `${cell}${space}`
      }).join("  ").trimEnd()
    )
    .join("\n")
}
