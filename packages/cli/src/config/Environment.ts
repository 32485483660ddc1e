/** The configuration of this process; what reads it is loaded with the first command that has one. */
import { Effect } from "effect"
import { errorStyle, remark } from "../terminal/Output.ts"
import type { Need } from "./Variables.ts"

/** The settings, where the environment gives all that these needs ask for; what looks mistyped is remarked on. */
export const settingsFor = Effect.fnUntraced(function*(...needs: ReadonlyArray<Need>) {
  const { readConfig, settingsOf } = yield* Effect.promise(() => import("./Config.ts"))
  const reading = readConfig(process.env, needs)
  for (const warning of reading.warnings) yield* remark(errorStyle.yellow(warning))
  return yield* Effect.fromResult(settingsOf(reading))
})
