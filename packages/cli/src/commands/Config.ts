/** `ddd config`: every variable with its value, where that comes from, and what is wrong. Secrets are never shown. */
import { visible } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import type { Entry } from "../config/Config.ts"
import { done, unusable } from "../ExitCode.ts"
import { errorStyle, print, printJson, remark, style } from "../terminal/Output.ts"
import { fitted } from "../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"

const valueText = (entry: Entry): string => {
  if (entry.shown !== null) return entry.given ? style.bold(visible(entry.shown)) : entry.shown
  if (entry.given) return style.dim("(secret)")
  return style.dim(`(${entry.source === "unset" ? "not set" : entry.variable.otherwise})`)
}

const run = Effect.fn("ddd config")(function*({ json }: JsonFlag) {
  const [{ readConfig }, { everyNeed }] = yield* Effect.promise(() =>
    Promise.all([import("../config/Config.ts"), import("../config/Variables.ts")])
  )
  const { entries, problems } = readConfig(process.env, everyNeed)
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
      problems
    })
  } else {
    yield* print(fitted([
      ["VARIABLE", "VALUE", "FROM", "WHAT IT IS"],
      ...entries.map((entry) => [entry.name, valueText(entry), entry.source, style.dim(entry.variable.help)])
    ], { yields: [3, 1] }))
    for (const { message } of problems) yield* remark(errorStyle.red(visible(message)))
  }
  return problems.length === 0 ? done : unusable
})

export const showConfig: Declare = (perform) =>
  command("config", "show every variable, its value and where it comes from; secrets are masked", "ddd config --json")
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
