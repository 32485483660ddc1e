/**
 * What commands say: results on stdout, everything else on stderr. Colours only on a terminal, and never under NO_COLOR.
 *
 * Each is written whole before the command goes on, and steers no terminal (`@ddd/verify/Streams`). Foreign text in it is made
 * visible where its lines are composed (`@ddd/core/values/Visible`).
 */
import { visibleJson } from "@ddd/core/values/Visible"
import { harmless, write } from "@ddd/verify/Streams"
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

const hasColours = ({ red }: Style): boolean => red("x") !== "x"

/** Whether stderr shows colours. */
export const hasErrorColors = (): boolean => hasColours(errorStyle)

const written = (channel: "stdout" | "stderr", text: string): Effect.Effect<void> =>
  Effect.callback((resume) => write(channel, `${text}\n`, () => resume(Effect.void)))

/** Writes a result. */
export const print = (text: string): Effect.Effect<void> => written("stdout", harmless(text, hasColours(style)))

/** Writes a result as JSON: the data as it is, whatever is in it. */
export const printJson = (value: unknown): Effect.Effect<void> =>
  written("stdout", visibleJson(JSON.stringify(value, null, 2)))

/** Writes what is not the result. */
export const remark = (text: string): Effect.Effect<void> => written("stderr", harmless(text, hasColours(errorStyle)))
