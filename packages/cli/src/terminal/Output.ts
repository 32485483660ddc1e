/** What commands say: results on stdout, everything else on stderr. Colours only on a terminal, and never under NO_COLOR. */
import { Effect } from "effect"
import { isatty } from "node:tty"
import pc from "picocolors"

export type Style = ReturnType<typeof pc.createColors>

const styleOf = (stream: NodeJS.WriteStream & { readonly fd: number }): Style =>
  pc.createColors(isatty(stream.fd) && (process.env["NO_COLOR"] ?? "") === "")

/** For what is written to stdout. */
export const style: Style = styleOf(process.stdout)
/** For what is written to stderr. */
export const errorStyle: Style = styleOf(process.stderr)

/** Writes a result. */
export const print = (text: string): Effect.Effect<void> =>
  Effect.sync(() => {
    process.stdout.write(`${text}\n`)
  })

/** Writes a result as JSON. */
export const printJson = (value: unknown): Effect.Effect<void> => print(JSON.stringify(value, null, 2))

/** Writes what is not the result. */
export const remark = (text: string): Effect.Effect<void> =>
  Effect.sync(() => {
    process.stderr.write(`${text}\n`)
  })
