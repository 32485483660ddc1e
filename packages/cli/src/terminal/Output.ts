/** What commands say: results on stdout, everything else on stderr. Colours only on a terminal, and never under NO_COLOR. */
import { Effect } from "effect"
import { styleText } from "node:util"

type Format = "bold" | "dim" | "red" | "green" | "yellow" | "cyan"

/** Styles text where its stream is a terminal that shows colours; elsewhere gives it back as it is. */
export type Style = { readonly [F in Format]: (text: string) => string }

const styleOf = (stream: NodeJS.WriteStream): Style => {
  const as = (format: Format) => (text: string): string => styleText(format, text, { stream })
  return {
    bold: as("bold"),
    dim: as("dim"),
    red: as("red"),
    green: as("green"),
    yellow: as("yellow"),
    cyan: as("cyan")
  }
}

/** For what is written to stdout. */
export const style: Style = styleOf(process.stdout)
/** For what is written to stderr. */
export const errorStyle: Style = styleOf(process.stderr)

/** Whether stderr shows colours. */
export const hasErrorColors = (): boolean => errorStyle.red("x") !== "x"

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
