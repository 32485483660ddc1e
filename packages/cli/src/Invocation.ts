/** How this program is called where its reader is, for the commands that its texts name. */
import { basename, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../../..")

/** A word as a shell takes it literally. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What a shell takes as one word. */
const word = (text: string): string => /^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text)

/** `ddd` where it is installed; in a checkout what npm calls it, from wherever the reader is. */
export const invocationOf = (script: string | undefined, readerFolder: string): string =>
  script !== undefined && basename(script) === "ddd"
    ? "ddd"
    : readerFolder === root
    ? "npm run -s ddd --"
    : `npm --prefix ${word(root)} run -s ddd --`

/** The same, of this process; npm says from where it was called. */
const invocation = (): string => invocationOf(process.argv[1], process.env["INIT_CWD"] ?? process.cwd())

/** A command line of `ddd` as the reader can run it. Variables may stand before it. */
export const callable = (line: string): string =>
  line.replace(/^((?:[A-Z_]+=\S+ )*)ddd(?= |$)/, (_, variables: string) => `${variables}${invocation()}`)

/** The same for each command that stands in a sentence between backticks. */
export const withCallable = (text: string): string =>
  text.replaceAll(/`(ddd(?: [^`]*)?)`/g, (_, line: string) => `\`${callable(line)}\``)
