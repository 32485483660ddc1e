import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { HttpServerResponse } from "effect/http"
import type { EngineOptions } from "../../src/engine/EngineOptions.ts"
import { limits, type LiveSocket, type SocketListener } from "../../src/engine/Sockets.ts"
import { Client } from "../live/Client.ts"
import { connectTo, engines, eventually, listen, problemIn, say, serve } from "./support.ts"

const handshake = (path: string, ...headers: ReadonlyArray<string>) =>
  [
    `GET ${path} HTTP/1.1`,
    "Host: x",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
    "",
    ""
  ].join("\r\n")

const version = "Sec-WebSocket-Version: 13"

/** What a client sends: a text frame, masked with zeros. */
const textFrame = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

describe("a message that arrives byte by byte", () => {
  it.live("is not collected for ever: its connection is closed with 1008", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* serve("node", Effect.succeed(HttpServerResponse.text("application")))
      yield* sockets.serve(() => ({ message: () => {}, drained: () => {}, closed: () => {} }))
      const client = connectTo(port, { noDelay: true })
      yield* Effect.addFinalizer(() => Effect.sync(() => client.destroy()))
      let received = Buffer.alloc(0)
      client.on("data", (data) => received = Buffer.concat([received, data]))
      client.write(handshake("/ws", version))
      yield* eventually("it is open", () => received.includes("101"))
      client.write(Buffer.from([0x81, 0xfe, 0x0f, 0xff, 0, 0, 0, 0]))
      const isClosed = () => received.includes(Buffer.from([0x88, 2, 0x03, 0xf0]))
      for (let sent = 0; sent < 4_000 && !isClosed(); sent++) {
        client.write("x")
        yield* Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
      }
      yield* eventually("it is told 1008", isClosed)
    }))
})

