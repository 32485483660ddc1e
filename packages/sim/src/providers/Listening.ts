/** Where stand-ins listen. */
import { Effect, type Scope } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

/** Serves on a free port until the scope closes, and gives the URL; `closing` is called first then. A request that fails is given up. */
export const listening = (
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  closing: () => void = () => {}
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function*() {
    const server = yield* Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((request, response) => {
          handle(request, response).catch(() => response.destroy())
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          closing()
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const address = server.address()
    if (address === null || typeof address === "string") return yield* Effect.die(new Error("the stand-in has no port"))
    return `http://127.0.0.1:${address.port}`
  })
