/** A signed-in client of `/ws`, and how its connection ended. */
import { Effect, type Scope } from "effect"
import { at } from "../../src/demo/Client.ts"

export interface Live {
  /** Waits until the server has closed the connection, and gives its code; a defect after 10 s. */
  readonly closed: Effect.Effect<number>
}

/** Connects, shows the token, and waits until that is answered; gives the event that answered it. */
export const connect = (
  url: string,
  token: string
): Effect.Effect<Live & { readonly answer: unknown }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => new WebSocket(`${url.replace(/^http/, "ws")}/ws`)),
      (open) => Effect.sync(() => open.close())
    )
    let closed: number | undefined
    socket.addEventListener("close", ({ code }) => {
      closed = code
    })
    const answer = yield* Effect.callback<unknown>((resume) => {
      socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "auth", token })))
      socket.addEventListener("message", ({ data }) => {
        const message: unknown = JSON.parse(String(data))
        if (["authenticated", "error"].includes(String(at(message, "event")))) resume(Effect.succeed(message))
      })
      socket.addEventListener("close", ({ code }) => resume(Effect.die(new Error(`${url} closed with ${code}`))))
    })
    return {
      answer,
      closed: Effect.callback<number>((resume) => {
        if (closed !== undefined) return resume(Effect.succeed(closed))
        socket.addEventListener("close", ({ code }) => resume(Effect.succeed(code)))
      }).pipe(
        Effect.timeoutOrElse({
          duration: "45 seconds",
          orElse: () => Effect.die(new Error("the server did not close the connection within 45 s"))
        })
      )
    }
  })
