/**
 * stdout and stderr of this process.
 *
 * What is written is written whole before the process ends, whatever reads it and however slowly. A reader that stops reading is no
 * failure: the rest is for nobody, and the exit code stays that of the work. A disk that is full is one. Nothing but our own
 * colours steers a terminal (`visible`): what composes lines of foreign text makes it visible itself, and this is the last guard.
 */
import { visibleLines } from "@ddd/core/values/Visible"

type Channel = "stdout" | "stderr"

const escape = "\u001b"
/** How the colours and weights that we use begin and end. */
const ownStyles = new RegExp(`(${escape}\\[(?:1|2|22|31|32|33|36|39)m)`)
/** The same of every colour that a terminal knows. */
export const anyStyles = new RegExp(`(${escape}\\[[0-9;]*m)`)

/** Text as a stream may be given it; `styles`, where it has colours, is how they begin and end. */
export const harmless = (text: string, hasColours: boolean, styles: RegExp = ownStyles): string =>
  hasColours
    ? text.split(styles).map((part, at) => at % 2 === 1 ? part : visibleLines(part)).join("")
    : visibleLines(text)

let failure: Error | undefined
const listening = new Set<Channel>()

/** The stream, whose errors crash nothing from now on. */
const streamOf = (channel: Channel): NodeJS.WriteStream => {
  const stream = process[channel]
  if (!listening.has(channel)) {
    listening.add(channel)
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (channel === "stdout" && error.code !== "EPIPE") failure ??= error
    })
  }
  return stream
}

/** Writes text as it is; calls back once it is written, or never can be. */
export const write = (channel: Channel, text: string, written?: () => void): void => {
  const stream = streamOf(channel)
  if (stream.writable) stream.write(text, () => written?.())
  else written?.()
}

/** Bytes that were written and that nobody has taken yet. */
export const unwritten = (channel: Channel): number => streamOf(channel).writableLength

const flush = (channel: Channel): Promise<void> => new Promise((resolve) => write(channel, "", resolve))

/** Resolves once all is written, or cannot be: with why the results could not be written; undefined where they were. */
const flushed = async (): Promise<Error | undefined> => {
  await Promise.all([flush("stdout"), flush("stderr")])
  // the error of the last write is told a turn after its callback
  await new Promise((resolve) => setImmediate(resolve))
  return failure
}

/** How long a process that is stopped goes on writing to a reader that is slow. */
const stoppedMillis = 1_000

const after = (millis: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), millis))

/** The exit code, once everything is written: `code`, or 2 with a word on stderr where a result could not be. */
export const exitCodeOf = async <C extends number>(code: C, isStopped: boolean): Promise<C | 2> => {
  const error = await (isStopped ? Promise.race([flushed(), after(stoppedMillis)]) : flushed())
  if (error === undefined) return code
  write("stderr", `The result could not be written: ${visibleLines(error.message)}\n`)
  await flush("stderr")
  return 2
}
