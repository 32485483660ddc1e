/** What may stand on a command line of `ddd`, for the shells that complete it. */
import type { Argument, Command, Option } from "commander"

/** What is said after an option: one of these words, a file's name, or something that no shell knows. */
export type Value = ReadonlyArray<string> | "file" | "unknown"

export interface CompletedOption {
  readonly flag: string
  readonly help: string
  /** Null for a flag alone. */
  readonly value: Value | null
}

/** What may follow a command. */
export interface Following {
  /** Its words, `user show`; empty for `ddd` itself. */
  readonly path: string
  readonly words: ReadonlyArray<{ readonly word: string; readonly help: string }>
  readonly options: ReadonlyArray<CompletedOption>
}

const valueOf = ({ argChoices, flags, optional, required }: Option): Value | null =>
  !required && !optional ? null : argChoices ?? (/<(?:file|folder|dir|path)>/.test(flags) ? "file" : "unknown")

const optionOf = (option: Option): ReadonlyArray<CompletedOption> =>
  option.long === undefined || option.long === null
    ? []
    : [{ flag: option.long, help: option.description, value: valueOf(option) }]

const choicesOf = ({ argChoices = [], description }: Argument) =>
  argChoices.map((word) => ({ word, help: description }))

/** What may follow this command and each one below it. */
export const following = (command: Command, path: string): ReadonlyArray<Following> => [
  {
    path,
    words: [
      ...command.commands.map((each) => ({ word: each.name(), help: each.description() })),
      ...command.registeredArguments.flatMap(choicesOf)
    ],
    options: [...command.options.flatMap(optionOf), { flag: "--help", help: "how it is used", value: null }]
  },
  ...command.commands.flatMap((each) => following(each, path === "" ? each.name() : `${path} ${each.name()}`))
]
