/** A terminal that remembers what it was told. */
import { noPaint, type Terminal } from "../../src/Terminal.ts"

export interface HeardTerminal extends Terminal {
  readonly printed: ReadonlyArray<string>
  readonly remarked: ReadonlyArray<string>
}

export const makeTerminal = (): HeardTerminal => {
  const printed: Array<string> = []
  const remarked: Array<string> = []
  return {
    printed,
    remarked,
    print: (text) => void printed.push(...text.split("\n")),
    remark: (text) => void remarked.push(...text.split("\n")),
    paint: noPaint,
    remarkPaint: noPaint,
    status: () => {}
  }
}
