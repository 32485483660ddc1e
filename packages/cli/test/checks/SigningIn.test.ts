/** Passwords, access tokens and sessions (docs/security.md, "The thirty checks"). */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { createHmac, randomBytes } from "node:crypto"
import { createServer } from "node:http"
import { eventually } from "../support/Ddd.ts"
import { described, percentile, rankSumScore } from "../support/Distribution.ts"
import { encodedPart, namedKey, partOf, signedToken } from "../support/ForgedTokens.ts"
import { proxyHeader } from "../support/FrontProxy.ts"
import { guessLong, wrongPassword } from "../support/Guesses.ts"
import { connect } from "../support/Live.ts"
import { overOneAndTwoSites } from "../support/Processes.ts"
import { answerIn, hear, inventedAddresses, requestText } from "../support/RawHttp.ts"
import { rushTwice } from "../support/RushTwice.ts"
import { settled, statuses } from "../support/SessionEnds.ts"
import { addressIn, assertProblem, at, password, type Player, Site, textAt, tokensOf } from "../support/Site.ts"

const seed = randomBytes(32)

const env = { JWT_PRIVATE_KEYS: namedKey("a", seed) }

/** As `TIMING_TRIES=500` says; few, where it is only a test. */
const tries = Number(process.env["TIMING_TRIES"] ?? 40)

let network = 1_000
/** An address that nobody has signed in from. */
const elsewhere = () => ({ from: addressIn(++network) })

/** Signs the player in once more. */
const signedIn = ({ email }: Player) => Effect.flatMap(Site, ({ signIn }) => Effect.map(signIn(email), tokensOf))

/** A token that every server takes, in its parts. */
const goodToken = Effect.gen(function*() {
  const { accessToken, refreshToken } = yield* (yield* Site).newPlayer
  return { accessToken, refreshToken, header: partOf(accessToken, 0), claims: partOf(accessToken, 1) }
})

/** Asserts that no server takes these tokens, each named by what is wrong with it. */
const assertRefused = (bad: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const { ask, urls } = yield* Site
    for (const url of urls) {
      for (const [kind, token] of Object.entries(bad)) {
        const answer = yield* ask("GET", "/user/profile", { token, at: url })
        assert.strictEqual(answer.status, 401, kind)
        assert.strictEqual(at(answer.json, "code"), "unauthenticated", kind)
      }
    }
  })

/** Asserts that a token which is forged as it should be is taken: others are refused for what they say. */
const assertTaken = (token: string) =>
  Effect.gen(function*() {
    const { ask, urls } = yield* Site
    for (const url of urls) {
      const answer = yield* ask("GET", "/user/profile", { token, at: url })
      assert.strictEqual(answer.status, 200, answer.text)
    }
  })

/** Serves the keys, as somebody who is named in a token would; gives where, and how often it was asked. */
const keyServer = (keys: unknown) =>
  Effect.gen(function*() {
    let calls = 0
    const url = yield* Effect.acquireRelease(
      Effect.callback<{ readonly text: string; readonly close: () => void }>((resume) => {
        const server = createServer((_, response) => {
          calls++
          response.end(JSON.stringify(keys))
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          resume(Effect.succeed({ text: `http://127.0.0.1:${port}/jwks.json`, close: () => server.close() }))
        })
      }),
      ({ close }) => Effect.sync(close)
    )
    return { url: url.text, calls: () => calls }
  })

