/** The configuration of this process. */
import { Effect } from "effect"
import { errorStyle, remark } from "../terminal/Output.ts"
import { readConfig, settingsOf } from "./Config.ts"
import type { Need } from "./Variables.ts"

/** The settings, where the environment gives all that these needs ask for; what looks mistyped is remarked on. */
export const settingsFor = Effect.fnUntraced(function*(...needs: ReadonlyArray<Need>) {
  const reading = readConfig(process.env, needs)
  for (const warning of reading.warnings) yield* remark(errorStyle.yellow(warning))
  return yield* Effect.fromResult(settingsOf(reading))
})
