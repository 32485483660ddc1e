/** What stands between a server and who asks it, and may tell something else. */
import { Effect, type Scope } from "effect"
import { createServer } from "node:http"

export interface Told {
  readonly status: number
  readonly body: string
}

export interface LyingProxy {
  readonly url: string
  /** What is told in the place of an answer to a path; the answer itself where nothing is said. */
  lie: (path: string, answer: Told) => Told | undefined
}

/** A proxy to a server, honest until it is told otherwise; the scope stops it. */
export const proxyTo = (origin: string): Effect.Effect<LyingProxy, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly proxy: LyingProxy; readonly close: () => void }>((resume) => {
        const proxy = { url: "", lie: (): Told | undefined => undefined } as { url: string; lie: LyingProxy["lie"] }
        const server = createServer(async (request, response) => {
          const path = request.url ?? "/"
          try {
            const answer = await fetch(`${origin}${path}`)
            const told = { status: answer.status, body: await answer.text() }
            const { body, status } = proxy.lie(path, told) ?? told
            response.writeHead(status, { "content-type": answer.headers.get("content-type") ?? "text/plain" }).end(body)
          } catch {
            response.writeHead(502).end()
          }
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          proxy.url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
          resume(Effect.succeed({
            proxy,
            close: () => {
              server.close()
              server.closeAllConnections()
            }
          }))
        })
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ proxy }) => proxy
  )
