/** `ddd config`: every variable with its value, where that comes from, and what is wrong. Secrets are never shown. */
import { Effect } from "effect"
import { type Entry, isGiven, readConfig } from "../config/Config.ts"
import { everyNeed } from "../config/Variables.ts"
import { done, unusable } from "../ExitCode.ts"
import { errorStyle, print, printJson, remark, style } from "../terminal/Output.ts"
import { aligned } from "../terminal/Table.ts"

const valueText = (entry: Entry): string => {
  if (entry.shown !== null) return isGiven(entry) ? style.bold(entry.shown) : entry.shown
  if (isGiven(entry)) return style.dim("(secret)")
  return style.dim(`(${entry.source === "unset" ? "not set" : entry.variable.otherwise})`)
}

export const showConfig = Effect.fn("ddd config")(function*({ json }: { readonly json?: true }) {
  const { entries, problems, warnings } = readConfig(process.env, everyNeed)
  if (json === true) {
    yield* printJson({
      variables: entries.map((entry) => ({
        name: entry.name,
        value: entry.shown,
        source: entry.source,
        secret: entry.variable.form.secret,
        default: entry.variable.fallback ?? entry.variable.otherwise ?? null,
        help: entry.variable.help
      })),
      problems,
      warnings
    })
  } else {
    yield* print(aligned([
      ["VARIABLE", "VALUE", "FROM", "WHAT IT IS"],
      ...entries.map((entry) => [entry.name, valueText(entry), entry.source, style.dim(entry.variable.help)])
    ]))
    for (const warning of warnings) yield* remark(errorStyle.yellow(warning))
    for (const { message } of problems) yield* remark(errorStyle.red(message))
  }
  return problems.length === 0 ? done : unusable
})
