/** `ddd-verify`: the verifier alone, for who wants to check draws without anything else of this project. */
import { visible } from "@ddd/core/values/Visible"
import { parseArgs, type ParseArgsConfig } from "node:util"
import type { ExitCode } from "./ExitCode.ts"
import { unreadable } from "./ExitCode.ts"
import { type Flag, verifyFlags, watchFlags } from "./Flags.ts"
import type { Terminal } from "./Terminal.ts"
import { verify } from "./Verify.ts"
import { watch } from "./watch/Watch.ts"
import { WrongUsage } from "./WrongUsage.ts"

const flagText = ({ name, value }: Flag): string => `--${name}${value === null ? "" : ` <${value}>`}`

const flagsHelp = (flags: ReadonlyArray<Flag>): string => {
  const width = Math.max(...flags.map((flag) => flagText(flag).length))
  return flags.map((flag) => `  ${flagText(flag).padEnd(width)}  ${flag.help}`).join("\n")
}

const help = `ddd-verify: checks draws of Daily Dollar Draw, trusting nobody.

ddd-verify <bundle> [options]    a proof bundle: a file, an http(s) URL, or - for stdin
ddd-verify --all <url> [options] every draw of a server, and that none is missing
${flagsHelp(verifyFlags)}

ddd-verify watch <url> [options] keep the records that a server shows, and raise an alarm when one changes
${flagsHelp(watchFlags)}

Exit codes: 0 valid, pending or void, or nothing wrong was watched; 1 invalid, changed or missing; 2 it could not be read,
or its verdict not written; 130 a signal ended it before it could tell.`

const optionsOf = (flags: ReadonlyArray<Flag>): NonNullable<ParseArgsConfig["options"]> => ({
  help: { type: "boolean", short: "h" },
  ...Object.fromEntries(flags.map(({ name, repeated, value }) => [
    name,
    value === null ? { type: "boolean" as const } : { type: "string" as const, multiple: repeated === true }
  ]))
})

const camelCase = (name: string): string => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** The command line in parts. Throws `WrongUsage`. */
const read = (argv: ReadonlyArray<string>, flags: ReadonlyArray<Flag>) => {
  try {
    const { positionals, values } = parseArgs({ args: [...argv], options: optionsOf(flags), allowPositionals: true })
    return {
      positionals,
      wantsHelp: values["help"] === true,
      flags: Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]))
    }
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error))
  }
}

/** The one argument that a command takes at most. */
const only = (positionals: ReadonlyArray<string>): string | undefined => {
  if (positionals.length > 1) throw new WrongUsage(`There is no use for ${positionals.slice(1).join(" ")}.`)
  return positionals[0]
}

const perform = async (argv: ReadonlyArray<string>, terminal: Terminal, signal: AbortSignal): Promise<ExitCode> => {
  const [first, ...rest] = argv
  const isWatch = first === "watch"
  const { flags, positionals, wantsHelp } = isWatch ? read(rest, watchFlags) : read(argv, verifyFlags)
  if (wantsHelp) {
    terminal.print(help)
    return 0
  }
  const named = only(positionals)
  if (!isWatch) return await verify(named, flags, terminal, signal)
  if (named === undefined) throw new WrongUsage("Name the server to watch, such as https://draws.example.com.")
  return await watch(named, flags, "ddd-verify", terminal, signal)
}

/** Does what the command line asks, and gives the exit code. */
export const run = async (
  argv: ReadonlyArray<string>,
  terminal: Terminal,
  signal: AbortSignal
): Promise<ExitCode> => {
  try {
    return await perform(argv, terminal, signal)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // of this program's own and the file system's errors the message says all
    terminal.remark(error instanceof WrongUsage || "code" in error ? visible(error.message) : `${error.stack}`)
    if (error instanceof WrongUsage) terminal.remark("(--help tells more)")
    return unreadable
  }
}
