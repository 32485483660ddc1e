/** `ddd watch`: keeps the records that a server shows (`@ddd/verify`, which is also published by itself). */
import { watchFlags } from "@ddd/verify/Flags"
import { processTerminal } from "@ddd/verify/Terminal"
import type { WatchFlags } from "@ddd/verify/watch/Watch"
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { command, type Declare } from "./Declaration.ts"
import { verifierFailed, withFlags } from "./Verifier.ts"

const run = Effect.fn("ddd watch")((address: string, flags: WatchFlags) =>
  Effect.tryPromise({
    try: async (signal) =>
      (await import("@ddd/verify/watch/Watch")).watch(address, flags, "ddd verify", processTerminal(), signal),
    catch: verifierFailed
  })
)

export const watch: Declare = (perform) =>
  withFlags(
    command(
      "watch",
      "keep the records that a server shows, with the time, and raise an alarm when one changes",
      "ddd watch https://draws.example.com --dir records"
    ).argument("<url>", "the server, such as https://draws.example.com"),
    watchFlags
  ).action((address, flags) => perform(run(address, flags), done))
