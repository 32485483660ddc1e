/** Very many connections, and very slow ones, to a server of this process: others are served meanwhile, and nothing stays behind. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Predicate, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { readFileSync } from "node:fs"
import { Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { EngineName } from "../../src/engine/Engine.ts"
import type { EngineOptions } from "../../src/engine/EngineOptions.ts"
import type { SocketListener } from "../../src/engine/Sockets.ts"
import { firstCert, firstTls } from "../support/Certificates.ts"
import { handshake, head, last } from "./RawTalk.ts"
import { connectTo, eventually, serve } from "./support.ts"

/** How many files and connections this process may have open. */
const filesMax = Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? Infinity)

/** As `IDLE_SOCKETS=9000` says, and `ABORTS=10000`. Both sides of each connection are files of this process. */
const idleSockets = Number(process.env["IDLE_SOCKETS"] ?? 400)
const aborts = Number(process.env["ABORTS"] ?? 400)
const lacksFiles = filesMax < 2 * idleSockets + 512
if (lacksFiles) {
  process.stdout.write(
    `${idleSockets} idle sockets are not tested: this process may open ${filesMax} files (ulimit -n)\n`
  )
}

const kinds = [
  { name: "uws", engine: "uws", tls: undefined },
  { name: "node", engine: "node", tls: undefined },
  { name: "node over TLS", engine: "node", tls: () => firstTls }
] as const

const chunk = new Uint8Array(64 * 1024).fill(97)

/** Serves `/` at once and `/stream` as far as it is read; WebSockets send back what they get. */
const open = (engine: EngineName, tls: EngineOptions["tls"], patience: EngineOptions["patience"] = {}) =>
  Effect.gen(function*() {
    const seen = { asked: 0, made: 0, isStreamOver: false, webSockets: 0 }
    const stream = Stream.range(1, 800).pipe(
      Stream.rechunk(1),
      Stream.map(() => {
        seen.made++
        return chunk
      }),
      Stream.ensuring(Effect.sync(() => {
        seen.isStreamOver = true
      }))
    )
    const { port, sockets } = yield* serve(
      engine,
      Effect.map(HttpServerRequest.HttpServerRequest, ({ method, url }) => {
        if (method === "POST") seen.asked++
        return url === "/stream" ? HttpServerResponse.stream(stream) : HttpServerResponse.text("served")
      }),
      { tls, patience }
    )
    yield* sockets.serve((socket): SocketListener => {
      seen.webSockets++
      return {
        message: (text) => socket.send(text),
        drained: () => {},
        closed: () => seen.webSockets--
      }
    })
    /** A connection, and what carries it, which alone can be reset. */
    const connectOver = (): { readonly socket: Socket; readonly carrier: Socket } => {
      const carrier = connectTo(port, { noDelay: true })
      if (tls === undefined) return { socket: carrier, carrier }
      return { socket: connectTls({ socket: carrier, ca: firstCert }).on("error", () => {}), carrier }
    }
    const connect = () => connectOver().socket
    /** Asks for something small, on a connection of its own, and waits for the answer. */
    const ask = Effect.callback<string>((resume) => {
      const socket = connect()
      let received = ""
      socket.on("data", (data) => {
        received += data.toString("latin1")
      })
      socket.on("close", () => resume(Effect.succeed(received)))
      socket.write(head("GET /", last))
      return Effect.sync(() => socket.destroy())
    }).pipe(Effect.timeout("30 seconds"), Effect.orDie)
    const assertServed = Effect.map(ask, (received) => assert.match(received, /^HTTP\/1\.1 200 [^]*served$/))
    return { seen, connect, connectOver, assertServed }
  })

setFlagsFromString("--expose-gc")
const collect: unknown = runInNewContext("gc")
const collectGarbage = (): void => {
  if (typeof collect !== "function") throw new Error("garbage cannot be collected here")
  Reflect.apply(collect, undefined, [])
}

/** Remembers, weakly, each connection that a server of this process accepts on Node's sockets. */
const accepted = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const sockets: Array<WeakRef<Socket>> = []
      const accept = (message: unknown) => {
        if (!Predicate.hasProperty(message, "socket") || !(message.socket instanceof Socket)) return
        sockets.push(new WeakRef(message.socket))
      }
      subscribe("net.server.socket", accept)
      return { sockets, accept }
    }),
    ({ accept }) => Effect.sync(() => unsubscribe("net.server.socket", accept))
  ),
  ({ sockets }) => ({
    count: () => sockets.length,
    /** Waits until nothing holds any of them any more, but for a few of which something else may have been the last to speak. */
    forgotten: Effect.sync(() => {
      collectGarbage()
      return sockets.filter((each) => each.deref() !== undefined).length
    }).pipe(
      Effect.delay("200 millis"),
      Effect.repeat({ until: (kept) => kept <= 10 }),
      Effect.timeout("60 seconds"),
      Effect.orDie
    )
  })
)

/** Sends so much and goes, with a word or without. */
const abort = (
  connectOver: () => { readonly socket: Socket; readonly carrier: Socket },
  bytes: string,
  nth: number
): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const { carrier, socket } = connectOver()
    carrier.on("close", () => resume(Effect.void))
    const leave = () => nth % 2 === 0 ? carrier.resetAndDestroy() : socket.destroy()
    socket.write(bytes, "latin1", () => nth % 3 === 0 ? leave() : setTimeout(leave, nth % 7))
    return Effect.sync(() => socket.destroy())
  })

