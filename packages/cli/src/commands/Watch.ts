/** `ddd watch`: keeps the records that a server shows (`@ddd/verify`, which is also published by itself). */
import { processTerminal } from "@ddd/verify/Terminal"
import { watch as watchWith, type WatchFlags } from "@ddd/verify/Watch"
import { Effect } from "effect"
import { verifierFailed } from "./VerifierFailed.ts"

export const watch = Effect.fn("ddd watch")((address: string, flags: WatchFlags) =>
  Effect.tryPromise({
    try: (signal) => watchWith(address, flags, "ddd verify", processTerminal(), signal),
    catch: verifierFailed
  })
)
