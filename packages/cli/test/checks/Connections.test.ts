/** Connections that are slow, unlawful, or gone in the middle (docs/security.md, "The thirty checks"). */
import { Api } from "@ddd/http/Api"
import { routesOf } from "@ddd/http/boundary/RouteTable"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import type { Socket } from "node:net"
import { eventually, type Server } from "../support/Ddd.ts"
import { described } from "../support/Distribution.ts"
import { endpointsOf } from "../support/Junk.ts"
import { besideProbe } from "../support/Probe.ts"
import { overOneAndTwoSites } from "../support/Processes.ts"
import { answerIn, connectTo, headerOf, hear, requestText } from "../support/RawHttp.ts"
import { handshakeText } from "../support/RawSocket.ts"
import { addressIn, at, internalToken, Site, textAt } from "../support/Site.ts"

/** How many files and connections this process may have open. */
const filesMax = Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? Infinity)

/** As `IDLE_SOCKETS=10000` says, and `ABORTS=10000`; fewer, where it is only a test, or where no more files may be open. */
const idleSocketsAsked = Number(process.env["IDLE_SOCKETS"] ?? 1_000)
const idleSockets = Math.min(idleSocketsAsked, filesMax - 512)
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

/** A request for each route of the table, as it should be asked for as far as one can without knowing more; and for pages. */
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
  const described = endpointsOf(document)
  const endpoints = routesOf(Api).map(({ method, path }) => {
    const template = path.replaceAll(/:(\w+)/g, "{$1}")
    return described.find((each) => each.method === method && each.path === template) ??
      { method, path: template, parameters: [], body: null }
  })
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

/** How a client goes: it says that it has ended, or only that it is gone. */
type Leaving = "FIN" | "RST"
const leavings: ReadonlyArray<Leaving> = ["FIN", "RST"]

/** The beginnings of a request: up to half its first line, half its headers, its head, half its body, all but a byte, and `more` beside them. */
const beginningsOf = (request: string, more: number): ReadonlyArray<string> => {
  const head = request.indexOf("\r\n\r\n") + 4
  const line = request.indexOf("\r\n") + 2
  const stages = [
    line / 2,
    (line + head) / 2,
    head < request.length ? head : head - 2,
    (head + request.length) / 2,
    request.length - 1
  ]
  const places = Array.from({ length: more }, (_, nth) => 1 + nth * (request.length - 2) / Math.max(1, more - 1))
  return [...stages, ...places].map((at) => request.slice(0, Math.min(Math.floor(at), request.length - 1)))
}

/** Sends so many bytes of a request and goes away without reading an answer. */
const abort = (url: string, bytes: string, leaving: Leaving, nth: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const socket = connectTo(url)
    socket.on("close", () => resume(Effect.void))
    const leave = () => leaving === "RST" ? socket.resetAndDestroy() : socket.destroy()
    socket.on("connect", () => {
      socket.write(bytes, "latin1", () => nth % 3 === 0 ? leave() : setTimeout(leave, nth % 12))
    })
    return Effect.sync(() => socket.destroy())
  })

/** What changes by itself, and by the head of a request alone: mails on their way, and how many requests there were. */
const restless: ReadonlySet<string> = new Set(["jobs", "request_counts"])