describe.each(kinds)("connections on $name", ({ engine, tls }) => {
  it.live(
    "that are given up at any place leave nothing behind, and nothing done",
    () =>
      Effect.gen(function*() {
        const { count, forgotten } = yield* accepted
        const { assertServed, connectOver, seen } = yield* open(engine, tls, { unread: 2 })
        const texts = [
          head("GET /"),
          head("GET /stream"),
          head("POST /", "Content-Length: 5") + "hello",
          `${handshake}\x81\x82\0\0\0\0hi`
        ]
        const places = Math.ceil(aborts / texts.length / 2)
        // each way to go, of each text, at each place
        const parts = [0, 1].flatMap((way) =>
          texts.flatMap((text) =>
            Array.from({ length: places }, (_, place) => ({
              bytes: text.slice(0, 1 + Math.floor(place * (text.length - 2) / places)),
              nth: 2 * place + way
            }))
          )
        )
        yield* Effect.forEach(parts, ({ bytes, nth }) => abort(connectOver, bytes, nth), {
          concurrency: 50,
          discard: true
        })
        yield* assertServed
        if (engine === "node") assert.isAtLeast(count(), aborts)
        yield* eventually("every WebSocket is forgotten", () => seen.webSockets === 0)
        yield* forgotten
        assert.strictEqual(seen.asked, 0)
      }),
    180_000
  )

  it.live.skipIf(lacksFiles)(
    "that say nothing, half of them WebSockets, keep nobody waiting, and leave nothing behind",
    () =>
      Effect.gen(function*() {
        const { count, forgotten } = yield* accepted
        const { assertServed, connect, seen } = yield* open(engine, tls)
        yield* Effect.scoped(Effect.gen(function*() {
          const idle = new Set<Socket>()
          yield* Effect.addFinalizer(() => Effect.sync(() => idle.forEach((socket) => socket.destroy())))
          yield* Effect.forEach(Array.from({ length: idleSockets }), (_, nth) =>
            Effect.callback<void>((resume) => {
              const socket = connect()
              idle.add(socket)
              if (nth % 2 === 0) socket.write(handshake)
              const isThere = nth % 2 === 0 ? "data" : tls === undefined ? "connect" : "secureConnect"
              socket.once(isThere, () => resume(Effect.void)).once("close", () => resume(Effect.void)).resume()
            }), { concurrency: 100, discard: true })
          assert.strictEqual(seen.webSockets, Math.ceil(idleSockets / 2))
          for (let nth = 0; nth < 20; nth++) yield* assertServed
        }))
        if (engine === "node") assert.isAtLeast(count(), idleSockets)
        yield* eventually("every WebSocket is forgotten", () => seen.webSockets === 0)
        yield* forgotten
      }),
    180_000
  )

  it.live(
    "that are slow are served, or cut off where they are too slow, and others are served meanwhile",
    () =>
      Effect.gen(function*() {
        const { assertServed, connect, seen } = yield* open(engine, tls, { pingAfter: 2, dropAfter: 4, unread: 2 })

        /** Sends some bytes of `begun` each 20 ms, and a byte of `bytes` each 20 ms after that. */
        const sayByByte = (begun: string, bytes: string) => {
          const pieces = [...begun.match(/[^]{1,8}/g) ?? [], ...bytes]
          const socket = connect()
          const said = { received: "", isClosed: false }
          socket.on("data", (data) => {
            said.received += data.toString("latin1")
          })
          let next = 0
          const saying = setInterval(() => {
            const piece = pieces[next++]
            if (piece !== undefined) socket.write(piece, "latin1")
          }, 20)
          socket.on("close", () => {
            said.isClosed = true
            clearInterval(saying)
          })
          return Effect.as(
            Effect.addFinalizer(() =>
              Effect.sync(() => {
                clearInterval(saying)
                socket.destroy()
              })
            ),
            said
          )
        }

        const request = yield* sayByByte(head("POST /", "Content-Length: 5", last), "hello")
        const text = yield* sayByByte(handshake, "\x81\x82\0\0\0\0hi")
        // a frame of 4,096 bytes, which is not whole before its sender has been silent for too long
        const frame = yield* sayByByte(handshake, `\x81\xfe\x10\0\0\0\0\0${"x".repeat(4_096)}`)

        const reader = connect()
        yield* Effect.addFinalizer(() => Effect.sync(() => reader.destroy()))
        reader.on("readable", () => {})
        reader.write(head("GET /stream"))
        const reading = setInterval(() => reader.read(1), 20)
        yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(reading)))

        yield* eventually("the stream begins", () => seen.made > 10)
        for (let nth = 0; nth < 20; nth++) yield* assertServed
        yield* eventually("the request is answered", () => request.received.endsWith("served"))
        yield* eventually("the text comes back", () => text.received.endsWith("\x81\x02hi"))
        yield* eventually("the frame is given up", () => frame.isClosed, 60_000)
        assert.isAbove(frame.received.length, 0)
        yield* eventually("the reader is given up", () => seen.isStreamOver, 60_000)
        assert.isBelow(seen.made, 400)
        yield* assertServed
      }),
    180_000
  )
})
