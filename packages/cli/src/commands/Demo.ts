/** `ddd demo`: one whole day against a real server, from the first player to the verified proof. */
import { Option } from "commander"
import { Effect } from "effect"
import type { Asked } from "../demo/Demo.ts"
import { type ExitCode, interrupted } from "../ExitCode.ts"
import { command, type Declare, wholeNumber } from "./Declaration.ts"

/** Loaded when it is asked for: no other command needs what plays the day. */
const run = Effect.fn("ddd demo")(function*(asked: Asked, told: (code: ExitCode) => void) {
  const { demo } = yield* Effect.promise(() => import("../demo/Demo.ts"))
  return yield* demo(asked, told)
})

export const demo: Declare = (perform) =>
  command(
    "demo",
    "play one whole day against a server of its own, with its clock moved; leaves nothing behind",
    "ddd demo --players 1000 --purchases 5000"
  )
    .addOption(new Option("--players <n>", "how many take part").default(300).argParser(wholeNumber(2, 5000)))
    .addOption(
      new Option("--purchases <n>", "how many purchases they make").default(2400).argParser(wholeNumber(2, 100_000))
    )
    .option("--open", "then leave the server of that day running to look at, until Ctrl-C")
    .action((asked) => {
      let code: ExitCode = interrupted
      perform(run(asked, (found) => (code = found)), () => code)
    })
