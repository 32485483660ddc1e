/** Connections that are slow, unlawful, or gone in the middle (docs/security.md, "The thirty checks"). */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Socket } from "node:net"
import { described } from "../support/Distribution.ts"
import { endpointsOf } from "../support/Junk.ts"
import { besideProbe } from "../support/Probe.ts"
import { overOneAndTwoSites } from "../support/Processes.ts"
import { answerIn, connectTo, headerOf, hear, requestText } from "../support/RawHttp.ts"
import { handshakeText } from "../support/RawSocket.ts"
import { addressIn, at, internalToken, Site, textAt } from "../support/Site.ts"

/** As `IDLE_SOCKETS=10000` says, and `ABORTS=10000`; fewer, where it is only a test. */
const idleSockets = Number(process.env["IDLE_SOCKETS"] ?? 1_000)
const aborts = Number(process.env["ABORTS"] ?? 600)

/** For how long a request may be on its way. */
const cutOffMillis = 12_000

/** Says `parts`, one a second, until the server ends the connection; gives after how many ms it did. */
const sayingSlowly = (url: string, parts: ReadonlyArray<string>): Effect.Effect<number> =>
  Effect.callback((resume) => {
    const socket = connectTo(url)
    const began = performance.now()
    const waiting = [...parts]
    const next = () => {
      const part = waiting.shift()
      if (part !== undefined) socket.write(part)
    }
    socket.on("connect", next).resume()
    const saying = setInterval(next, 1_000)
    socket.on("close", () => {
      clearInterval(saying)
      resume(Effect.succeed(performance.now() - began))
    })
    return Effect.sync(() => {
      clearInterval(saying)
      socket.destroy()
    })
  })

const buyPath = "/lottery/purchase-ticket"

const letters = Array.from({ length: 60 }, (_, nth) => `x-${nth}: 1\r\n`)

/** A player with so much. */
const playerWith = (amount: string) =>
  Effect.gen(function*() {
    const { deposit, newPlayer } = yield* Site
    const player = yield* newPlayer
    assert.strictEqual((yield* deposit(player, amount)).status, 201)
    return player
  })

const balanceOf = (token: string) =>
  Effect.flatMap(Site, ({ ask }) => Effect.map(ask("GET", "/wallet", { token }), ({ json }) => textAt(json, "balance")))

/** What ends sessions, or keeps a player from going on: asked last. */
const isLast = (path: string, method: string): boolean =>
  /sign-out-everywhere|change-password|self-exclusion|time-out/.test(path) || (method === "DELETE" && path === "/user")

/** A request for each route that there is, as it should be asked for as far as one can without knowing more. */
const everyRoute = (document: unknown, token: string): ReadonlyArray<string> => {
  const pages = [
    "/",
    "/verify",
    "/docs",
    "/docs/websocket",
    "/openapi.json",
    "/asyncapi.json",
    "/verify-email",
    "/none"
  ]
  const endpoints = endpointsOf(document)
  assert.isAbove(endpoints.length, 45)
  return [
    ...pages.map((path) => requestText({ method: "GET", path })),
    handshakeText(),
    ...endpoints.toSorted((a, b) => Number(isLast(a.path, a.method)) - Number(isLast(b.path, b.method))).map(
      ({ body, method, parameters, path }) =>
        requestText({
          method,
          path: path.replaceAll(/\{(\w+)\}/gu, (_, name: string) =>
            encodeURIComponent(parameters.find((each) => each.name === name)?.example ?? "x")),
          token: path === "/wallet/deposit" ? internalToken : token,
          ...(body === null ? {} : { body: JSON.stringify(body) })
        })
    )
  ]
}

/** Sends so many bytes of a request and goes away: by a reset, or by a goodbye, without waiting for an answer. */
const abort = (url: string, bytes: string, nth: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const socket = connectTo(url)
    socket.on("close", () => resume(Effect.void))
    const leave = () => nth % 2 === 0 ? socket.resetAndDestroy() : socket.destroy()
    socket.on("connect", () => {
      socket.write(bytes, "latin1", () => nth % 3 === 0 ? leave() : setTimeout(leave, nth % 12))
    })
    return Effect.sync(() => socket.destroy())
  })

