import { readNetworks } from "@ddd/core/accounts/ClientAddress"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Option, Scope } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { Socket } from "node:net"
import type { EngineOptions } from "../../src/engine/EngineOptions.ts"
import { limits } from "../../src/engine/Sockets.ts"
import { forIpv4, proxyHeader, tlsValue } from "../support/ProxyHeaders.ts"
import { type App, connectTo, engines, eventually, listen, problemIn, say, serve } from "./support.ts"

/** Tells where it was asked from. */
const told: App = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ peerAddress, protocol, remoteAddress }) =>
    HttpServerResponse.text(
      `from ${Option.getOrElse(remoteAddress, () => "?")} over ${
        Option.getOrElse(peerAddress, () => "?")
      } by ${protocol}.`
    )
)

const here = readNetworks("127.0.0.1") ?? []
const elsewhere = readNetworks("192.0.2.0/24") ?? []

const get = (...headers: ReadonlyArray<string>) =>
  ["GET / HTTP/1.1", "Host: x", "Connection: close", ...headers, "", ""].join("\r\n")

const handshake = (...headers: ReadonlyArray<string>) =>
  [
    "GET /ws HTTP/1.1",
    "Host: x",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    ...headers,
    "",
    ""
  ].join("\r\n")

const answerTo = (options: Partial<EngineOptions>, engine: (typeof engines)[number] = "node") =>
  Effect.map(serve(engine, told, options), ({ port }) => (...parts: ReadonlyArray<string | Buffer>) =>
    Effect.map(
      say(port, parts.map((part) => typeof part === "string" ? part : part.toString("latin1"))),
      ({ closed, received }) => {
        assert.isTrue(closed)
        return received.slice(received.indexOf("\r\n\r\n") + 4)
      }
    ))

describe.each(engines)("a client's address on %s", (engine) => {
  it.live("is told by the header of a trusted proxy, of which several lines are one list", () =>
    Effect.gen(function*() {
      const answer = yield* answerTo({ proxies: { networks: here, from: "x-forwarded-for" } }, engine)
      const list = get("X-Forwarded-For: 6.6.6.6, 198.51.100.4", "X-Forwarded-Proto: https")
      assert.strictEqual(yield* answer(list), "from 198.51.100.4 over 127.0.0.1 by https.")
      const lines = get("X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 198.51.100.4", "Forwarded: for=6.6.6.7")
      assert.strictEqual(yield* answer(lines), "from 198.51.100.4 over 127.0.0.1 by undefined.")
      assert.strictEqual(yield* answer(get()), "from 127.0.0.1 over 127.0.0.1 by undefined.")
      const forwarded = yield* answerTo({ proxies: { networks: here, from: "forwarded" } }, engine)
      assert.strictEqual(
        yield* forwarded(get("Forwarded: for=\"[2001:db8::7]:1\";proto=http", "X-Forwarded-For: 6.6.6.6")),
        "from 2001:db8::7 over 127.0.0.1 by http."
      )
    }))

  it.live("is the connection's, whatever is said, where no proxy or another one is trusted", () =>
    Effect.gen(function*() {
      const said = get("X-Forwarded-For: 6.6.6.6", "Forwarded: for=6.6.6.6;proto=http", "X-Forwarded-Proto: http")
      for (const proxies of [undefined, { networks: elsewhere, from: "x-forwarded-for" as const }]) {
        const answer = yield* answerTo({ proxies }, engine)
        assert.strictEqual(yield* answer(said), "from 127.0.0.1 over 127.0.0.1 by undefined.")
      }
    }))

  it.live("counts for WebSockets too, which are not opened to who came unencrypted where https is asked for", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* serve(engine, told, {
        isHttpsOnly: true,
        proxies: { networks: here, from: "x-forwarded-for" }
      })
      yield* sockets.serve(() => ({ message: () => {}, drained: () => {}, closed: () => {} }))
      const answer = (...headers: ReadonlyArray<string>) =>
        Effect.map(
          say(port, [handshake(...headers)], { until: (text) => text.includes("\r\n\r\n") }),
          ({ received }) => received
        )
      assert.deepInclude(problemIn(yield* answer("X-Forwarded-Proto: https", "X-Forwarded-Proto: http")), {
        status: 403,
        code: "https_required"
      })
      assert.match(yield* answer("X-Forwarded-Proto: https"), /^HTTP\/1\.1 101 /)
      assert.match(yield* answer(), /^HTTP\/1\.1 101 /)
    }))
})

