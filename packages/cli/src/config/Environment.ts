/** The configuration of this process; what reads it is loaded with the first command that has one. */
import { Effect } from "effect"
import type { Need } from "./Variables.ts"

/** The settings, where the environment gives all that these needs ask for, and nothing that would be passed over. */
export const settingsFor = Effect.fnUntraced(function*(...needs: ReadonlyArray<Need>) {
  const { readConfig, settingsOf } = yield* Effect.promise(() => import("./Config.ts"))
  return yield* Effect.fromResult(settingsOf(readConfig(process.env, needs)))
})
