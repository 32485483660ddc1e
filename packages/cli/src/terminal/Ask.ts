/** Questions to whoever sits at the terminal. */
import { Effect } from "effect"
import { createInterface } from "node:readline/promises"
import { isatty } from "node:tty"

/** Whether somebody is there to answer. */
export const isSomebodyThere = (): boolean => isatty(process.stdin.fd)

/** What they write, in one line. */
export const ask = (question: string): Effect.Effect<string> =>
  Effect.promise(async (signal) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return await terminal.question(question, { signal })
    } finally {
      terminal.close()
    }
  })
