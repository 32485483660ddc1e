/** A verdict as people read it: a line a check with what it rules out, the level last. */
import { type Check, checkNames, type Verdict } from "@ddd/core/proof/Verdict"
import { visibleData } from "@ddd/core/values/Visible"
import type { Paint } from "./Terminal.ts"

const nameWidth = Math.max(...Object.values(checkNames).map((name) => name.length))

const checkLine = ({ dim, green, red }: Paint) => ({ detail, id, name, ok, rulesOut }: Check): string => {
  const mark = ok === null ? dim("–") : ok ? green("✓") : red("✗")
  // of a check that does not hold, what was found
  const remark = ok === true ? dim(`rules out ${rulesOut}`) : ok === null ? dim(detail) : red(detail)
  return `${mark}  ${String(id).padStart(2)}  ${name.padEnd(nameWidth)}  ${remark}`
}

/** The last line is `verdict` itself, as docs/fairness.md spells it. */
export const verdictText = (found: Verdict, paint: Paint): string => {
  const { checks, exit, missing, verdict } = visibleData(found)
  const lines = exit === 2 ? [] : checks.map(checkLine(paint))
  const colour = exit === 0 ? paint.green : paint.red
  return [...lines, ...missing, paint.bold(colour(verdict))].join("\n")
}
