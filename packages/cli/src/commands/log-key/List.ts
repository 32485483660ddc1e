/** `ddd log-key list`: the verifier keys of the log, as `GET /log/vkey` tells them. */
import { visible } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import { settingsFor } from "../../config/Environment.ts"
import { done } from "../../ExitCode.ts"
import { keysOf } from "../../Keys.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { vkeysOf } from "./LogKeyText.ts"

const run = Effect.fn("ddd log-key list")(function*({ json }: JsonFlag) {
  const { log } = yield* keysOf(yield* settingsFor())
  const vkeys = yield* vkeysOf(log.origin, log.signingKeys)
  yield* json === true ? printJson(vkeys) : print(vkeys.map(visible).join("\n"))
  return done
})

export const listLogKeys: Declare = (perform) =>
  command("list", "the verifier keys, oldest first", "ddd log-key list")
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
