/** Runs a command line as this process: signals interrupt it, failures are explained on stderr, the exit code says how it went. */
import { exitCodeOf } from "@ddd/verify/Streams"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Effect, Exit } from "effect"
import { type ExitCode, unusable } from "./ExitCode.ts"
import { codeOf, explain } from "./Explanation.ts"
import { parse, type Task } from "./Program.ts"
import { errorStyle, remark, remarkJson } from "./terminal/Output.ts"

const isDebugging = () => /^(debug|trace)$/.test(process.env["LOG_LEVEL"] ?? "")

const tell = (cause: Cause.Cause<unknown>, isForPrograms: boolean): Effect.Effect<void> =>
  isForPrograms
    ? remarkJson(codeOf(cause), explain(cause))
    : remark(isDebugging() ? Cause.pretty(cause) : errorStyle.red(explain(cause)))

const explained = ({ effect, isForPrograms }: Task): Effect.Effect<ExitCode> =>
  Effect.catchCause(
    effect,
    (cause) => Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.as(tell(cause, isForPrograms), unusable)
  )

/** Ends the process once what it wrote is written. */
const end = async (code: ExitCode, isStopped: boolean): Promise<void> => process.exit(await exitCodeOf(code, isStopped))

export const run = async (argv: ReadonlyArray<string>): Promise<void> => {
  const asked = await parse(argv)
  if (typeof asked === "number") return end(asked, false)
  let code: ExitCode | undefined
  const ended = Effect.map(explained(asked), (exitCode) => {
    code = exitCode
  })
  NodeRuntime.runMain(ended, {
    disableErrorReporting: true,
    teardown: (exit) => void end(code ?? asked.stopped(), Exit.isFailure(exit))
  })
}
