/** Questions to whoever sits at the terminal. */
import { Effect } from "effect"
import { createInterface } from "node:readline/promises"
import { isatty } from "node:tty"
import { remark } from "./Output.ts"

/** Whether somebody is there to answer. */
export const isSomebodyThere = (): boolean => isatty(process.stdin.fd)

const answerTo = async (question: string, signal: AbortSignal): Promise<string> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question, { signal })
  } finally {
    terminal.close()
  }
}

/** What they write, in one line. Whoever breaks off is told that nothing was changed: all questions come before what they are about. */
export const ask = (question: string): Effect.Effect<string> =>
  Effect.tryPromise((signal) => answerTo(question, signal)).pipe(
    Effect.catch(() => Effect.andThen(remark("\nNothing was changed."), Effect.interrupt))
  )
