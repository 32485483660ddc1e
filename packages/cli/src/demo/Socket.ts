/** A client of the WebSocket of docs/api.md, which hears what it is told and waits for what must come. */
import { Effect } from "effect"
import { DemoFailed } from "./DemoFailed.ts"

export interface Socket {
  readonly say: (message: unknown) => Effect.Effect<void>
  /** Waits until what was heard satisfies `condition`. */
  readonly until: (what: string, condition: () => boolean) => Effect.Effect<void, DemoFailed>
}

/** How long something that must come may take. */
const patience = "20 seconds"

const failed = (message: string) => Effect.fail(new DemoFailed({ message }))

const opened = (url: string): Effect.Effect<WebSocket, DemoFailed> =>
  Effect.callback((resume) => {
    const socket = new WebSocket(url)
    socket.addEventListener("open", () => resume(Effect.succeed(socket)))
    socket.addEventListener("error", () => resume(failed(`${url} does not take WebSockets.`)))
  })

/** Connects to a server; `hear` gets each message, and throws at one that breaks the contract. The scope disconnects. */
export const connect = Effect.fn("Socket.connect")(function*(siteUrl: string, hear: (message: unknown) => void) {
  const listeners = new Set<() => void>()
  let broken: string | undefined
  const socket = yield* Effect.acquireRelease(
    opened(`${siteUrl.replace(/^http/, "ws")}/ws`),
    (open) => Effect.sync(() => open.close())
  )
  socket.addEventListener("message", ({ data }) => {
    try {
      hear(JSON.parse(String(data)))
    } catch (error) {
      broken ??= error instanceof Error ? error.message : String(error)
    }
    for (const listener of listeners) listener()
  })
  const made: Socket = {
    say: (message) => Effect.sync(() => socket.send(JSON.stringify(message))),
    until: (what, condition) =>
      Effect.callback<void, DemoFailed>((resume) => {
        const look = () => {
          if (broken !== undefined) resume(failed(broken))
          else if (condition()) resume(Effect.void)
        }
        const lost = () => resume(failed(`The connection was lost while waiting for ${what}.`))
        listeners.add(look)
        socket.addEventListener("close", lost)
        look()
        return Effect.sync(() => {
          listeners.delete(look)
          socket.removeEventListener("close", lost)
        })
      }).pipe(
        Effect.timeoutOrElse({
          duration: patience,
          orElse: () => failed(`Nothing was heard of ${what} in ${patience}.`)
        })
      )
  }
  return made
})
