import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Predicate, Scope, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { Socket } from "node:net"
import { Readable } from "node:stream"
import { type App, connectTo, engines, eventually, listen, problemIn, say, serve } from "./support.ts"

/** Answers with what it was asked. */
const echo: App = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const text = yield* request.text
  return HttpServerResponse.jsonUnsafe({
    method: request.method,
    url: request.url,
    from: Option.getOrNull(request.remoteAddress),
    text,
    again: yield* request.text,
    cookie: request.cookies["a"] ?? null
  }, { headers: { "x-one": "1" } })
})

const fetchText = (url: string, init?: RequestInit) =>
  Effect.promise(async (signal) => {
    const response = await fetch(url, { signal, ...init })
    return { status: response.status, headers: response.headers, text: await response.text() }
  })

const head = (line: string, ...headers: ReadonlyArray<string>) =>
  `${line} HTTP/1.1\r\n${["Host: x", ...headers].join("\r\n")}\r\n\r\n`

describe.each(engines)("HttpServer on %s", (engine) => {
  it.live("hands method, address, query, headers and body to the application, and its answer back", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(engine, echo)
      const get = yield* fetchText(`${url}/a/b?x=1&y=%20`, { headers: { cookie: "a=b" } })
      assert.strictEqual(get.status, 200)
      assert.strictEqual(get.headers.get("x-one"), "1")
      assert.deepStrictEqual(JSON.parse(get.text), {
        method: "GET",
        url: "/a/b?x=1&y=%20",
        from: "127.0.0.1",
        text: "",
        again: "",
        cookie: "b"
      })
      const post = yield* fetchText(`${url}/`, { method: "POST", body: "grüße" })
      assert.deepInclude(JSON.parse(post.text), { method: "POST", text: "grüße", again: "grüße" })
      const inParts = yield* say(
        Number(new URL(url).port),
        [head("PUT /c", "Content-Length: 5"), "abc", "de"],
        { gap: 20, until: (received) => received.includes("}") }
      )
      assert.include(inParts.received, "\"text\":\"abcde\"")
    }))

  it.live("answers HEAD with the length of what GET would say, and without a body", () =>
    Effect.gen(function*() {
      const { port } = yield* serve(engine, Effect.succeed(HttpServerResponse.text("hello")))
      const { received } = yield* say(port, [head("HEAD /", "Connection: close")])
      assert.match(received, /^HTTP\/1\.1 200 OK\r\n/)
      assert.match(received, /content-length: 5\r\n/i)
      assert.isTrue(received.endsWith("\r\n\r\n"))
    }))

  it.live("sends what a Node stream reads, as files are given, and its length alone for HEAD", () =>
    Effect.gen(function*() {
      const file = Effect.sync(() =>
        HttpServerResponse.raw(Readable.from([Buffer.from("con"), Buffer.from("tent")]), {
          headers: { "content-length": "7", "content-type": "text/plain" }
        })
      )
      const { port, url } = yield* serve(engine, file)
      assert.strictEqual((yield* fetchText(url)).text, "content")
      const { received } = yield* say(port, [head("HEAD /", "Connection: close")])
      assert.match(received, /content-length: 7\r\n/i)
      assert.isTrue(received.endsWith("\r\n\r\n"))
    }))

  it.live("streams, at the pace of the reader", () =>
    Effect.gen(function*() {
      let made = 0
      const chunk = new Uint8Array(64 * 1024).fill(97)
      const { port } = yield* serve(
        engine,
        Effect.succeed(HttpServerResponse.stream(
          Stream.range(1, 800).pipe(
            Stream.rechunk(1),
            Stream.map(() => {
              made++
              return chunk
            })
          )
        ))
      )
      const socket = connectTo(port)
      yield* Effect.addFinalizer(() => Effect.sync(() => socket.destroy()))
      socket.pause()
      socket.write(head("GET /"))
      yield* eventually("the stream begins", () => made > 10)
      let before = -1
      yield* eventually("the stream waits for its reader", () => {
        const still = made === before
        before = made
        return still
      })
      assert.isBelow(made, 400)
      let bytes = 0
      socket.on("data", (data) => bytes += data.length)
      socket.resume()
      yield* eventually("all of it arrives", () => bytes > 800 * chunk.length)
      assert.strictEqual(made, 800)
    }))

  it.live("cuts off the answer where its stream fails: half a body does not look whole", () =>
    Effect.gen(function*() {
      const { port } = yield* serve(
        engine,
        Effect.succeed(HttpServerResponse.stream(Stream.concat(
          Stream.succeed(new TextEncoder().encode("half")),
          Stream.fail(new Error("the other half is lost"))
        )))
      )
      const { closed, received } = yield* say(port, [head("GET /")])
      assert.isTrue(closed)
      assert.isFalse(received.endsWith("0\r\n\r\n"))
    }))

  it.live("takes a body at the cap and refuses one byte more with 413", () =>
    Effect.gen(function*() {
      let asked = 0
      const { url } = yield* serve(engine, Effect.tap(echo, () => Effect.sync(() => asked++)))
      const full = yield* fetchText(url, { method: "POST", body: "x".repeat(64 * 1024) })
      assert.strictEqual(full.status, 200)
      assert.strictEqual(asked, 1)
      const over = yield* fetchText(url, {
        method: "POST",
        body: "x".repeat(64 * 1024 + 1),
        headers: { "x-request-id": "mine-1" }
      })
      assert.strictEqual(over.status, 413)
      assert.strictEqual(over.headers.get("content-type"), "application/problem+json")
      assert.deepStrictEqual(JSON.parse(over.text), {
        type: "about:blank",
        title: "Payload Too Large",
        status: 413,
        code: "payload_too_large",
        detail: "The body is larger than 65536 bytes.",
        requestId: "mine-1"
      })
      assert.strictEqual(asked, 1)
    }))

  it.live("takes the cap of each path", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(engine, echo, {
        bodyBytesMax: (url) => url.startsWith("/large?") ? 70_000 : 10
      })
      const status = (path: string, length: number) =>
        Effect.map(fetchText(`${url}${path}`, { method: "POST", body: "x".repeat(length) }), ({ status }) => status)
      assert.strictEqual(yield* status("", 10), 200)
      assert.strictEqual(yield* status("", 11), 413)
      assert.strictEqual(yield* status("/large?x=1", 70_000), 200)
      assert.strictEqual(yield* status("/large?x=1", 70_001), 413)
    }))

  it.live("27: differing Content-Lengths are answered with a problem", () =>
    Effect.gen(function*() {
      const { port } = yield* serve(engine, echo)
      const { received } = yield* say(port, [head("POST /", "Content-Length: 5", "Content-Length: 6"), "hello!"])
      assert.deepInclude(problemIn(received), { status: 400, code: "invalid_request" })
    }))

  it.live("refuses a request that names itself by two keys, and does nothing", () =>
    Effect.gen(function*() {
      let asked = 0
      const { port } = yield* serve(engine, Effect.tap(echo, () => Effect.sync(() => asked++)))
      for (const keys of [["Idempotency-Key: a", "idempotency-key: b"], ["Idempotency-Key: a", "Idempotency-Key: a"]]) {
        const { closed, received } = yield* say(port, [head("POST /", ...keys, "Content-Length: 2"), "{}"])
        assert.deepInclude(problemIn(received), { status: 400, code: "invalid_request" })
        assert.isTrue(closed)
      }
      assert.strictEqual(asked, 0)
      const once = yield* say(port, [head("POST /", "Idempotency-Key: a, b", "Connection: close")])
      assert.match(once.received, /^HTTP\/1\.1 200 /)
    }))

  it.live("27: TRACE is answered 405, with what is allowed", () =>
    Effect.gen(function*() {
      const { port } = yield* serve(engine, echo)
      const { received } = yield* say(port, [head("TRACE /", "Cookie: secret=1")])
      assert.deepInclude(problemIn(received), { status: 405, code: "method_not_allowed" })
      assert.match(received, /allow: GET/i)
      assert.notInclude(received, "secret")
    }))

  it.live("does not begin to serve a request whose body never arrives whole", () =>
    Effect.gen(function*() {
      let asked = 0
      const { port } = yield* serve(engine, Effect.tap(echo, () => Effect.sync(() => asked++)))
      yield* say(port, [head("POST /", "Content-Length: 50"), "half"], { patience: 100 })
      assert.strictEqual(asked, 0)
    }))

  it.live("interrupts the handler whose client went away", () =>
    Effect.gen(function*() {
      const began = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<Exit.Exit<unknown, unknown>>()
      const { port } = yield* serve(
        engine,
        Deferred.succeed(began, undefined).pipe(
          Effect.andThen(Effect.never),
          Effect.interruptible, // as every handler of a router is
          Effect.onExit((exit) => Deferred.succeed(ended, exit))
        )
      )
      const client = connectTo(port)
      client.write(head("GET /"))
      yield* Deferred.await(began)
      client.resetAndDestroy() // one that has merely sent its last byte may still be answered
      assert.isTrue(Exit.hasInterrupts(yield* Deferred.await(ended)))
    }))

  it.live("28: survives clients that go away at any moment", () =>
    Effect.gen(function*() {
      const { port, url } = yield* serve(
        engine,
        Effect.gen(function*() {
          const request = yield* HttpServerRequest.HttpServerRequest
          if (request.url === "/late") yield* Effect.sleep("2 millis")
          if (request.url === "/stream") {
            return HttpServerResponse.stream(
              Stream.range(1, 50).pipe(
                Stream.tap(() => Effect.sleep("1 millis")),
                Stream.map(() => new Uint8Array(4096))
              )
            )
          }
          return HttpServerResponse.text(yield* request.text)
        })
      )
      const text = [
        head("GET /now"),
        head("GET /late"),
        head("GET /stream"),
        head("POST /late", "Content-Length: 5") + "hello"
      ]
      yield* Effect.forEach(Array.from({ length: 1_000 }, (_, i) => i), (i) => {
        const request = text[i % text.length] ?? ""
        return say(port, [request.slice(0, 1 + (i * 7) % request.length)], { patience: i % 12 })
      }, { concurrency: 50 })
      assert.strictEqual((yield* fetchText(`${url}/late`, { method: "POST", body: "alive" })).text, "alive")
    }))

  it.live("answers a handler that dies with 500, and one with an unlawful header too", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(
        engine,
        Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ url }) =>
          url === "/header"
            ? Effect.succeed(HttpServerResponse.text("", { headers: { "x-a": "1\r\nset-cookie: stolen=1" } }))
            : Effect.die(new Error("a secret")))
      )
      for (const path of ["/header", "/die"]) {
        const answer = yield* fetchText(`${url}${path}`)
        assert.strictEqual(answer.status, 500)
        assert.notInclude(answer.text, "secret")
        assert.isNull(answer.headers.get("set-cookie"))
      }
    }))

  it.live("is not deceived by headers named like members of objects", () =>
    Effect.gen(function*() {
      const { port } = yield* serve(
        engine,
        Effect.map(HttpServerRequest.HttpServerRequest, ({ headers }) =>
          HttpServerResponse.text(`${String(headers["constructor"])} ${headers["authorization"]} ${headers["x"]}`))
      )
      const { received } = yield* say(port, [
        head(
          "GET /",
          "Constructor: c",
          "__proto__: p",
          "Authorization: first",
          "Authorization: second",
          "X: 1",
          "X: 2",
          "Connection: close"
        )
      ])
      assert.isTrue(received.endsWith("c first 1, 2"))
    }))

  it.live("answers 503 before there is an application, and again after", () =>
    Effect.gen(function*() {
      const { server, url } = yield* listen(engine)
      const early = yield* fetchText(url)
      assert.strictEqual(early.status, 503)
      assert.strictEqual(early.headers.get("retry-after"), "1")
      assert.strictEqual(JSON.parse(early.text).code, "unavailable")
      yield* server.serve(echo)
      assert.strictEqual((yield* fetchText(url)).status, 200)
    }))

  it.live("refuses a port that is taken", () =>
    Effect.gen(function*() {
      const { port } = yield* listen(engine)
      const exit = yield* Effect.exit(Effect.scoped(listen(engine, { port })))
      assert.isTrue(Exit.isFailure(exit))
    }))

  it.live("stops gracefully: no new connections, requests under way are finished", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const began = yield* Deferred.make<void>()
      const mayEnd = yield* Deferred.make<void>()
      const { port, url } = yield* serve(
        engine,
        Deferred.succeed(began, undefined).pipe(
          Effect.andThen(Deferred.await(mayEnd)),
          Effect.as(HttpServerResponse.text("finished"))
        )
      ).pipe(Scope.provide(scope))
      const answer = yield* Effect.forkChild(fetchText(url))
      yield* Deferred.await(began)
      const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      const refused = yield* Effect.result(Effect.tryPromise(() => fetch(url)))
      assert.strictEqual(refused._tag, "Failure")
      yield* Deferred.succeed(mayEnd, undefined)
      assert.strictEqual((yield* Fiber.join(answer)).text, "finished")
      yield* Fiber.join(stopping)
      assert.isTrue((yield* say(port, [head("GET /")])).closed)
    }))

  it.live("stops in spite of a request that never ends, once the grace period is over", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const began = yield* Deferred.make<void>()
      const { port } = yield* serve(
        engine,
        Effect.andThen(Deferred.succeed(began, undefined), Effect.never),
        { gracePeriod: "100 millis" }
      ).pipe(Scope.provide(scope))
      const client = yield* Effect.forkChild(say(port, [head("GET /")]))
      yield* Deferred.await(began)
      yield* Scope.close(scope, Exit.void).pipe(Effect.timeout("8 seconds"))
      assert.isTrue((yield* Fiber.join(client)).closed)
    }))
})

