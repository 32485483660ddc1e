/** Runs a command line as this process: signals interrupt it, failures are explained on stderr, the exit code says how it went. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Effect } from "effect"
import { type ExitCode, unusable } from "./ExitCode.ts"
import { explain } from "./Explanation.ts"
import { parse, type Task } from "./Program.ts"
import { errorStyle, remark } from "./terminal/Output.ts"

const isDebugging = () => /^(debug|trace)$/.test(process.env["LOG_LEVEL"] ?? "")

const explained = ({ effect }: Task): Effect.Effect<ExitCode> =>
  Effect.catchCause(effect, (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.interrupt
      : remark(isDebugging() ? Cause.pretty(cause) : errorStyle.red(explain(cause))).pipe(Effect.as(unusable)))

export const run = async (argv: ReadonlyArray<string>): Promise<void> => {
  // whoever reads our output may stop reading: `ddd draw list | head -1`
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : unusable))
  const asked = await parse(argv)
  if (typeof asked === "number") {
    process.exitCode = asked
    return
  }
  let code = asked.stopped
  const ended = Effect.map(explained(asked), (exitCode) => {
    code = exitCode
  })
  NodeRuntime.runMain(ended, { disableErrorReporting: true, teardown: () => process.exit(code) })
}
