/** A bar on stderr while something takes its time; where stderr is no terminal, a line whenever something else begins. */
import { visible } from "@ddd/core/values/Visible"
import { write } from "@ddd/verify/Streams"
import cliProgress from "cli-progress"
import { Effect, type Scope } from "effect"
import { isatty } from "node:tty"

export interface Progress {
  /** How far it is, from 0 to the total, and what happens now. */
  readonly at: (done: number, label?: string) => void
}

const lines = (): Progress => {
  let last: string | undefined
  return {
    at: (_, label) => {
      if (label === undefined || label === last) return
      last = label
      write("stderr", `${visible(label)}\n`)
    }
  }
}

/** A bar up to `total`, removed with the scope. */
export const progress = (total: number, label: string): Effect.Effect<Progress, never, Scope.Scope> =>
  !isatty(process.stderr.fd)
    ? Effect.sync(lines)
    : Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          const bar = new cliProgress.SingleBar(
            { format: "{bar} {percentage}%  {label}", clearOnComplete: true, hideCursor: true, stream: process.stderr },
            cliProgress.Presets.shades_classic
          )
          bar.start(total, 0, { label })
          return bar
        }),
        (bar) => Effect.sync(() => bar.stop())
      ),
      (bar): Progress => ({ at: (done, text = label) => bar.update(Math.min(done, total), { label: text }) })
    )
