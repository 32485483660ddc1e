/** How the programs of this package run: a failure is explained, and ends them with 1. */
import { explain } from "@ddd/cli/Explanation"
import { remark } from "@ddd/cli/terminal/Output"
import { visible, visibleError } from "@ddd/core/values/Visible"
import { NodeRuntime } from "@effect/platform-node"
import { Cause, Effect, type Scope } from "effect"
import { parseArgs, type ParseArgsConfig } from "node:util"

/**
 * What a program of this package is asked for. `--help` tells what may be said, and ends the process with 0; what is not understood ends it
 * with 2, before anything is done.
 */
export const argumentsOf = <const Config extends ParseArgsConfig>(
  config: Config
): ReturnType<typeof parseArgs<Config>> => {
  const usage = () => {
    const options = Object.entries(config.options ?? {}).map(([name, { default: otherwise, type }]) =>
      `  --${name}${type === "string" ? " <text>" : ""}${otherwise === undefined ? "" : ` (${String(otherwise)})`}\n`
    )
    return `It takes${config.allowPositionals === true ? " a name," : ""} these options, and --help:\n${
      options.join("")
    }`
  }
  if (process.argv.slice(2).some((text) => text === "--help" || text === "-h")) {
    process.stdout.write(usage())
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    process.stderr.write(`${visible(visibleError(error))}\n${usage()}`)
    process.exit(2)
  }
}

/** Runs a program as this process, until it ends or a signal stops it. */
export const runProgram = <E>(program: Effect.Effect<void, E, Scope.Scope>): void =>
  NodeRuntime.runMain(
    program.pipe(
      Effect.scoped,
      Effect.tapCause((cause) => Cause.hasInterruptsOnly(cause) ? Effect.void : remark(explain(cause)))
    ),
    { disableErrorReporting: true }
  )

/** Tells a wrong use, and ends this process with 2. */
export const refuseUsage = (message: string): Effect.Effect<never> =>
  Effect.flatMap(remark(message), () => Effect.sync(() => process.exit(2)))