describe.each(engines)("Sockets on %s", (engine) => {
  /** Serves connections that send back what they get; keeps what happened. */
  const echo = (options: Partial<EngineOptions> = {}) =>
    Effect.gen(function*() {
      const listening = yield* serve(engine, Effect.succeed(HttpServerResponse.text("application")), options)
      const events: Array<string> = []
      const open: Array<LiveSocket> = []
      yield* listening.sockets.serve((socket): SocketListener => {
        open.push(socket)
        return {
          message: (text) => {
            events.push(text)
            socket.send(text)
          },
          drained: () => events.push("drained"),
          closed: () => events.push("closed")
        }
      })
      return { ...listening, events, open }
    })

  it.live("carries text both ways and says when the client is gone", () =>
    Effect.gen(function*() {
      const { events, open, port } = yield* echo()
      const client = yield* Client.open(port)
      client.send("grüße")
      assert.strictEqual(yield* client.text, "grüße")
      client.close()
      yield* eventually("the server hears of it", () => events.includes("closed"))
      assert.deepStrictEqual(events, ["grüße", "closed"])
      const [socket] = open
      socket?.send("nobody hears this")
      socket?.close(1000, "")
      assert.strictEqual(socket?.bufferedAmount(), 0)
    }))

  it.live("says that a connection is closed even to who closed it on accepting it", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* serve(engine, Effect.succeed(HttpServerResponse.text("application")))
      let closed = 0
      yield* sockets.serve((socket) => {
        socket.close(1008, "Not you.")
        return { message: () => {}, drained: () => {}, closed: () => closed++ }
      })
      const client = yield* Client.open(port)
      assert.strictEqual((yield* client.closed).code, 1008)
      yield* eventually("the server hears of it", () => closed === 1)
    }))

  it.live("24: a page of another origin is refused with 403; a listed one, and none, are let in", () =>
    Effect.gen(function*() {
      const { port } = yield* echo()
      const said = (...headers: ReadonlyArray<string>) =>
        say(port, [handshake("/ws", version, ...headers)], { until: (received) => received.includes("\r\n\r\n") })
      const foreign = yield* said("Origin: https://evil.example", "X-Request-Id: r-1")
      assert.deepInclude(problemIn(foreign.received), { status: 403, code: "forbidden", requestId: "r-1" })
      assert.deepInclude(problemIn((yield* said("Origin: null")).received), { status: 403 })
      assert.match((yield* said("Origin: https://app.example.com")).received, /^HTTP\/1\.1 101 /)
      assert.match((yield* said()).received, /^HTTP\/1\.1 101 /)
    }))

  it.live("24: a token in the address is refused with 400", () =>
    Effect.gen(function*() {
      const { port } = yield* echo()
      for (const query of ["token=x", "a=1&access_token=x", "token", "%74oken=x", "jwt=x", "x"]) {
        const { closed, received } = yield* say(port, [handshake(`/ws?${query}`, version)])
        assert.deepInclude(problemIn(received), { status: 400, code: "invalid_request" })
        assert.isTrue(closed)
      }
    }))

  it.live("refuses another version of the protocol", () =>
    Effect.gen(function*() {
      const { port } = yield* echo()
      const { received } = yield* say(port, [handshake("/ws", "Sec-WebSocket-Version: 8")])
      assert.strictEqual(problemIn(received).status, 400)
    }))

  it.live("leaves everything else to the application: other paths, and plain requests to this one", () =>
    Effect.gen(function*() {
      const { port } = yield* echo()
      for (
        const request of [
          handshake("/other", version, "Connection: close"),
          handshake("/ws/more", version),
          "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n",
          "POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        ]
      ) {
        const { received } = yield* say(port, [request], { until: (text) => text.endsWith("application") })
        assert.match(received, /^HTTP\/1\.1 200 /)
      }
    }))

  it.live("takes a message of 4 KiB and closes with 1009 for one byte more", () =>
    Effect.gen(function*() {
      const { events, port } = yield* echo()
      const client = yield* Client.open(port)
      client.send("x".repeat(4096))
      assert.strictEqual((yield* client.text).length, 4096)
      client.send("x".repeat(4097))
      assert.strictEqual((yield* client.closed).code, 1009)
      assert.deepStrictEqual(events.filter((event) => event.length > 4096), [])
    }))

  it.live("closes with 1003 for bytes that are not text", () =>
    Effect.gen(function*() {
      const { events, port } = yield* echo()
      const client = yield* Client.open(port)
      client.sendBytes(new Uint8Array([1]))
      assert.strictEqual((yield* client.closed).code, 1003)
      yield* eventually("the server forgets it", () => events.includes("closed"))
      assert.deepStrictEqual(events, ["closed"])
    }))

  it.live("pings a silent client, and drops one that does not answer", () =>
    Effect.gen(function*() {
      const { events, port } = yield* echo({ patience: { pingAfter: 1, dropAfter: 2 } })
      const living = yield* Client.open(port) // answers pings by itself
      const started = performance.now()
      const dead = yield* say(port, [handshake("/ws", version)], { patience: 6_000 })
      assert.isTrue(dead.closed)
      assert.isAbove(performance.now() - started, 1_000)
      assert.include(dead.received, "\x89\0") // a ping without content
      yield* Effect.sleep("1500 millis")
      living.send("still here")
      assert.strictEqual(yield* living.text, "still here")
      assert.deepStrictEqual(events, ["closed", "still here"])
    }))

  it.live("tells how much a client has left unread, and when it reads again", () =>
    Effect.gen(function*() {
      const { events, open, port } = yield* echo()
      const slow = connectTo(port)
      yield* Effect.addFinalizer(() => Effect.sync(() => slow.destroy()))
      slow.write(handshake("/ws", version))
      yield* eventually("it is open", () => open.length === 1)
      slow.pause()
      const message = "x".repeat(64 * 1024)
      yield* eventually("the kernel takes no more", () => {
        if (open[0]?.bufferedAmount() === 0) open[0].send(message)
        return (open[0]?.bufferedAmount() ?? 0) > 0
      })
      slow.on("data", () => {})
      slow.resume()
      yield* eventually("it drains", () => events.includes("drained") && open[0]?.bufferedAmount() === 0)
    }))

  it.live("tells that a client reads again, however little it had left unread", () =>
    Effect.gen(function*() {
      const { events, open, port } = yield* echo()
      const slow = connectTo(port)
      yield* Effect.addFinalizer(() => Effect.sync(() => slow.destroy()))
      slow.write(handshake("/ws", version))
      yield* eventually("it is open", () => open.length === 1)
      slow.pause()
      const message = "x".repeat(2 * 1024)
      let most = 0
      yield* eventually("the kernel takes no more", () => {
        for (let i = 0; i < 1_000 && open[0]?.bufferedAmount() === 0; i++) open[0].send(message)
        most = open[0]?.bufferedAmount() ?? 0
        return most > 0
      })
      assert.isAtMost(most, 2 * message.length)
      assert.notInclude(events, "drained")
      slow.on("data", () => {})
      slow.resume()
      yield* eventually("it is told", () => events.includes("drained"))
      assert.strictEqual(open[0]?.bufferedAmount(), 0)
    }))

  it.live("closes with 1013 who leaves more than 1 MiB unread", () =>
    Effect.gen(function*() {
      const { events, open, port } = yield* echo()
      const slow = connectTo(port)
      yield* Effect.addFinalizer(() => Effect.sync(() => slow.destroy()))
      slow.write(handshake("/ws", version))
      yield* eventually("it is open", () => open.length === 1)
      slow.pause()
      const message = "x".repeat(64 * 1024)
      let most = 0
      yield* eventually("it is closed", () => {
        open[0]?.send(message)
        most = Math.max(most, open[0]?.bufferedAmount() ?? 0)
        return most > 0 && open[0]?.bufferedAmount() === 0
      })
      assert.isAtMost(most, limits.bufferedBytes)
      let received = Buffer.alloc(0)
      slow.on("data", (data) => received = Buffer.concat([received, data]).subarray(-64))
      slow.resume()
      yield* eventually("it is told 1013", () => received.includes(Buffer.from([0x03, 0xf5])))
      slow.destroy()
      yield* eventually("the server forgets it", () => events.includes("closed"))
    }))

  it.live(
    "closes with 1013 who leaves everything unread for a while, however little it is",
    () =>
      Effect.gen(function*() {
        const { events, open, port } = yield* echo({ patience: { unread: 2 } })
        const slow = connectTo(port)
        yield* Effect.addFinalizer(() => Effect.sync(() => slow.destroy()))
        slow.write(handshake("/ws", version))
        yield* eventually("it is open", () => open.length === 1)
        slow.pause()
        const message = "x".repeat(64 * 1024)
        yield* eventually("the kernel takes no more", () => {
          if (open[0]?.bufferedAmount() === 0) open[0].send(message)
          return (open[0]?.bufferedAmount() ?? 0) > 0
        })
        const noise = setInterval(() => slow.write(textFrame("")), 100) // it is not silent
        yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(noise)))
        yield* eventually("it is closed", () => open[0]?.bufferedAmount() === 0, 45_000)
        clearInterval(noise)
        let received = Buffer.alloc(0)
        slow.on("data", (data) => received = Buffer.concat([received, data]).subarray(-64))
        slow.resume()
        // uWebSockets.js forgets what is unread, and the goodbye with it
        if (engine === "node") yield* eventually("it is told 1013", () => received.includes(Buffer.from([0x03, 0xf5])))
        slow.destroy()
        yield* eventually("the server forgets it", () => events.includes("closed"))
      }),
    180_000
  )

  it.live("closes with 1012 when it stops, and answers 503 from then on", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* listen(engine)
      const scope = yield* Scope.make()
      const events: Array<string> = []
      const listener: SocketListener = { message: () => {}, drained: () => {}, closed: () => events.push("closed") }
      yield* sockets.serve(() => listener).pipe(Scope.provide(scope))
      const client = yield* Client.open(port)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* client.closed).code, 1012)
      assert.deepStrictEqual(events, ["closed"])
      assert.deepInclude(problemIn((yield* say(port, [handshake("/ws", version)])).received), { status: 503 })
    }))

  it.live("survives clients that go away at any moment", () =>
    Effect.gen(function*() {
      const { events, open, port } = yield* echo()
      const whole = Buffer.concat([Buffer.from(handshake("/ws", version)), textFrame("one"), textFrame("two")])
      yield* Effect.forEach(
        Array.from({ length: 300 }, (_, i) => i),
        (i) => say(port, [whole.subarray(0, 1 + (i * 11) % whole.length).toString("latin1")], { patience: i % 7 }),
        { concurrency: 30 }
      )
      yield* eventually("all are forgotten", () => events.filter((event) => event === "closed").length === open.length)
      const client = yield* Client.open(port)
      client.send("alive")
      assert.strictEqual(yield* client.text, "alive")
    }))
})
