/** How the programs of this package run: a failure is explained, and ends them with 1. */
import { explain } from "@ddd/cli/Explanation"
import { remark } from "@ddd/cli/terminal/Output"
import { NodeRuntime } from "@effect/platform-node"
import { Cause, Effect, type Scope } from "effect"

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
