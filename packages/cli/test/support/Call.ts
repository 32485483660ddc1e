/** HTTP as a client speaks it, from any address of this machine's own network. */
import { Effect } from "effect"
import { request } from "node:http"

export interface Call {
  /** What stands behind `Bearer`. */
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The client's address, in 127.0.0.0/8. */
  readonly from?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  /** Undefined where the body is empty. */
  readonly json: unknown
  /** From asking to the whole answer. */
  readonly millis: number
}

/** Asks, and gives whatever is answered; a defect where nothing is. */
export const call = (
  url: string,
  method: string,
  path: string,
  { body, from, headers = {}, token }: Call = {}
): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    const sent = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body)
    const asked = performance.now()
    const outgoing = request(
      new URL(path, url),
      {
        method,
        agent: false,
        localAddress: from,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(sent === undefined ? {} : {
            "content-type": "application/json",
            "content-length": String(Buffer.byteLength(sent))
          }),
          ...headers
        }
      },
      (incoming) => {
        const chunks: Array<Buffer> = []
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
        incoming.on("error", (error) => resume(Effect.die(error)))
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString()
          const isJson = /[/+]json\b/.test(incoming.headers["content-type"] ?? "")
          resume(Effect.succeed({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            json: isJson ? JSON.parse(text) : undefined,
            millis: performance.now() - asked
          }))
        })
      }
    )
    outgoing.on("error", (error) => resume(Effect.die(error)))
    outgoing.end(sent)
    return Effect.sync(() => outgoing.destroy())
  })
