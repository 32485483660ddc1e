/** A real SMTP server on a free port of this machine, which keeps what it takes, and can be made to misbehave. */
import { Effect, type Scope } from "effect"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { SMTPServer, type SMTPServerOptions } from "smtp-server"

/** A mail as it was received. */
export interface Received {
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly headers: ReadonlyMap<string, string>
  /** The bodies by their types: `text/plain`, `text/html`. */
  readonly parts: ReadonlyMap<string, string>
}

export interface MailServer {
  readonly port: number
  /** `smtp://127.0.0.1:PORT` */
  readonly url: string
  readonly received: ReadonlyArray<Received>
  /** How many connections were opened until now. */
  readonly connections: () => number
}

/** A refusal with the code that the client is to see. */
export const refusal = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code })

const headersOf = (text: string): Map<string, string> =>
  new Map(
    text.replace(/\r\n[ \t]+/g, " ").split("\r\n").map((line) => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
  )

const bodyOf = (encoding: string | undefined, text: string): string => {
  if (encoding === "base64") return Buffer.from(text, "base64").toString()
  if (encoding !== "quoted-printable") return text
  const bytes = text.replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, "latin1").toString()
}

const split = (text: string): readonly [headers: Map<string, string>, body: string] => {
  const end = text.indexOf("\r\n\r\n")
  return [headersOf(text.slice(0, end)), text.slice(end + 4)]
}

/** Reads a mail of the one shape that we send: two alternative parts. */
export const parse = (eml: string): Pick<Received, "headers" | "parts"> => {
  const [headers, body] = split(eml)
  const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type") ?? "")?.[1]
  const parts = boundary === undefined ? [] : body.split(`--${boundary}`).slice(1, -1)
  return {
    headers,
    parts: new Map(parts.map((part) => {
      const [headers, body] = split(part.replace(/^\r\n/, ""))
      const type = /^[^;]+/.exec(headers.get("content-type") ?? "")?.[0] ?? ""
      return [type, bodyOf(headers.get("content-transfer-encoding"), body)]
    }))
  }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

export const mailServer = (options: SMTPServerOptions = {}): Effect.Effect<MailServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const received: Array<Received> = []
    let connections = 0
    const server = yield* Effect.acquireRelease(
      Effect.callback<SMTPServer>((resume) => {
        const smtp: SMTPServer = new SMTPServer({
          authOptional: true,
          disabledCommands: ["STARTTLS"],
          disableReverseLookup: true,
          closeTimeout: 50,
          onConnect: (_, go) => {
            connections++
            go()
          },
          onData: (stream, { envelope }, taken) => {
            const chunks: Array<Buffer> = []
            stream.on("data", (chunk: Buffer) => chunks.push(chunk))
            stream.on("end", () => {
              received.push({
                from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
                to: envelope.rcptTo.map(({ address }) => address),
                ...parse(Buffer.concat(chunks).toString())
              })
              taken()
            })
          },
          ...options
        })
        // clients that hang up in the middle are part of the tests
        smtp.on("error", () => {})
        smtp.listen(0, "127.0.0.1", () => resume(Effect.succeed(smtp)))
      }),
      (smtp) => Effect.callback<void>((resume) => smtp.close(() => resume(Effect.void)))
    )
    const port = portOf(server.server)
    return { port, url: `smtp://127.0.0.1:${port}`, received, connections: () => connections }
  })

/** A server that answers each connection, and each line that comes, by `say`. */
export const rawServer = (
  say: (socket: Socket, line: string | null) => void
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function*() {
    const sockets = new Set<Socket>()
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const server = createServer((socket) => {
          sockets.add(socket)
          socket.on("error", () => {})
          socket.on("close", () => sockets.delete(socket))
          socket.on("data", (lines) => say(socket, lines.toString()))
          say(socket, null)
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => resume(Effect.void))
        })
    )
    return `smtp://127.0.0.1:${portOf(server)}`
  })
