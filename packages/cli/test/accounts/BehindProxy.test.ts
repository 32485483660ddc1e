import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { frontProxy, proxyHeader, type Saying } from "../support/FrontProxy.ts"
import { guessLong, wrongPassword as wrong } from "../support/Guesses.ts"
import { hear, inventedAddresses, requestText } from "../support/RawHttp.ts"
import { addressIn, assertProblem, password, Site } from "../support/Site.ts"

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

    it.effect(
      "60 wrong passwords of one client lock that client and nobody else, on each engine, however the proxy says it",
      () =>
        Effect.gen(function*() {
          const { newPlayer, urls } = yield* Site
          const { email } = yield* newPlayer
          for (const [index, { saying }] of fronts.entries()) {
            const at = yield* frontProxy(urls[index] ?? "", saying)
            const stranger = elsewhere()
            yield* guessLong({ at, from: stranger })
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
          yield* guessLong({ at: urls[0] ?? "", from, headers: { "x-forwarded-for": "198.51.100.1" } })
          for (const at of urls) {
            for (let attempt = 0; attempt < 10; attempt++) {
              const headers = inventedAddresses(attempt)
              assertProblem(yield* signIn(email, password, { at, from, headers }), 429, "rate_limited")
            }
            const body = JSON.stringify({ email, password: wrong })
            const request = requestText({ method: "POST", path: "/auth/sign-in", body })
            for (let attempt = 0; attempt < 5; attempt++) {
              const { text: answer } = yield* hear(at, [proxyHeader(`198.51.${attempt}.4`), request], { from })
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