describe("one connection that sends without waiting", () => {
  it.live("is answered in order, and others are answered meanwhile", () =>
    Effect.gen(function*() {
      let asked = 0
      const { port, url } = yield* serve(
        "node",
        Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) => HttpServerResponse.text(`${url} ${++asked};`))
      )
      const socket = connectTo(port)
      yield* Effect.addFinalizer(() => Effect.sync(() => socket.destroy()))
      let received = ""
      socket.on("data", (data) => received += data.toString())
      socket.write(head("GET /many").repeat(50_000))
      yield* eventually("it is served", () => received.includes("/many 100;"))
      const other = yield* fetchText(`${url}/other`)
      assert.match(other.text, /^\/other \d+;$/)
      assert.isBelow(asked, 50_000)
      const order = Array.from(received.matchAll(/\/many (\d+);/g), ([, count]) => Number(count))
      assert.deepStrictEqual(order, order.toSorted((a, b) => a - b))
    }))

  it.live("and reads nothing has no more than a few answers made, and is cut off", () =>
    Effect.gen(function*() {
      let asked = 0
      const { port } = yield* serve(
        "node",
        Effect.sync(() => {
          asked++
          return HttpServerResponse.text("x".repeat(256 * 1024))
        }),
        { patience: { unread: 2 } }
      )
      const socket = connectTo(port)
      yield* Effect.addFinalizer(() => Effect.sync(() => socket.destroy()))
      socket.pause()
      socket.write(head("GET /").repeat(2_500))
      let before = -1
      yield* eventually("nothing more is made", () => {
        const still = asked > 0 && asked === before
        before = asked
        return still
      }, 45_000)
      assert.isBelow(asked, 200)
      const cutOff = Effect.callback<void>((resume) => {
        socket.on("error", () => resume(Effect.void))
        const writing = setInterval(() => socket.write("x"), 50) // who reads nothing learns of the end by writing
        return Effect.sync(() => clearInterval(writing))
      })
      yield* Effect.timeout(cutOff, "45 seconds")
    }), 180_000)
})

