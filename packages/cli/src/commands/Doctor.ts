/** `ddd doctor`: looks at everything that a server needs, and says of each whether it is as it should be, and what to do. */
import { visible } from "@ddd/core/values/Visible"
import { Effect, Layer, Logger, References } from "effect"
import type { Finding, Status } from "../doctor/Finding.ts"
import { done, refuted } from "../ExitCode.ts"
import { print, printJson, style } from "../terminal/Output.ts"
import { aligned } from "../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"

const marks: { readonly [S in Status]: string } = {
  ok: style.green("✓"),
  warning: style.yellow("!"),
  failed: style.red("✗"),
  skipped: "-"
}

const line = ({ check, message, status }: Finding): ReadonlyArray<string> => [
  marks[status],
  check,
  status === "ok" ? style.dim(visible(message)) : visible(message)
]

/** Checks that were left out for the same reason are one line. */
const together = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> => {
  const lines: Array<Finding> = []
  for (const finding of findings) {
    const before = lines.at(-1)
    const isSame = before?.status === "skipped" && finding.status === "skipped" && before.message === finding.message
    if (isSame) lines[lines.length - 1] = { ...before, check: `${before.check}, ${finding.check}` }
    else lines.push(finding)
  }
  return lines
}

/** What was left out is told below the others, whose names it would push apart. */
const text = (findings: ReadonlyArray<Finding>): string => {
  const left = together(findings.filter(({ status }) => status === "skipped"))
  return [
    aligned(findings.filter(({ status }) => status !== "skipped").map(line)),
    ...left.map((finding) => style.dim(`-  not looked at: ${finding.check}. ${visible(finding.message)}`))
  ].join("\n")
}

const summary = (findings: ReadonlyArray<Finding>): string => {
  const of = (status: Status) => findings.filter((finding) => finding.status === status).length
  const [failures, warnings] = [of("failed"), of("warning")]
  const warned = warnings === 0 ? "" : `; ${warnings} to see to`
  return failures === 0
    ? style.green(`Nothing failed${warned}.`)
    : style.red(`${failures} failed${warned}.`)
}

// what a check meets on its way is what it found: nothing is logged beside it
const silent = Layer.mergeAll(Logger.layer([]), Layer.succeed(References.MinimumLogLevel, "None"))

const run = Effect.fn("ddd doctor")(function*({ json }: JsonFlag) {
  const { examine } = yield* Effect.promise(() => import("../doctor/Doctor.ts"))
  const findings = yield* Effect.provide(examine(process.env), silent)
  const holds = !findings.some(({ status }) => status === "failed")
  if (json === true) {
    yield* printJson({ holds, findings })
  } else {
    yield* print(text(findings))
    yield* print(style.bold(summary(findings)))
  }
  return holds ? done : refuted
})

export const doctor: Declare = (perform) =>
  command(
    "doctor",
    "look at everything that a server needs, and say what to do; exit code 1 where something failed. It changes nothing",
    "ddd doctor",
    "ddd doctor --json"
  )
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
