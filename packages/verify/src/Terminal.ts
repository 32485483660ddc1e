/** What commands write to: results to one stream, everything else to another. */
import { isatty } from "node:tty"
import { styleText } from "node:util"
import { harmless, write } from "./Streams.ts"

/** Paints text; where there are no colours, gives it back as it is. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
}

export interface Terminal {
  /** Writes a result, and a newline. */
  readonly print: (text: string) => void
  /** Writes what is not the result, and a newline. */
  readonly remark: (text: string) => void
  /** For what is printed. */
  readonly paint: Paint
  /** For remarks. */
  readonly remarkPaint: Paint
  /** Shows how far it is, on a line that the next call writes over and an empty text removes; nothing where nobody looks. */
  readonly status: (text: string) => void
}

// whether there are colours is decided below, also where the Node is older than styleText's own look at the stream
const as = (format: keyof Paint) => (text: string): string => styleText(format, text, { validateStream: false })

const colours: Paint = {
  bold: as("bold"),
  dim: as("dim"),
  red: as("red"),
  green: as("green"),
  yellow: as("yellow")
}

const plain = (text: string): string => text

/** No colours. */
export const noPaint: Paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain }

const hasColours = (descriptor: number): boolean => isatty(descriptor) && (process.env["NO_COLOR"] ?? "") === ""

/** The terminal, or whatever stands in its place, of this process. */
export const processTerminal = (): Terminal => {
  const watched = isatty(2)
  const [resultColours, remarkColours] = [hasColours(1), hasColours(2)]
  let shown = ""
  const clear = (): void => {
    if (shown !== "") write("stderr", "\r\u001b[K")
    shown = ""
  }
  return {
    print: (text) => {
      clear()
      write("stdout", `${harmless(text, resultColours)}\n`)
    },
    remark: (text) => {
      clear()
      write("stderr", `${harmless(text, remarkColours)}\n`)
    },
    paint: resultColours ? colours : noPaint,
    remarkPaint: remarkColours ? colours : noPaint,
    status: (text) => {
      if (!watched || text === shown) return
      clear()
      write("stderr", harmless(text, remarkColours))
      shown = text
    }
  }
}
