import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Answer } from "../support/Call.ts"
import { addressIn, assertProblem, Site } from "../support/Site.ts"

/** Two processes of one site, where few may ask. */
const few = "credentials=5/3600s,money-user=2/3600s,read=2/3600s"
const processes = ["node", "uws"].map((ENGINE) => ({ ENGINE, RATE_LIMITS: few }))

const remainingOf = ({ headers }: Answer, name: string): number =>
  Number(new RegExp(`"${name}";r=(\\d+)`).exec(String(headers["ratelimit"]))?.[1])

layer(Site.layer({ processes }), { excludeTestServices: true, timeout: "180 seconds" })(
  "limits of requests, of two processes",
  (it) => {
    let networks = 0
    const newNetwork = () => addressIn(++networks)
    const signOut = (at: string | undefined, from: string) =>
      Effect.flatMap(
        Site,
        ({ post }) => post("/auth/sign-out", { refreshToken: "none" }, { ...(at === undefined ? {} : { at }), from })
      )

    it.effect("are counted together where what is rare must not become more with each process", () =>
      Effect.gen(function*() {
        const { urls: [one, other] } = yield* Site
        const from = newNetwork()
        const told = []
        for (const at of [one, other, one, other, one]) told.push(yield* signOut(at, from))
        assert.deepStrictEqual(told.map(({ status }) => status), [204, 204, 204, 204, 204])
        assert.deepStrictEqual(told.map((answer) => remainingOf(answer, "credentials")), [4, 3, 2, 1, 0])
        for (const at of [one, other]) assertProblem(yield* signOut(at, from), 429, "rate_limited")
        assert.strictEqual((yield* signOut(other, newNetwork())).status, 204)
      }))

    it.effect("let a quota through of many requests at once, whichever process they come to", () =>
      Effect.gen(function*() {
        const { urls } = yield* Site
        const from = newNetwork()
        const answers = yield* Effect.forEach(
          Array.from({ length: 24 }, (_, i) => urls[i % urls.length]),
          (at) => signOut(at, from),
          { concurrency: "unbounded" }
        )
        assert.lengthOf(answers.filter(({ status }) => status === 204), 5)
      }))

    it.effect("follow a player from process to process, and leave the money as it is", () =>
      Effect.gen(function*() {
        const { ask, newPlayer, post, sql, urls: [one, other] } = yield* Site
        const player = yield* newPlayer
        const withdraw = (at: string | undefined) =>
          post("/wallet/withdraw", { amount: "1.00" }, {
            token: player.accessToken,
            from: newNetwork(),
            ...(at === undefined ? {} : { at })
          })
        assertProblem(yield* withdraw(one), 403, "email_unverified")
        assertProblem(yield* withdraw(other), 403, "email_unverified")
        assertProblem(yield* withdraw(one), 429, "rate_limited")
        const wallet = yield* ask("GET", "/wallet", { token: player.accessToken, from: newNetwork() })
        assert.strictEqual(wallet.status, 200)
        // neither networks nor players stand there in clear
        const rows = yield* sql<{ readonly key: string }>`SELECT key FROM request_counts`
        assert.isNotEmpty(rows)
        for (const { key } of rows) assert.match(key, /^(credentials|money)(-user)?:[0-9a-f]{64}$/)
      }))

    it.effect("are each process' own where it is asked often", () =>
      Effect.gen(function*() {
        const { ask, urls: [one, other] } = yield* Site
        const from = newNetwork()
        const read = (at: string | undefined) =>
          ask("GET", "/lottery/last-winner", { from, ...(at === undefined ? {} : { at }) })
        for (const at of [one, other]) {
          assert.deepStrictEqual([(yield* read(at)).status, (yield* read(at)).status], [200, 200])
          assertProblem(yield* read(at), 429, "rate_limited")
        }
      }))

    it.effect("hold in each process while the store of what is counted together fails, and nobody is told of it", () =>
      Effect.gen(function*() {
        const { sql, urls: [one] } = yield* Site
        const from = newNetwork()
        yield* sql`ALTER TABLE request_counts RENAME TO gone`
        const answers = yield* Effect.forEach(Array.from({ length: 7 }), () => signOut(one, from)).pipe(
          Effect.ensuring(Effect.orDie(sql`ALTER TABLE gone RENAME TO request_counts`))
        )
        assert.deepStrictEqual(answers.map(({ status }) => status), [204, 204, 204, 204, 204, 429, 429])
      }))
  }
)
