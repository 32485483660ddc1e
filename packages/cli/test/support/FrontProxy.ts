/** A proxy before a server, as nginx or HAProxy stand there: it says for whom it asks. The scope stops it. */
import { Effect, type Scope } from "effect"
import { createServer, request } from "node:http"
import * as net from "node:net"

/** How it says so. */
export type Saying = "x-forwarded-for" | "forwarded" | "proxy-protocol"

const listening = (server: net.Server): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<string>((resume) => {
      server.listen(0, "0.0.0.0", () => {
        const bound = server.address()
        resume(Effect.succeed(`http://127.0.0.1:${typeof bound === "object" ? bound?.port : ""}`))
      })
    }),
    () => Effect.sync(() => server.close())
  )

/** What the client said is kept, and what the proxy knows is added. */
const added = (said: string | ReadonlyArray<string> | undefined, own: string): string =>
  said === undefined ? own : `${String(said)}, ${own}`

const byHeader = (target: string, saying: Exclude<Saying, "proxy-protocol">): net.Server =>
  createServer((incoming, outgoing) => {
    const client = incoming.socket.remoteAddress ?? ""
    const own = saying === "forwarded" ? `for="${client}:${incoming.socket.remotePort}";proto=http` : client
    const headers = { ...incoming.headers, [saying]: added(incoming.headers[saying], own) }
    const asked = request(new URL(incoming.url ?? "/", target), { method: incoming.method, headers, agent: false })
    asked.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    asked.on("error", () => outgoing.destroy())
    incoming.pipe(asked)
  })

/** The header of version 2, for a client of IPv4. */
export const proxyHeader = (client: string): Buffer =>
  Buffer.from([
    ...Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1"),
    0x21,
    0x11,
    0,
    12,
    ...client.split(".").map(Number),
    127,
    0,
    0,
    1,
    0xc0,
    1,
    0,
    80
  ])

const byProtocol = (target: string): net.Server =>
  net.createServer((client) => {
    const server = net.connect(Number(new URL(target).port), "127.0.0.1")
    server.write(proxyHeader(client.remoteAddress ?? ""))
    client.pipe(server)
    server.pipe(client)
    client.on("error", () => server.destroy())
    server.on("error", () => client.destroy())
  })

/** Where it is asked. */
export const frontProxy = (target: string, saying: Saying): Effect.Effect<string, never, Scope.Scope> =>
  listening(saying === "proxy-protocol" ? byProtocol(target) : byHeader(target, saying))
