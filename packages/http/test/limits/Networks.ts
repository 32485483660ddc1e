/** Requests from networks of this machine, each with counts of its own. */
import { Effect } from "effect"
import { request } from "node:http"
import { connect } from "node:net"

let networks = 0

/** An address in a network (/24) that nothing was asked from yet. */
export const newNetwork = (): string => `127.${Math.trunc(++networks / 250) + 1}.${networks % 250}.1`

export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

export interface Asked {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

/** Asks from an address, and gives whatever is answered. */
export const askFrom = (
  from: string,
  url: string,
  method: string,
  path: string,
  { body, headers, token }: Asked = {}
): Effect.Effect<Told> =>
  Effect.callback((resume) => {
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const outgoing = request(new URL(path, url), {
      method,
      agent: false,
      localAddress: from,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined
          ? {}
          : { "content-type": "application/json", "content-length": String(Buffer.byteLength(sent)) }),
        ...headers
      }
    }, (incoming) => {
      const chunks: Array<Buffer> = []
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
      incoming.on("end", () =>
        resume(Effect.succeed({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString()
        })))
    })
    outgoing.on("error", (error) => resume(Effect.die(error)))
    outgoing.end(sent)
    return Effect.sync(() => outgoing.destroy())
  })

/** Says something on a connection from an address, and gives what came until `isEnough`, or the server closed. */
export const sayFrom = (
  from: string,
  url: string,
  text: string,
  isEnough: (received: string) => boolean = () => false
): Effect.Effect<string> =>
  Effect.callback((resume) => {
    let received = ""
    const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1", localAddress: from })
    const finish = () => {
      socket.destroy()
      resume(Effect.succeed(received))
    }
    socket.on("connect", () => socket.write(text, "latin1"))
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1")
      if (isEnough(received)) finish()
    })
    socket.on("error", () => {})
    socket.on("close", finish)
    return Effect.sync(() => socket.destroy())
  })
