/**
 * What commands say: results on stdout, everything else on stderr. Colours only on a terminal, and never under NO_COLOR.
 *
 * Each is written whole before the command goes on, and steers no terminal (`@ddd/verify/Streams`). Foreign text in it is made
 * visible where its lines are composed (`@ddd/core/values/Visible`).
 */
import { visibleJson, visibleLines } from "@ddd/core/values/Visible"
import { harmless, write } from "@ddd/verify/Streams"
import { Effect, Stream } from "effect"
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
  Effect.callback((resume) => write(channel, text, () => resume(Effect.void)))

/** Writes a result. */
export const print = (text: string): Effect.Effect<void> => written("stdout", `${harmless(text, hasColours(style))}\n`)

/** Writes a result as JSON: the data as it is, whatever is in it. */
export const printJson = (value: unknown): Effect.Effect<void> =>
  written("stdout", `${visibleJson(JSON.stringify(value, null, 2))}\n`)

/** Writes what is not the result. */
export const remark = (text: string): Effect.Effect<void> =>
  written("stderr", `${harmless(text, hasColours(errorStyle))}\n`)

/** An error for programs, as it is written to stderr: a line of JSON. */
export const errorLine = (code: string, message: string): string =>
  `${visibleJson(JSON.stringify({ error: { code, message } }))}\n`

/** Writes an error for programs. */
export const remarkJson = (code: string, message: string): Effect.Effect<void> =>
  written("stderr", errorLine(code, message))

/** What a long result is: lines of CSV end with two characters. */
export type PieceKind = "text" | "json" | "csv"

const pieceForms: { readonly [Kind in PieceKind]: (piece: string) => string } = {
  text: visibleLines,
  json: visibleJson,
  csv: (piece) => piece.split("\r\n").map(visibleLines).join("\r\n")
}

/** Writes a result that may be long, a piece once the one before it is written. */
export const printPieces = <E, R>(pieces: Stream.Stream<string, E, R>, kind: PieceKind): Effect.Effect<void, E, R> =>
  Stream.runForEach(pieces, (piece) => written("stdout", pieceForms[kind](piece)))