/** What each table of the database holds, in a few characters. */
const contents = Effect.gen(function*() {
  const { sql } = yield* Site
  const tables = yield* sql<{ readonly name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`
  const digests = yield* Effect.forEach(tables.filter(({ name }) => !restless.has(name)), ({ name }) =>
    Effect.map(
      sql<{ readonly digest: string | null }>`
        SELECT md5(string_agg(each::text, E'\\n' ORDER BY each::text)) AS digest FROM ${sql(name)} AS each`,
      ([row]) => [name, row?.digest ?? ""] as const
    ))
  return Object.fromEntries(digests)
}).pipe(Effect.orDie)

/** The same once nothing that was asked before is still under way. */
const settledContents = Effect.gen(function*() {
  let before = ""
  return yield* eventually("nothing changes", contents, (tables) => {
    const isSettled = JSON.stringify(tables) === before
    before = JSON.stringify(tables)
    return isSettled
  })
})

/** The files and connections that a server has open. */
const filesOf = ({ pid }: Server): number => readdirSync(`/proc/${pid}/fd`).length

/** Waits until each server has no more open than `before`, but for a few that have to do with something else. */
const untilClosed = (servers: ReadonlyArray<Server>, before: ReadonlyArray<number>) =>
  eventually(
    "every connection is forgotten",
    Effect.sync(() => servers.map(filesOf)),
    (open) => open.every((count, nth) => count <= (before[nth] ?? 0) + 20)
  )

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
      const { buy, servers, urls } = yield* Site
      const { accessToken } = yield* playerWith("20.00")
      const before = servers.map(filesOf)
      const idle = { plain: new Set<Socket>(), webSockets: new Set<Socket>() }
      const leave = () => [idle.plain, idle.webSockets].forEach((all) => all.forEach((socket) => socket.destroy()))
      yield* Effect.addFinalizer(() => Effect.sync(leave))
      const areWebSockets = Array.from({ length: idleSockets }, (_, nth) => nth % 4 > 1)
      yield* Effect.forEach(areWebSockets, (isWebSocket, nth) =>
        Effect.callback<void>((resume) => {
          const socket = connectTo(urls[nth % urls.length] ?? "", addressIn(10 + nth % 200))
          const kind = isWebSocket ? idle.webSockets : idle.plain
          kind.add(socket)
          if (isWebSocket) socket.write(handshakeText())
          socket.on("close", () => {
            kind.delete(socket)
            resume(Effect.void)
          })
          socket.once(isWebSocket ? "data" : "connect", () => resume(Effect.void)).on("data", (data) => {
            // it is asked after 30 s, and answers
            if (data.at(-2) === 0x89) socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]))
          })
        }), { concurrency: 200, discard: true })
      const open = idle.plain.size + idle.webSockets.size
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
          `beside ${open} of ${idleSockets} idle sockets (${idleSocketsAsked} were asked for), ` +
            `half of them WebSockets, at ${urls.length} of ddd serve:\n` +
            `  /healthz:   ${described(waited, 0.5, 0.99)}\n  a purchase: ${described(bought, 0.5, 0.99)}\n`
        )
      )
      // those that say nothing for 10 s are ended, also while others are still opened
      assert.isAtLeast(open, Math.min(idleSockets, 1_000) / 2)
      assert.strictEqual(idle.webSockets.size, areWebSockets.filter(Boolean).length)
      assert.strictEqual(yield* balanceOf(accessToken), "0.00")
      leave()
      yield* untilClosed(servers, before)
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
        const each = Math.ceil(aborts / requests.length / leavings.length)
        const abortAll = (parts: ReadonlyArray<string>) =>
          Effect.forEach(
            leavings.flatMap((leaving) => parts.map((bytes) => ({ bytes, leaving }))),
            ({ bytes, leaving }, nth) => abort(urls[nth % urls.length] ?? "", bytes, leaving, nth),
            { concurrency: 50, discard: true }
          )
        const open = servers.map(filesOf)
        const before = yield* settledContents
        const cut = requests.flatMap((request) => beginningsOf(request, Math.max(0, each - 5)))
        yield* abortAll(cut)
        yield* untilClosed(servers, open)
        // of what never came whole nothing is done
        assert.deepStrictEqual(yield* contents, before)
        const whole = Array.from({ length: each }, () => requests).flat()
        yield* abortAll(whole)

        const next = yield* playerWith("1.00")
        for (const { pid, url } of servers) {
          assert.strictEqual((yield* ask("GET", "/healthz", { at: url })).status, 200)
          assert.doesNotThrow(() => process.kill(pid, 0))
        }
        const bought = yield* buy(next.accessToken)
        assert.strictEqual(bought.status, 201, bought.text)
        const audit = yield* ddd(["audit"])
        assert.strictEqual(audit.code, 0, audit.stdout)
        yield* untilClosed(servers, open)
        yield* Effect.sync(() =>
          process.stdout.write(
            `${leavings.length * cut.length} requests of ${requests.length} routes were given up part-way, and ` +
              `${leavings.length * whole.length} without waiting for the answer\n`
          )
        )
      }),
    600_000
  )
})
