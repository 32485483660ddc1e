/** `ddd demo`: one whole day against a real server, from the first player to the verified proof. */
import { Option } from "commander"
import { Effect } from "effect"
import type { Cast } from "../demo/Script.ts"
import { command, type Declare, wholeNumber } from "./Declaration.ts"

/** Loaded when it is asked for: no other command needs what plays the day. */
const run = Effect.fn("ddd demo")(function*(cast: Cast) {
  const { demo } = yield* Effect.promise(() => import("../demo/Demo.ts"))
  return yield* demo(cast)
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
    .action((cast) => perform(run(cast)))
