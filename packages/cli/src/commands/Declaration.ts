/** How the file of a command declares it: its name, help, arguments and options, and what it does. */
import { Argument, Command, InvalidArgumentError, Option } from "commander"
import type { Effect } from "effect"
import type { ExitCode } from "../ExitCode.ts"
import { callable } from "../Invocation.ts"

/** Hands over what a command line asks for. `stopped` is the exit code where a signal ended it, 130 unless given. */
export type Perform = (effect: Effect.Effect<ExitCode, unknown>, stopped?: () => ExitCode) => void

/** Declares a command, whose action hands over to `perform` what was asked for. */
export type Declare = (perform: Perform) => Command

/** Examples of use, as the reader can run them, below a command's help. */
export const examplesText = (examples: ReadonlyArray<string>): string =>
  `\nExample:\n${examples.map((example) => `  $ ${callable(example)}`).join("\n")}`

const examplesOf = new WeakMap<Command, ReadonlyArray<string>>()

/** A command with a line of help, and examples of its use below it. */
export const command = (name: string, help: string, ...examples: ReadonlyArray<string>): Command => {
  const made = new Command(name).description(help).addHelpText("after", () => examplesText(examples))
  examplesOf.set(made, examples)
  return made
}

/** How many of a group's commands its help has an example of. */
const groupExamplesMax = 3

/** Commands under a common word, such as `draw`. */
export const group = (name: string, help: string, members: ReadonlyArray<Declare>): Declare => (perform) => {
  const commands = members.map((declare) => declare(perform))
  const examples = commands.slice(0, groupExamplesMax).flatMap((each) => (examplesOf.get(each) ?? []).slice(0, 1))
  return commands.reduce(
    (grouped, each) => grouped.addCommand(each),
    new Command(name).description(help).addHelpText("after", () => examplesText(examples))
  )
}

export interface JsonFlag {
  readonly json?: true
}

export const jsonOption = (): Option => new Option("--json", "for machines")

export const csvOption = (): Option => new Option("--csv", "for spreadsheets (RFC 4180)")

/** The most that a list shows at once. */
export const limitMax = 10_000

export const limitOption = (): Option =>
  new Option("--limit <n>", "how many").default(20).argParser(wholeNumber(1, limitMax))

/** Whom a command is about. */
export const whoArgument = (): Argument => new Argument("<who>", "an id, an e-mail address or a name, in any case")

/** Reads a whole number within these bounds. */
export const wholeNumber = (min: number, max: number) => (text: string): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
}

const unitMillis: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `90s`, `30m`, `1h`, `2d`, in milliseconds. */
export const duration = (text: string): number => {
  const [, count, unit = ""] = /^(\d{1,5})([smhd])$/.exec(text) ?? []
  const millis = Number(count) * (unitMillis[unit] ?? Number.NaN)
  if (!Number.isNaN(millis)) return millis
  throw new InvalidArgumentError("It must be a time such as 90s, 30m, 1h or 2d.")
}
