/** What operators did, as operators see it: as JSON, and in columns. */
import type { OperatorEntry } from "@ddd/core/ports/OperatorLog"
import { formatInstant } from "@ddd/core/values/Instant"
import { visibleData } from "@ddd/core/values/Visible"
import { style } from "../../terminal/Output.ts"
import { aligned, fitted } from "../../terminal/Table.ts"

export const entryJson = ({ at, ...entry }: OperatorEntry) => ({ at: formatInstant(at), ...entry })

const detailsText = (details: OperatorEntry["details"]): string =>
  Object.entries(details).map(([name, value]) => `${name} ${String(value)}`).join(", ")

/** One line an entry, and one more for why. */
export const entryTable = (found: ReadonlyArray<OperatorEntry>): string => {
  const entries = visibleData(found)
  const table = fitted([
    ["WHEN", "WHO", "WHAT", "OF", "WITH", "ID"],
    ...entries.map(({ at, command, details, id, operator, subject }) => [
      formatInstant(at),
      style.bold(operator),
      command,
      `${subject.kind} ${subject.id}`,
      detailsText(details),
      style.dim(id)
    ])
  ], { yields: [4, 3, 5, 1] })
  const [head, ...lines] = table.split("\n")
  return [
    head,
    ...entries.flatMap(({ reason }, at) => [lines[at] ?? "", ...reason === null ? [] : [`  ${style.dim(reason)}`]])
  ].join("\n")
}

/** One entry at length. */
export const entryText = (found: OperatorEntry): string => {
  const { at, command, details, id, operator, reason, role, subject } = visibleData(found)
  return aligned([
    ["what", style.bold(`ddd ${command}`)],
    ["of", `${subject.kind} ${subject.id}`],
    ["who", role === null ? operator : `${operator}, as the database's role ${role}`],
    ["when", formatInstant(at)],
    ["why", reason ?? "no reason was said"],
    ...Object.entries(details).map(([name, value]) => [name, String(value)]),
    ["id", id]
  ])
}
