/** `ddd watch`: keeps the records that a server shows (`@ddd/verify`, which is also published by itself). */
import { watchFlags } from "@ddd/verify/Flags"
import { processTerminal } from "@ddd/verify/Terminal"
import type { WatchFlags } from "@ddd/verify/watch/Watch"
import { Effect } from "effect"
import { type ExitCode, interrupted } from "../ExitCode.ts"
import { callable } from "../Invocation.ts"
import { command, type Declare } from "./Declaration.ts"
import { type VerifierFailed, verifierFailed, withFlags } from "./Verifier.ts"

const watching = async (address: string, flags: WatchFlags, stopped: AbortSignal): Promise<ExitCode> => {
  const { watch } = await import("@ddd/verify/watch/Watch")
  return await watch(address, flags, callable("ddd verify"), processTerminal(), stopped)
}

/** Tells `ended` its exit code also where a signal stops it: whether anything was found wrong by then. */
const run = (address: string, flags: WatchFlags, ended: (code: ExitCode) => void) =>
  Effect.callback<ExitCode, VerifierFailed>((resume) => {
    const stopped = new AbortController()
    const task = watching(address, flags, stopped.signal).then(
      (code) => {
        ended(code)
        resume(Effect.succeed(code))
      },
      (error: unknown) => resume(Effect.fail(verifierFailed(error)))
    )
    return Effect.promise(() => {
      stopped.abort()
      return task
    })
  })

export const watch: Declare = (perform) =>
  withFlags(
    command(
      "watch",
      "keep the records that a server shows, with the time, and raise an alarm when one changes",
      "ddd watch https://draws.example.com --dir records"
    ).argument("<url>", "the server, such as https://draws.example.com"),
    watchFlags
  ).action((address, flags) => {
    let code: ExitCode = interrupted
    perform(run(address, flags, (found) => (code = found)), () => code)
  })