overOneAndTwoSites("signing in", (it) => {
  it.effect("#12 a token without a signature, or with one by the public key, is refused", () =>
    Effect.gen(function*() {
      const { accessToken, claims, header } = yield* goodToken
      const { json } = yield* (yield* Site).ask("GET", "/.well-known/jwks.json")
      const [first = "", second = "", signature = ""] = accessToken.split(".")
      const symmetric = `${encodedPart({ ...header, alg: "HS256" })}.${encodedPart(claims)}`
      const byHmac = (key: string | Buffer) =>
        `${symmetric}.${createHmac("sha256", key).update(symmetric).digest("base64url")}`
      const x = textAt(json, "keys", "0", "x")
      yield* assertRefused({
        "no algorithm": `${encodedPart({ ...header, alg: "none" })}.${second}.`,
        "no algorithm, with a signature": `${encodedPart({ ...header, alg: "none" })}.${second}.${signature}`,
        "no algorithm, spelled oddly": `${encodedPart({ ...header, alg: "nOnE" })}.${second}.${signature}`,
        "HS256 under the public key": byHmac(x),
        "HS256 under the public key's bytes": byHmac(Buffer.from(x, "base64url")),
        "no signature": `${first}.${second}.`,
        "altered claims": `${first}.${
          encodedPart({ ...claims, sub: "019a0000-0000-7000-8000-000000000001" })
        }.${signature}`
      })
      yield* assertTaken(signedToken(header, claims, seed))
    }))

  it.effect("#13 a token that names a key of its own is refused, and nobody is asked for one", () =>
    Effect.gen(function*() {
      const { claims, header } = yield* goodToken
      const { json } = yield* (yield* Site).ask("GET", "/.well-known/jwks.json")
      const jwk = at(json, "keys", 0)
      const stranger = yield* keyServer(json)
      const own = randomBytes(32)
      yield* assertRefused({
        "an unknown key": signedToken({ ...header, kid: "zzz" }, claims, seed),
        "a key like a path": signedToken({ ...header, kid: "../../../../dev/null" }, claims, seed),
        "a key like a query": signedToken({ ...header, kid: "a' OR '1'='1" }, claims, seed),
        "a key of another's": signedToken(header, claims, own),
        "jku": signedToken({ ...header, jku: stranger.url }, claims, seed),
        "jku and an unknown key": signedToken({ ...header, kid: "zzz", jku: stranger.url }, claims, own),
        "jwk": signedToken({ ...header, kid: undefined, jwk }, claims, own),
        "jwk beside our key": signedToken({ ...header, jwk }, claims, own),
        "x5u": signedToken({ ...header, x5u: stranger.url }, claims, seed),
        "crit": signedToken({ ...header, crit: ["exp"] }, claims, seed)
      })
      assert.strictEqual(stranger.calls(), 0)
      yield* assertTaken(signedToken(header, claims, seed))
    }))

  it.effect("#14 a token of another time, audience, issuer or type is refused, and a refresh token is none", () =>
    Effect.gen(function*() {
      const { ask, urls } = yield* Site
      const { claims, header, refreshToken } = yield* goodToken
      const now = Number(claims["iat"])
      yield* assertRefused({
        "not yet": signedToken(header, { ...claims, nbf: now + 3600 }, seed),
        "another audience": signedToken(header, { ...claims, aud: "another" }, seed),
        "another issuer": signedToken(header, { ...claims, iss: "http://evil.example.com" }, seed),
        "another type": signedToken({ ...header, typ: "JWT" }, claims, seed),
        "no expiry": signedToken(header, { ...claims, exp: undefined }, seed),
        "a refresh token": refreshToken,
        "nothing like a token": "abc",
        "no token": ""
      })
      for (const url of urls) {
        assertProblem(yield* ask("GET", "/user/profile", { at: url }), 401, "unauthenticated")
        const old = signedToken(header, { ...claims, iat: now - 1000, exp: now - 100 }, seed)
        assertProblem(yield* ask("GET", "/user/profile", { token: old, at: url }), 401, "token_expired")
      }
      yield* assertTaken(signedToken(header, claims, seed))
    }))

  it.effect("#15 signing out everywhere ends every session at every server, and closes its WebSockets", () =>
    Effect.gen(function*() {
      const { newPlayer, post, urls } = yield* Site
      const [player, neighbour] = [yield* newPlayer, yield* newPlayer]
      const other = yield* signedIn(player)
      const alive = yield* statuses(yield* signedIn(neighbour))
      const lives = yield* Effect.forEach(urls, (url) => connect(url, player.accessToken))
      const out = yield* post("/auth/sign-out-everywhere", undefined, { token: other.accessToken })
      assert.strictEqual(out.status, 204, out.text)
      for (const tokens of [player, other]) {
        assert.deepStrictEqual(yield* settled(tokens), [...urls.map(() => 401), 401])
      }
      for (const live of lives) assert.strictEqual(yield* live.closed, 1008)
      assert.deepStrictEqual(yield* statuses(neighbour), alive)
    }))

  it.effect("#15 a new password ends every session but the one that set it, and closes their WebSockets", () =>
    Effect.gen(function*() {
      const { ask, newPlayer, post, signIn, urls } = yield* Site
      const another = "copper walrus dances"
      const player = yield* newPlayer
      const other = yield* signedIn(player)
      const lives = yield* Effect.forEach(urls, (url) => connect(url, other.accessToken))
      const change = (currentPassword: string) =>
        post("/auth/change-password", { currentPassword, password: another }, { token: player.accessToken })
      assertProblem(yield* change(another), 401, "invalid_credentials")
      assert.strictEqual((yield* ask("GET", "/user/profile", { token: other.accessToken })).status, 200)
      const changed = yield* change(password)
      assert.strictEqual(changed.status, 204, changed.text)
      assert.deepStrictEqual(yield* settled(other), [...urls.map(() => 401), 401])
      for (const live of lives) assert.strictEqual(yield* live.closed, 1008)
      assert.deepStrictEqual(yield* statuses(player), [...urls.map(() => 200), 200])
      assertProblem(yield* signIn(player.email), 401, "invalid_credentials")
      assert.strictEqual((yield* signIn(player.email, another)).status, 200)
    }))

  it.effect("#16 a refresh token that comes back after its use ends its family", () =>
    Effect.gen(function*() {
      const { ask, newPlayer, post, urls } = yield* Site
      const { refreshToken: stolen } = yield* newPlayer
      const refresh = (refreshToken: string) => post("/auth/refresh", { refreshToken })
      const refreshed = (refreshToken: string) =>
        Effect.map(refresh(refreshToken), (answer) => {
          assert.strictEqual(answer.status, 200, answer.text)
          return tokensOf(answer)
        })
      const second = yield* refreshed(stolen)
      const third = yield* refreshed(second.refreshToken)
      assertProblem(yield* refresh(stolen), 401, "token_reused")
      for (const { refreshToken } of [third, second, third]) {
        assert.strictEqual((yield* refresh(refreshToken)).status, 401)
      }
      for (const url of urls) {
        const told = yield* eventually(
          "the end of the session",
          ask("GET", "/user/profile", { token: third.accessToken, at: url }),
          ({ status }) => status !== 200
        )
        assertProblem(told, 401, "unauthenticated")
      }
    }))

  it.effect("#17 an unknown address is answered like a wrong password, in the same time", () =>
    Effect.gen(function*() {
      const { newPlayer, signIn, urls } = yield* Site
      // an account waits after 50 failures, so each is asked less often
      const players = yield* Effect.forEach(Array.from({ length: Math.ceil(tries / 40) }), () => newPlayer)
      const [known, unknown]: [Array<number>, Array<number>] = [[], []]
      const bodies = new Set<string>()
      for (let attempt = 0; attempt < tries; attempt++) {
        const email = players[attempt % players.length]?.email ?? ""
        // the same length, and each goes first as often
        const pair = [[email, known], [email.replace("P", "Q"), unknown]] as const
        for (const [address, times] of attempt % 2 === 0 ? pair : pair.toReversed()) {
          const answer = yield* signIn(address, wrongPassword, elsewhere())
          assertProblem(answer, 401, "invalid_credentials")
          const { "content-length": _, date: __, "x-request-id": requestId, ...headers } = answer.headers
          bodies.add(JSON.stringify([headers, answer.text.replace(String(requestId), "")]))
          times.push(answer.millis)
        }
      }
      assert.strictEqual(bodies.size, 1, [...bodies].join("\n"))
      const score = rankSumScore(known, unknown)
      yield* Effect.sync(() =>
        process.stdout.write(
          `${tries} tries each at ${urls.length} of ddd serve\n  wrong password:  ${
            described(known, 0.05, 0.5, 0.95)
          }\n` +
            `  unknown address: ${described(unknown, 0.05, 0.5, 0.95)}\n  rank-sum score: ${score.toFixed(2)}\n`
        )
      )
      for (const [one, other] of [[known, unknown], [unknown, known]] as const) {
        assert.isAtLeast(percentile(one, 0.5), percentile(other, 0.02))
        assert.isAtMost(percentile(one, 0.5), percentile(other, 0.98))
      }
      // a chance of one in a million, where the two are alike
      assert.isBelow(Math.abs(score), 5)
    }), 600_000)

  it.effect(
    "#18 500 sign-ins at once never stall /healthz or a purchase, and what is too many is refused for the moment",
    () =>
      Effect.gen(function*() {
        /** Everybody from a network of their own, one in fifty with the right password. */
        const answered = yield* rushTwice("sign-ins", (index, player) => ({
          path: "/auth/sign-in",
          body: { email: index % 50 === 0 ? player.email : `stranger${index}@example.com`, password },
          from: addressIn(index)
        }))
        assert.sameMembers(answered.filter((status) => status !== 200), [401, 503])
      }),
    300_000
  )

  it.effect("#19 a password longer than any account's is refused before anything is hashed", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer, post, urls } = yield* Site
      const { accessToken, email, username } = yield* newPlayer
      yield* post("/auth/reset-password", { email })
      const token = yield* mailbox.token(email, "reset-password")
      // a megabyte is refused by its announced length, before any of it is read
      const announced = { "content-length": String(1 << 20) }
      const cases = [
        { long: "x".repeat(60_000), headers: {}, status: 400, code: "invalid_request" },
        { long: "x".repeat(1_000), headers: announced, status: 413, code: "payload_too_large" }
      ]
      for (const { code, headers, long, status } of cases) {
        const asPlayer = { headers, token: accessToken }
        const asked = [
          () => post("/auth/sign-up", { email, username, password: long }, { headers }),
          () => post("/auth/sign-in", { email, password: long }, { headers }),
          () => post("/auth/reset-password/confirm", { token, password: long }, { headers }),
          () => post("/auth/change-password", { currentPassword: password, password: long }, asPlayer),
          () => post("/auth/change-password", { currentPassword: long, password }, asPlayer)
        ]
        for (const ask of asked) assertProblem(yield* ask(), status, code)
      }
      // all of it is sent, by who does not wait for an answer
      const body = JSON.stringify({ email, password: "x".repeat(1 << 20) })
      for (const url of urls) {
        const told = yield* hear(url, [requestText({ method: "POST", path: "/auth/sign-in", body })])
        assert.strictEqual(answerIn(told.text).status, 413, told.text)
        assert.isTrue(told.ended)
      }
    }))

  it.effect(
    "#20 who is told 429 is told it still, whatever addresses they invent, also as a proxy's header",
    () =>
      Effect.gen(function*() {
        const { newPlayer, post, signIn, urls } = yield* Site
        const { email } = yield* newPlayer
        const { from } = elsewhere()
        yield* guessLong({ from, headers: { "x-forwarded-for": "198.51.100.1" } })
        for (const at of urls) {
          for (let attempt = 0; attempt < 10; attempt++) {
            const headers = inventedAddresses(attempt)
            assertProblem(yield* post("/auth/sign-in", { email, password }, { at, from, headers }), 429, "rate_limited")
          }
          const request = requestText({
            method: "POST",
            path: "/auth/sign-in",
            body: JSON.stringify({ email, password })
          })
          for (let attempt = 0; attempt < 5; attempt++) {
            // the engine takes the header for no request, where it trusts nobody
            const told = yield* hear(at, [proxyHeader(`198.51.${attempt}.4`), request], { from })
            assert.strictEqual(answerIn(told.text).status, 400, told.text)
          }
          const told = yield* hear(at, [request], { from })
          assert.strictEqual(answerIn(told.text).status, 429, told.text)
        }
        assert.strictEqual((yield* signIn(email, undefined, elsewhere())).status, 200)
      }),
    300_000
  )
}, env)