describe("more connections than the server takes", () => {
  it.live("are cut off; those that were there before are served, and others once there is room", () =>
    Effect.gen(function*() {
      const { port } = yield* serve("node", echo, { connectionsMax: 2 })
      const [first, second] = [connectTo(port), connectTo(port)]
      yield* Effect.addFinalizer(() => Effect.sync(() => [first, second].forEach((socket) => socket.destroy())))
      let received = ""
      first.on("data", (data) => received += data.toString())
      second.write(head("GET /second"))
      first.write(head("GET /first"))
      yield* eventually("the first is served", () => received.includes("/first"))
      const third = yield* say(port, [head("GET /third")])
      assert.deepInclude(third, { received: "", closed: true })
      first.write(head("GET /again"))
      yield* eventually("the first is served on", () => received.includes("/again"))
      second.destroy()
      const tryAgain = Effect.map(say(port, [head("GET /fourth", "Connection: close")]), ({ received }) => received)
      const fourth = yield* Effect.repeat(tryAgain, { until: (received) => received !== "", times: 100 })
      assert.match(fourth, /^HTTP\/1\.1 200 /)
    }))
})

describe("a client that sends single bytes", () => {
  it.live("has no more than a few kept apart while it waits for its answer", () =>
    Effect.gen(function*() {
      const began = yield* Deferred.make<void>()
      const mayEnd = yield* Deferred.make<void>()
      const accepted: Array<Socket> = []
      const accept = (message: unknown) => {
        if (Predicate.hasProperty(message, "socket") && message.socket instanceof Socket) accepted.push(message.socket)
      }
      subscribe("net.server.socket", accept)
      yield* Effect.addFinalizer(() => Effect.sync(() => unsubscribe("net.server.socket", accept)))
      const { port } = yield* serve(
        "node",
        Deferred.succeed(began, undefined).pipe(
          Effect.andThen(Deferred.await(mayEnd)),
          Effect.as(HttpServerResponse.text("answered"))
        )
      )
      const client = connectTo(port, { noDelay: true })
      yield* Effect.addFinalizer(() => Effect.sync(() => client.destroy()))
      let received = ""
      client.on("data", (data) => received += data.toString())
      client.write(head("GET /"))
      yield* Deferred.await(began)
      const [connection] = accepted.filter(({ remotePort }) => remotePort === client.localPort)
      for (const byte of head("GET /".padEnd(3_000, "x"), "Connection: close")) {
        client.write(byte)
        yield* Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
      }
      assert.isBelow(connection?.readableLength ?? Infinity, 1_000)
      yield* Deferred.succeed(mayEnd, undefined)
      yield* eventually("both requests are answered", () => received.split("answered").length === 3)
    }))
})

