/** What `verify` and `watch` have in common: their options, which `@ddd/verify` declares, and how it fails. */
import { visibleError } from "@ddd/core/values/Visible"
import type { Flag } from "@ddd/verify/Flags"
import { type Command, Option } from "commander"
import { Data } from "effect"

/** What the verifier cannot do: options that cannot be read, a folder that cannot be written. */
export class VerifierFailed extends Data.TaggedError("VerifierFailed")<{
  readonly message: string
  readonly cause: unknown
}> {}

export const verifierFailed = (cause: unknown): VerifierFailed =>
  new VerifierFailed({ message: visibleError(cause), cause })

/** An option that may be given several times. */
const repeated = (text: string, before: ReadonlyArray<string> = []): ReadonlyArray<string> => [...before, text]

/** Gives a command the options that the verifier declares for every program. */
export const withFlags = (command: Command, flags: ReadonlyArray<Flag>): Command => {
  for (const { help, name, repeated: isRepeated, value } of flags) {
    const option = new Option(value === null ? `--${name}` : `--${name} <${value}>`, help)
    command.addOption(isRepeated === true ? option.argParser(repeated) : option)
  }
  return command
}
