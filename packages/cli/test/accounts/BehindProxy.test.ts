import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "node:net"
import { frontProxy, proxyHeader, type Saying } from "../support/FrontProxy.ts"
import { addressIn, assertProblem, password, Site } from "../support/Site.ts"

const wrong = "a wrong guess of mine"

/** Servers by their engine, and how the proxy before each says for whom it asks. */
const fronts: ReadonlyArray<{ readonly ENGINE: string; readonly saying: Saying }> = [
  { ENGINE: "node", saying: "x-forwarded-for" },
  { ENGINE: "uws", saying: "forwarded" },
  { ENGINE: "node", saying: "proxy-protocol" }
]

/** The proxies alone are trusted: clients come from other addresses of this machine. */
const processes = fronts.map(({ ENGINE, saying }) => ({
  ENGINE,
  TRUSTED_PROXIES: "127.0.0.1",
  CLIENT_ADDRESS_FROM: saying
}))

let network = 200
const elsewhere = () => addressIn(++network)

layer(Site.layer({ processes }), { excludeTestServices: true, timeout: "300 seconds" })(
  "behind a trusted proxy",
  (it) => {
    const signIn = Effect.fnUntraced(function*(
      email: string,
      secret: string,
      asked: { readonly at: string; readonly from: string; readonly headers?: Readonly<Record<string, string>> }
    ) {
      return yield* (yield* Site).post("/auth/sign-in", { email, password: secret }, asked)
    })

    /** Guesses from one address until its network has to wait for long; no more than a busy machine takes for the next attempt. */
    const guessLong = Effect.fnUntraced(
      function*(at: string, from: string, headers: Readonly<Record<string, string>> = {}) {
        const { advance } = yield* Site
        yield* Effect.forEach(
          Array.from({ length: 60 }, (_, index) => `guess${index}@example.com`),
          (email) => signIn(email, wrong, { at, from, headers }),
          { concurrency: 8 }
        )
        for (let more = 0; more < 5; more++) {
          yield* advance(60_000)
          yield* signIn(`more${more}@example.com`, wrong, { at, from, headers })
        }
      }
    )

    it.effect(
      "60 wrong passwords of one client lock that client and nobody else, on each engine, however the proxy says it",
      () =>
        Effect.gen(function*() {
          const { newPlayer, urls } = yield* Site
          const { email } = yield* newPlayer
          for (const [index, { saying }] of fronts.entries()) {
            const at = yield* frontProxy(urls[index] ?? "", saying)
            const stranger = elsewhere()
            yield* guessLong(at, stranger)
            assertProblem(yield* signIn(email, password, { at, from: stranger }), 429, "rate_limited")
            // who invents hops before the one that the proxy adds gains nothing
            const headers = { "x-forwarded-for": "198.51.100.4", forwarded: "for=198.51.100.5" }
            assertProblem(yield* signIn(email, password, { at, from: stranger, headers }), 429, "rate_limited")
            assert.strictEqual((yield* signIn(email, password, { at, from: elsewhere() })).status, 200)
          }
        }),
      300_000
    )

    it.effect(
      "20: who is not trusted is still told 429, whatever addresses they invent, also as a proxy's header",
      () =>
        Effect.gen(function*() {
          const { newPlayer, urls } = yield* Site
          const { email } = yield* newPlayer
          const from = elsewhere()
          // the servers count together
          yield* guessLong(urls[0] ?? "", from, { "x-forwarded-for": "198.51.100.1" })
          for (const at of urls) {
            for (let attempt = 0; attempt < 10; attempt++) {
              const headers = {
                "x-forwarded-for": `198.51.${attempt}.4`,
                forwarded: `for=198.51.${attempt}.5`,
                "x-real-ip": `198.51.${attempt}.6`
              }
              assertProblem(yield* signIn(email, password, { at, from, headers }), 429, "rate_limited")
            }
            const body = JSON.stringify({ email, password: wrong })
            const request = `POST /auth/sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
              `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
            for (let attempt = 0; attempt < 5; attempt++) {
              const answer = yield* saying(at, from, proxyHeader(`198.51.${attempt}.4`), request)
              // uWebSockets.js skips the header, whoever sends it; our own engine takes it for no request
              assert.match(answer, /^HTTP\/1\.1 (?:429|400) /)
            }
          }
        }),
      300_000
    )

    it.effect("the security log keeps the client's address, not the proxy's", () =>
      Effect.gen(function*() {
        const { ddd, newPlayer, urls } = yield* Site
        const { email, id } = yield* newPlayer
        const at = yield* frontProxy(urls[0] ?? "", "x-forwarded-for")
        const from = elsewhere()
        assert.strictEqual((yield* signIn(email, password, { at, from })).status, 200)
        const exported = yield* ddd(["user", "export", id])
        assert.include(exported.stdout, `"${from}"`)
      }))
  }
)

/** What a server answers to bytes that come from an address of this machine. */
const saying = (url: string, from: string, ...parts: ReadonlyArray<Buffer | string>): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1", localAddress: from })
    let received = ""
    for (const part of parts) socket.write(part)
    socket.on("data", (data) => received += data.toString())
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(received)))
    return Effect.sync(() => socket.destroy())
  })