describe("slow clients", () => {
  it.live(
    "a request has its 10 s from its first byte on, however long it was waited for",
    () =>
      Effect.gen(function*() {
        const { port } = yield* serve("node", echo)
        const silence = Array.from({ length: 6 }, () => "")
        const slowly = [
          "GET / HTTP/1.1\r\n",
          "Host: x\r\n",
          "a: 1\r\n",
          "b: 1\r\n",
          "c: 1\r\n",
          "Connection: close\r\n\r\n"
        ]
        const { received } = yield* say(port, [...silence, ...slowly], { gap: 1_000, patience: 18_000 })
        assert.match(received, /^HTTP\/1\.1 200 /)
      }),
    180_000
  )

  it.live(
    "26: who takes over 10 s to send headers or body is cut off then, and not before",
    () =>
      Effect.gen(function*() {
        const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i))
        const outcomes = yield* Effect.forEach(engines, (engine) =>
          Effect.gen(function*() {
            const { port } = yield* serve(engine, echo)
            const slow = { gap: 1_000, patience: 30_000 }
            return yield* Effect.all([
              say(port, [], slow),
              engine === "node" ? say(port, letters.map(() => "\r\n"), slow) : say(port, [], slow),
              say(port, ["GET / HTTP/1.1\r\n", ...letters.map((letter) => `${letter}: 1\r\n`)], slow),
              say(port, [head("POST /", "Content-Length: 100"), ...letters], slow)
            ], { concurrency: 4 })
          }), { concurrency: 2 })
        for (const [index, engine] of engines.entries()) {
          for (const { closed, elapsed } of outcomes[index] ?? []) {
            assert.isTrue(closed)
            // the other engine counts in steps of some seconds
            assert.isAbove(elapsed, engine === "node" ? 9_900 : 7_000)
            assert.isBelow(elapsed, 25_000)
          }
        }
      }),
    180_000
  )
})