overOneAndTwoSites("a connection", (it) => {
  it.effect("#26 is ended within 12 s where its request is slow, whichever part of it", () =>
    Effect.gen(function*() {
      const { urls } = yield* Site
      const post = requestText({ method: "POST", path: "/auth/sign-in", headers: { "Content-Length": "1000" } })
      const slow = urls.flatMap((url) => [
        { url, parts: ["G"] },
        { url, parts: ["GET /lottery/current-draw HTTP/1.1\r\nHost: x\r\n", ...letters] },
        { url, parts: [post.replace("Connection: close\r\n", "Content-Type: application/json\r\n"), ...letters] },
        { url, parts: [handshakeText().slice(0, -2), ...letters] }
      ])
      const { result, stallMillis } = yield* besideProbe(
        urls,
        Effect.forEach(slow, ({ parts, url }) => sayingSlowly(url, parts), { concurrency: "unbounded" })
      )
      for (const [nth, millis] of result.entries()) {
        assert.isBelow(
          millis,
          cutOffMillis + 2 * stallMillis,
          `${slow[nth]?.parts[0]} after ${stallMillis} ms of stall`
        )
        assert.isAbove(millis, 5_000)
      }
    }), 180_000)

  it.effect("#26 is served beside any number that say nothing", () =>
    Effect.gen(function*() {
      const { buy, urls } = yield* Site
      const { accessToken } = yield* playerWith("20.00")
      const idle = new Set<Socket>()
      yield* Effect.addFinalizer(() => Effect.sync(() => idle.forEach((socket) => socket.destroy())))
      yield* Effect.forEach(Array.from({ length: idleSockets }), (_, nth) =>
        Effect.callback<void>((resume) => {
          const socket = connectTo(urls[nth % urls.length] ?? "", addressIn(10 + nth % 200))
          idle.add(socket)
          socket.on("close", () => idle.delete(socket)).once("connect", () => resume(Effect.void))
        }), { concurrency: 200, discard: true })
      const open = idle.size
      const bought: Array<number> = []
      const { waited } = yield* besideProbe(
        urls,
        Effect.gen(function*() {
          for (let nth = 0; nth < 20; nth++) {
            const answer = yield* buy(accessToken)
            assert.strictEqual(answer.status, 201, answer.text)
            bought.push(answer.millis)
            yield* Effect.sleep("50 millis")
          }
        })
      )
      yield* Effect.sync(() =>
        process.stdout.write(
          `beside ${open} of ${idleSockets} idle sockets at ${urls.length} of ddd serve:\n` +
            `  /healthz:   ${described(waited, 0.5, 0.99)}\n  a purchase: ${described(bought, 0.5, 0.99)}\n`
        )
      )
      // those that say nothing for 10 s are ended, also while others are still opened
      assert.isAtLeast(open, Math.min(idleSockets, 1_000) / 2)
      assert.strictEqual(yield* balanceOf(accessToken), "0.00")
    }), 240_000)

  it.effect(
    "#27 is ended where a request's length is unlawful or too much, and nothing is done",
    () =>
      Effect.gen(function*() {
        const { ask, urls } = yield* Site
        const { accessToken: token } = yield* playerWith("20.00")
        const smuggled = requestText({ method: "POST", path: buyPath, token, body: "{}" })
        const buying = (headers: Readonly<Record<string, string>>, body: string) =>
          requestText({ method: "POST", path: buyPath, token, headers, body })
        const json = "Content-Type: application/json\r\n"
        const chunked = { "Content-Type": "application/json", "Transfer-Encoding": "chunked" }
        const cases: ReadonlyArray<readonly [status: number, bytes: string]> = [
          [413, buying({}, `{}${" ".repeat(64 * 1024 - 1)}`)],
          [413, buying({ "Content-Length": "65537" }, "")],
          [400, buying({ "Transfer-Encoding": "chunked" }, "{}")],
          [400, buying({ "Transfer-Encoding": "chunked" }, `0\r\n\r\n${smuggled}`)],
          [400, buying({}, "{}").replace(json, `${json}Content-Length: 3\r\n`)],
          [400, buying({}, `{}${smuggled}`).replace(json, `${json}Content-Length: 2\r\n`)],
          [400, buying({ "Content-Length": "+2" }, "{}")],
          [400, buying({ "Content-Length": "2, 2" }, "{}")],
          [411, requestText({ method: "POST", path: buyPath, token, headers: chunked }) + "2\r\n{}\r\n0\r\n\r\n"],
          [405, requestText({ method: "TRACE", path: buyPath, token })]
        ]
        for (const url of urls) {
          for (const [status, bytes] of cases) {
            const told = yield* hear(url, [bytes])
            const answer = answerIn(told.text)
            assert.strictEqual(answer.status, status, `${bytes.slice(0, 400)}\n${told.text}`)
            assert.isTrue(told.ended)
            // one answer: what stood behind it was no request
            assert.lengthOf(told.text.match(/HTTP\/1\.1 \d{3}/g) ?? [], 1, told.text)
            if (status === 405) assert.isDefined(headerOf(answer, "allow"))
          }
        }
        assert.strictEqual(yield* balanceOf(token), "20.00")
        const tickets = yield* ask("GET", "/lottery/tickets", { token })
        assert.deepStrictEqual(at(tickets.json, "items"), [])
      }),
    180_000
  )

  it.effect(
    "#28 may be gone in the middle of any request: the process lives, and the books hold",
    () =>
      Effect.gen(function*() {
        const { ask, buy, ddd, servers, urls } = yield* Site
        const { accessToken: token } = yield* playerWith("20.00")
        const requests = everyRoute((yield* ask("GET", "/openapi.json")).json, token)
        const each = Math.ceil(aborts / requests.length)
        /** The request of each route in turn, cut at each place in turn. */
        const cut = (isWhole: boolean) =>
          Array.from({ length: each * requests.length }, (_, nth) => {
            const request = requests[nth % requests.length] ?? ""
            const turn = Math.floor(nth / requests.length)
            return isWhole
              ? request
              : request.slice(0, 1 + Math.floor(turn * (request.length - 2) / Math.max(1, each - 1)))
          })
        const abortAll = (parts: ReadonlyArray<string>) =>
          Effect.forEach(parts, (bytes, nth) => abort(urls[nth % urls.length] ?? "", bytes, nth), {
            concurrency: 50,
            discard: true
          })
        const before = yield* ask("GET", "/user/profile", { token })
        yield* abortAll(cut(false))
        // of what never came whole nothing is done
        assert.strictEqual((yield* ask("GET", "/user/profile", { token })).text, before.text)
        yield* abortAll(cut(true))

        const next = yield* playerWith("1.00")
        for (const { pid, url } of servers) {
          assert.strictEqual((yield* ask("GET", "/healthz", { at: url })).status, 200)
          assert.doesNotThrow(() => process.kill(pid, 0))
        }
        const bought = yield* buy(next.accessToken)
        assert.strictEqual(bought.status, 201, bought.text)
        const audit = yield* ddd(["audit"])
        assert.strictEqual(audit.code, 0, audit.stdout)
        yield* Effect.sync(() =>
          process.stdout.write(`2 × ${each * requests.length} requests of ${requests.length} routes were given up\n`)
        )
      }),
    600_000
  )
})