describe("a network behind a trusted proxy", () => {
  it.live("has as many WebSockets as any other, and takes none of another's", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* serve("node", told, { proxies: { networks: here, from: "x-forwarded-for" } })
      let count = 0
      yield* sockets.serve(() => {
        count++
        return { message: () => {}, drained: () => {}, closed: () => {} }
      })
      const open: Array<Socket> = []
      yield* Effect.addFinalizer(() => Effect.sync(() => open.forEach((socket) => socket.destroy())))
      for (let opened = 0; opened < limits.socketsOfNetwork; opened += 100) {
        for (let host = 0; host < 100; host++) {
          const socket = connectTo(port)
          socket.resume().write(handshake(`X-Forwarded-For: 198.51.100.${host}`))
          open.push(socket)
        }
        yield* eventually("they are open", () => count === opened + 100)
      }
      const one = (from: string) =>
        Effect.map(
          say(port, [handshake(`X-Forwarded-For: ${from}`)], { until: (text) => text.includes("\r\n\r\n") }),
          ({ received }) => received
        )
      assert.deepInclude(problemIn(yield* one("198.51.100.200")), { status: 429, code: "rate_limited" })
      assert.match(yield* one("198.51.101.200"), /^HTTP\/1\.1 101 /)
    }), 180_000)
})

describe("the PROXY protocol", () => {
  const proxies = { networks: here, from: "proxy-protocol" } as const

  it.live("tells the client of a connection before its first request, in one write or byte by byte", () =>
    Effect.gen(function*() {
      const answer = yield* answerTo({ proxies })
      const header = forIpv4("198.51.100.4", tlsValue(true))
      const expected = "from 198.51.100.4 over 127.0.0.1 by https."
      const ignored = get("X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: http")
      assert.strictEqual(yield* answer(Buffer.concat([header, Buffer.from(ignored)])), expected)
      assert.strictEqual(yield* answer(header, ignored), expected)
      const { port } = yield* serve("node", told, { proxies })
      const bytes = Array.from(Buffer.concat([header, Buffer.from(get())]).toString("latin1"))
      const { received } = yield* say(port, bytes, { gap: 1 })
      assert.isTrue(received.endsWith(expected), received)
    }))

  it.live("takes a proxy that looks after us for itself", () =>
    Effect.gen(function*() {
      const answer = yield* answerTo({ proxies })
      assert.strictEqual(
        yield* answer(proxyHeader({ command: 0x20, family: 0 }), get()),
        "from 127.0.0.1 over 127.0.0.1 by undefined."
      )
    }))

  it.live("opens WebSockets", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* serve("node", told, { proxies })
      const opened: Array<string> = []
      yield* sockets.serve((socket) => {
        socket.send("hello")
        return { message: (text) => opened.push(text), drained: () => {}, closed: () => {} }
      })
      const text = "\x81\x83\0\0\0\0hey"
      const { received } = yield* say(port, [forIpv4("198.51.100.4").toString("latin1") + handshake() + text], {
        until: (answer) => answer.includes("hello") && opened.length > 0
      })
      assert.match(received, /^HTTP\/1\.1 101 /)
      assert.deepStrictEqual(opened, ["hey"])
    }))

  it.live("is asked of a trusted proxy: who begins otherwise is cut off without an answer", () =>
    Effect.gen(function*() {
      const { port } = yield* serve("node", told, { proxies })
      for (const bytes of [get(), "PROXY TCP4 198.51.100.4 10.0.0.1 49153 443\r\n" + get(), "\r\n\r\nG"]) {
        const { closed, received } = yield* say(port, [bytes])
        assert.deepStrictEqual([received, closed], ["", true], bytes)
      }
    }))

  it.live("is unlawful bytes to everybody else, who is served without it", () =>
    Effect.gen(function*() {
      const answer = yield* answerTo({ proxies: { networks: elsewhere, from: "proxy-protocol" } })
      assert.strictEqual(yield* answer(get()), "from 127.0.0.1 over 127.0.0.1 by undefined.")
      assert.include(yield* answer(Buffer.concat([forIpv4("6.6.6.6"), Buffer.from(get())])), "invalid_request")
    }))

  it.live("26: who takes over 10 s to send its header is cut off then", () =>
    Effect.gen(function*() {
      const { port } = yield* serve("node", told, { proxies })
      const slow = { gap: 1_000, patience: 30_000 }
      const header = Array.from(forIpv4("198.51.100.4").toString("latin1"))
      const [silent, slowly] = yield* Effect.all([say(port, [], slow), say(port, header, slow)], { concurrency: 2 })
      for (const { closed, elapsed } of [silent, slowly]) {
        assert.isTrue(closed)
        assert.isAbove(elapsed, 9_900)
        assert.isBelow(elapsed, 25_000)
      }
    }), 180_000)

  it.live("keeps no server from stopping where it is waited for", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port } = yield* serve("node", told, { proxies }).pipe(Scope.provide(scope))
      const client = connectTo(port)
      yield* Effect.addFinalizer(() => Effect.sync(() => client.destroy()))
      let [isOpen, isClosed] = [false, false]
      client.on("connect", () => isOpen = client.write("\r\n")).on("close", () => isClosed = true).resume()
      yield* eventually("it is open", () => isOpen)
      yield* Scope.close(scope, Exit.void).pipe(Effect.timeout("8 seconds"))
      yield* eventually("it is cut off", () => isClosed)
    }))

  it.live("is not had of uWebSockets.js, which would take it from anybody", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(Effect.scoped(listen("uws", { proxies })))
      assert.isTrue(Exit.isFailure(exit))
    }))
})
