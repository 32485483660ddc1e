import { readNetworks } from "@ddd/core/accounts/ClientAddress"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Option, Predicate, Result, Scope, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { connect as connectPlain, createServer, Socket } from "node:net"
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls"
import { readTlsContext } from "../../src/engine/node/TlsContext.ts"
import { firstCert, firstTls, secondCert, secondTls } from "../support/Certificates.ts"
import { forIpv4, tlsValue } from "../support/ProxyHeaders.ts"
import { type App, eventually, listen, say, serve } from "./support.ts"

const tls = () => firstTls

const echo: App = Effect.gen(function*() {
  const { headers, protocol, remoteAddress, text } = yield* HttpServerRequest.HttpServerRequest
  return HttpServerResponse.text(
    `${Option.getOrElse(remoteAddress, () => "?")} ${protocol} ${headers["x"] ?? ""} ${yield* text}.`
  )
})

const head = (line: string, ...headers: ReadonlyArray<string>) =>
  `${line} HTTP/1.1\r\n${["Host: x", ...headers].join("\r\n")}\r\n\r\n`

/** A client over TLS, which keeps what it was sent; ended with the scope. */
const open = (port: number, options: ConnectionOptions = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const socket: TLSSocket = connect({ port, host: "127.0.0.1", ca: [firstCert, secondCert], ...options })
      const client = { socket, received: "", isClosed: false, error: "" }
      socket.on("data", (data) => client.received += data.toString("latin1"))
      socket.on("error", (error) => client.error = String(Reflect.get(error, "code") ?? error.message))
      socket.on("close", () => client.isClosed = true)
      return client
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

const ask = (port: number, request: string, options: ConnectionOptions = {}) =>
  Effect.gen(function*() {
    const client = yield* open(port, options)
    client.socket.write(request)
    yield* eventually("it is answered, or not", () => client.isClosed)
    return client
  })

const once = head("GET /", "Connection: close")

describe("TLS", () => {
  it.live("carries requests, answers and streams as a connection in the open does", () =>
    Effect.gen(function*() {
      const { port } = yield* serve("node", echo, { tls })
      const { received, socket } = yield* ask(port, once)
      assert.match(received, /^HTTP\/1\.1 200 /)
      assert.isTrue(received.endsWith("127.0.0.1 https  ."), received)
      assert.strictEqual(socket.authorizationError, null)
      const client = yield* open(port)
      for (const part of ["POST / HTTP/1.1\r\nHo", "st: x\r\nContent-Length: 5\r\n\r\nab", "cde"]) {
        client.socket.write(part)
      }
      yield* eventually("the first", () => client.received.includes("abcde."))
      client.socket.end(once) // it has sent its last byte, and is answered
      yield* eventually("the second", () => client.received.split("HTTP/1.1 200").length === 3)
    }))

  it.live("is spoken by version 1.2 or 1.3 with ciphers that are strong, and never in the open", () =>
    Effect.gen(function*() {
      const { port } = yield* serve("node", echo, { tls })
      for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
        const { received } = yield* ask(port, once, { minVersion: version, maxVersion: version })
        assert.match(received, /^HTTP\/1\.1 200 /, version)
      }
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const
      const weak = { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA256" } as const
      const other = { ALPNProtocols: ["h2"] }
      for (const options of [old, weak, other]) {
        const { error, received } = yield* ask(port, once, options)
        assert.strictEqual(received, "")
        assert.notStrictEqual(error, "", JSON.stringify(options))
      }
      const plain = yield* say(port, [once])
      assert.isTrue(plain.closed)
      assert.notInclude(plain.received, "HTTP")
      assert.match((yield* ask(port, once, { ALPNProtocols: ["h2", "http/1.1"] })).received, /^HTTP\/1\.1 200 /)
    }))

  it.live("has the next connection by another certificate, and keeps those that are open", () =>
    Effect.gen(function*() {
      let current = firstTls
      const { port } = yield* serve("node", echo, { tls: () => current })
      const before = yield* open(port)
      before.socket.write(head("GET /", "X: one"))
      yield* eventually("it is answered", () => before.received.includes("one"))
      assert.strictEqual(before.socket.getPeerCertificate().subject.CN, "first.localhost")
      current = secondTls
      const after = yield* open(port)
      yield* eventually("it is open", () => after.socket.authorized)
      assert.strictEqual(after.socket.getPeerCertificate().subject.CN, "second.localhost")
      before.socket.write(head("GET /", "X: two"))
      yield* eventually("the first is served on", () => before.received.includes("two"))
    }))

  it.live("is opened behind the header of a trusted proxy, whose client counts", () =>
    Effect.gen(function*() {
      const networks = readNetworks("127.0.0.1") ?? []
      const { port } = yield* serve("node", echo, { tls, proxies: { networks, from: "proxy-protocol" } })
      const proxy = connectPlain(port, "127.0.0.1")
      // that the proxy was reached without TLS says nothing of what goes through it
      proxy.write(forIpv4("198.51.100.4", tlsValue(false)))
      const { received } = yield* ask(port, once, { socket: proxy })
      assert.isTrue(received.endsWith("198.51.100.4 https  ."), received)
      const hello = yield* recorded
      const together = yield* say(port, [forIpv4("198.51.100.4").toString("latin1") + hello], {
        until: (answer) => answer.startsWith("\x16\x03\x03")
      })
      assert.isFalse(together.closed) // the server's part of the handshake has come
    }))

  it.live(
    "cuts off who does not open it in time, or is slow behind it; and not before (check 26)",
    () =>
      Effect.gen(function*() {
        const { port } = yield* serve("node", echo, { tls })
        const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i))
        const slow = { gap: 1_000, patience: 30_000 }
        const hello = yield* recorded
        const slowly = (parts: ReadonlyArray<string>) =>
          Effect.gen(function*() {
            const client = yield* open(port)
            const begun = performance.now()
            let next = 0
            const writing = setInterval(() => client.socket.write(parts[next++] ?? ""), 1_000)
            yield* eventually("it is cut off", () => client.isClosed, 45_000)
            clearInterval(writing)
            return { closed: client.isClosed, elapsed: performance.now() - begun }
          })
        const outcomes = yield* Effect.all([
          say(port, [], slow),
          say(port, Array.from(hello), slow),
          slowly(["GET / HTTP/1.1\r\n", ...letters.map((letter) => `${letter}: 1\r\n`)]),
          slowly([head("POST /", "Content-Length: 100"), ...letters]),
          slowly([])
        ], { concurrency: 5 })
        for (const { closed, elapsed } of outcomes) {
          assert.isTrue(closed)
          assert.isAbove(elapsed, 9_900)
          assert.isBelow(elapsed, 25_000)
        }
      }),
    180_000
  )

  it.live("streams at the pace of the reader, and cuts off who reads nothing", () =>
    Effect.gen(function*() {
      let made = 0
      const chunk = new Uint8Array(64 * 1024).fill(97)
      const stream = Stream.range(1, 800).pipe(
        Stream.rechunk(1),
        Stream.map(() => {
          made++
          return chunk
        })
      )
      const { port } = yield* serve("node", Effect.succeed(HttpServerResponse.stream(stream)), {
        tls,
        patience: { unread: 2 }
      })
      const client = yield* open(port)
      client.socket.pause()
      client.socket.write(head("GET /"))
      yield* eventually("the stream begins", () => made > 10)
      let before = -1
      yield* eventually("the stream waits for its reader", () => {
        const still = made === before
        before = made
        return still
      })
      assert.isBelow(made, 400)
      const cutOff = Effect.callback<void>((resume) => {
        client.socket.on("close", () => resume(Effect.void))
        const writing = setInterval(() => client.socket.write("x"), 50) // who reads nothing learns of the end by writing
        return Effect.sync(() => clearInterval(writing))
      })
      yield* Effect.timeout(cutOff, "45 seconds")
    }), 180_000)

  it.live(
    "holds no more of what is not read than came in one read, however small the pieces are",
    () =>
      Effect.gen(function*() {
        const began = yield* Deferred.make<void>()
        const mayEnd = yield* Deferred.make<void>()
        const accepted: Array<Socket> = []
        const accept = (message: unknown) => {
          if (Predicate.hasProperty(message, "socket") && message.socket instanceof Socket) {
            accepted.push(message.socket)
          }
        }
        subscribe("net.server.socket", accept)
        yield* Effect.addFinalizer(() => Effect.sync(() => unsubscribe("net.server.socket", accept)))
        const answer = Deferred.succeed(began, undefined).pipe(
          Effect.andThen(Deferred.await(mayEnd)),
          Effect.as(HttpServerResponse.text("answered"))
        )
        const { port } = yield* serve("node", answer, { tls })
        const client = yield* open(port)
        client.socket.write(head("GET /"))
        yield* Deferred.await(began)
        const taken = accepted[0]?.bytesRead ?? Infinity
        // each of them is a record of its own
        for (const byte of head(`GET /${"x".repeat(12_000)}`, "Connection: close")) client.socket.write(byte)
        yield* eventually("what can be sent is sent", () => client.socket.writableLength > 0)
        let before = -1
        yield* eventually("no more is taken", () => {
          const still = accepted[0]?.bytesRead === before
          before = accepted[0]?.bytesRead ?? 0
          return still && before > taken
        })
        assert.isAtMost(before - taken, 2 * 64 * 1024)
        yield* Deferred.succeed(mayEnd, undefined)
        yield* eventually("both requests are answered", () => client.received.split("answered").length === 3)
      }),
    180_000
  )

  it.live("carries WebSockets", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* serve("node", echo, { tls })
      const heard: Array<string> = []
      yield* sockets.serve((socket) => ({
        message: (text) => {
          heard.push(text)
          socket.close(1000, "")
        },
        drained: () => {},
        closed: () => heard.push("closed")
      }))
      const handshake = [
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13"
      ]
      const client = yield* open(port)
      client.socket.write(head("GET /ws", ...handshake))
      yield* eventually("it is open", () => client.received.startsWith("HTTP/1.1 101 "))
      client.socket.write(Buffer.from("\x81\x83\0\0\0\0hey", "latin1"))
      yield* eventually("it is told goodbye", () => client.received.endsWith("\x88\x02\x03\xe8"))
      client.socket.write(Buffer.from("\x88\x82\0\0\0\0\x03\xe8", "latin1"))
      yield* eventually("it is over", () => client.isClosed && heard.length === 2)
      assert.deepStrictEqual(heard, ["hey", "closed"])
    }))

  it.live("survives clients that go away at any moment, and stops in spite of one that never opens it", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port } = yield* serve("node", echo, { tls }).pipe(Scope.provide(scope))
      const hello = yield* recorded
      yield* Effect.forEach(Array.from({ length: 200 }, (_, i) => i), (i) =>
        i % 2 === 0
          ? say(port, [hello.slice(0, 1 + (i * 7) % hello.length)], { patience: i % 12 })
          : Effect.scoped(Effect.gen(function*() {
            const client = yield* open(port)
            client.socket.write(head("POST /", "Content-Length: 5") + "hello".slice(0, i % 6))
            if (i % 4 === 1) yield* eventually("it is open", () => client.socket.authorized)
          })), { concurrency: 20 })
      assert.match((yield* ask(port, once)).received, /^HTTP\/1\.1 200 /)
      const waiting = yield* open(port, { socket: connectPlain(port, "127.0.0.1") })
      yield* eventually("it is open", () => waiting.socket.authorized)
      const silent = connectPlain(port, "127.0.0.1")
      let isClosed = false
      silent.on("close", () => isClosed = true).on("error", () => {}).resume()
      yield* Scope.close(scope, Exit.void).pipe(Effect.timeout("8 seconds"))
      yield* eventually("all are cut off", () => waiting.isClosed && isClosed)
    }))

  it("takes a certificate with its own key, and says what is wrong with another", () => {
    const key = readTlsContext(firstCert, Buffer.from("no key"))
    assert.isTrue(Result.isFailure(key))
    assert.isTrue(Result.isFailure(readTlsContext(Buffer.from(""), firstCert)))
    assert.isTrue(firstTls.validTo.getUTCFullYear() === 2099)
  })

  it.live("is not had of uWebSockets.js, which stands behind a proxy", () =>
    Effect.gen(function*() {
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.scoped(listen("uws", { tls })))))
    }))
})

/** What a client says first. */
const recorded: Effect.Effect<string> = Effect.callback((resume) => {
  const server = createServer((socket) => {
    socket.on("error", () => {}).once("data", (hello) => {
      socket.destroy()
      server.close()
      resume(Effect.succeed(hello.toString("latin1")))
    })
  })
  server.listen(0, "127.0.0.1", () => {
    const bound = server.address()
    if (bound === null || typeof bound === "string") return
    connect({ port: bound.port, host: "127.0.0.1" }).on("error", () => {})
  })
})
