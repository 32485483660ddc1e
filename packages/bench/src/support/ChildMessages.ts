/** What processes of a bench tell whoever forked them. */
import { Data, Effect } from "effect"
import type { ChildProcess } from "node:child_process"

/** A process ended before it should. What it had to say is on stderr. */
export class ProcessEnded extends Data.TaggedError("ProcessEnded")<{ readonly message: string }> {}

/** Waits for the next message of a process, which is called `name`; `order`, where given, is what it is told. */
export const nextMessage = (child: ChildProcess, name: string, order?: object): Effect.Effect<unknown, ProcessEnded> =>
  Effect.callback((resume) => {
    const onMessage = (message: unknown) => {
      child.off("exit", onExit)
      resume(Effect.succeed(message))
    }
    const onExit = () => {
      child.off("message", onMessage)
      resume(Effect.fail(new ProcessEnded({ message: `the process of ${name} has ended` })))
    }
    child.once("message", onMessage)
    child.once("exit", onExit)
    if (order !== undefined) child.send(order)
  })
