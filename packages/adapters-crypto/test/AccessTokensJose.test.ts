import { sessionId } from "@ddd/core/accounts/Session"
import { AccessTokens } from "@ddd/core/ports/AccessTokens"
import { userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as fc from "fast-check"
import { SignJWT, UnsecuredJWT } from "jose"
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto"
import { createServer } from "node:http"
import * as AccessTokensJose from "../src/AccessTokensJose.ts"
import { ed25519FromSeed, type Ed25519Key } from "../src/Ed25519.ts"
import { makeClock } from "./support/clock.ts"

const issuer = "https://draw.example.com"
const ada = userId("019a0000-0000-7000-9000-0a041b9462ca")
const session = sessionId("019a0000-0000-7000-9000-6025d18fe48a")
const start = 1_770_076_800_000
const seconds = start / 1000

const seedOf = (byte: number): string => Buffer.alloc(32, byte).toString("base64url")
const keyOf = (byte: number): Ed25519Key => {
  const key = ed25519FromSeed(seedOf(byte))
  assert.isDefined(key)
  return key
}

const tokens = (privateKeys: string, iss = issuer) =>
  AccessTokensJose.layer({ issuer: iss, privateKeys: Redacted.make(privateKeys) })
const keys = `new:${seedOf(1)},old:${seedOf(2)}`
const still = makeClock(start)
const living = tokens(keys).pipe(Layer.provide(still.layer))

const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString("base64url")

/** A token put together by hand: nothing that a library would refuse to make is refused here. */
const forge = (
  header: object,
  payload: unknown,
  signature: (input: string) => Uint8Array = (input) => sign(null, Buffer.from(input), keyOf(1).privateKey)
): string => {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${Buffer.from(signature(input)).toString("base64url")}`
}

const signedBy = (key: KeyObject) => (input: string) => sign(null, Buffer.from(input), key)
const hmacUnder = (key: string | Uint8Array) => (input: string) => createHmac("sha256", key).update(input).digest()

const header = { alg: "EdDSA", kid: "new", typ: "at+jwt" }
const payload = { iss: issuer, aud: "ddd", sub: ada, sid: session, iat: seconds, exp: seconds + 900 }

/** `verify`'s answer in a word: its error's tag, or the user. */
const outcome = (token: string) =>
  AccessTokens.use(({ verify }) => verify(Redacted.make(token))).pipe(
    Effect.match({ onFailure: ({ _tag }) => _tag, onSuccess: (claims) => claims.userId })
  )

const assertRefused = Effect.fnUntraced(function*(named: Readonly<Record<string, string>>) {
  for (const [name, token] of Object.entries(named)) assert.strictEqual(yield* outcome(token), "Unauthenticated", name)
})

describe("AccessTokensJose", () => {
  it.effect("knows the bearer of a token that it issued", () =>
    Effect.gen(function*() {
      const { issue, verify } = yield* AccessTokens
      const { accessToken, expiresAt } = yield* issue(ada, session)
      assert.strictEqual(expiresAt, start + 900_000)
      const claims = { userId: ada, sessionId: session, issuedAt: instant(start), expiresAt }
      assert.deepStrictEqual(yield* verify(accessToken), claims)
      assert.deepStrictEqual(yield* verify(Redacted.make(Redacted.value(accessToken))), claims, "and again")
    }).pipe(Effect.provide(living)))

  it.effect("writes what RFC 9068 and its own strictness ask for", () =>
    Effect.gen(function*() {
      const { accessToken } = yield* AccessTokens.use(({ issue }) => issue(ada, session))
      const [head = "", body = "", signature = ""] = Redacted.value(accessToken).split(".")
      const read = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString())
      assert.deepStrictEqual(read(head), header)
      assert.deepStrictEqual(read(body), payload)
      assert.isTrue(
        verify(null, Buffer.from(`${head}.${body}`), keyOf(1).publicKey, Buffer.from(signature, "base64url"))
      )
      assert.strictEqual(yield* outcome(forge(header, payload)), ada, "the forge's good token is good")
    }).pipe(Effect.provide(living)))

  it.effect("publishes the public half of every key, and nothing else", () =>
    Effect.gen(function*() {
      const { jwks } = yield* AccessTokens
      assert.deepStrictEqual(jwks.keys.map(({ kid }) => kid), ["new", "old"])
      for (const [index, jwk] of jwks.keys.entries()) {
        assert.hasAllKeys(jwk, ["kty", "crv", "x", "kid", "alg", "use"])
        assert.isTrue(createPublicKey({ key: { ...jwk }, format: "jwk" }).equals(keyOf(index + 1).publicKey))
      }
    }).pipe(Effect.provide(living)))

  it.effect("verifies under every living key, signs under the first, and forgets a key that is gone", () =>
    Effect.gen(function*() {
      const { accessToken } = yield* AccessTokens.use(({ issue }) => issue(ada, session)).pipe(
        Effect.provide(tokens(`old:${seedOf(2)}`).pipe(Layer.provide(still.layer)))
      )
      const token = Redacted.value(accessToken)
      assert.strictEqual(yield* outcome(token).pipe(Effect.provide(living)), ada)
      const rotated = tokens(`new:${seedOf(1)}`).pipe(Layer.provide(still.layer))
      assert.strictEqual(yield* outcome(token).pipe(Effect.provide(rotated)), "Unauthenticated")
    }))

  it.effect("refuses unsigned tokens and other algorithms", () =>
    Effect.gen(function*() {
      const none = () => new Uint8Array()
      const publicPem = keyOf(1).publicKey.export({ format: "pem", type: "spki" })
      const publicDer = keyOf(1).publicKey.export({ format: "der", type: "spki" })
      const publicJwk = JSON.stringify(keyOf(1).publicKey.export({ format: "jwk" }))
      const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
      yield* assertRefused({
        "none": forge({ ...header, alg: "none" }, payload, none),
        "nOnE": forge({ ...header, alg: "nOnE" }, payload, none),
        "NONE": forge({ ...header, alg: "NONE" }, payload, none),
        "empty": forge({ ...header, alg: "" }, payload, none),
        "no alg": forge({ kid: "new", typ: "at+jwt" }, payload),
        "none with a signature": forge({ ...header, alg: "none" }, payload),
        "no signature": forge(header, payload, none),
        "jose's unsecured": new UnsecuredJWT(payload).encode(),
        "HS256 under the public key, PEM": forge({ ...header, alg: "HS256" }, payload, hmacUnder(publicPem)),
        "HS256 under the public key, DER": forge({ ...header, alg: "HS256" }, payload, hmacUnder(publicDer)),
        "HS256 under the public key, JWK": forge({ ...header, alg: "HS256" }, payload, hmacUnder(publicJwk)),
        "HS256 under the public key, raw": forge({ ...header, alg: "HS256" }, payload, hmacUnder(keyOf(1).publicBytes)),
        "HS256 under nothing": forge({ ...header, alg: "HS256" }, payload, hmacUnder("")),
        "HMAC that says EdDSA": forge(header, payload, hmacUnder(publicPem)),
        "RS256": yield* Effect.promise(() =>
          new SignJWT(payload).setProtectedHeader({ ...header, alg: "RS256" }).sign(rsa)
        ),
        "Ed25519 by its other name": forge({ ...header, alg: "Ed25519" }, payload),
        "eddsa": forge({ ...header, alg: "eddsa" }, payload)
      })
    }).pipe(Effect.provide(living)))

  it.effect("refuses keys that are not its own, wherever a header points, and asks nobody", () =>
    Effect.gen(function*() {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519")
      const theirs = signedBy(privateKey)
      const jwk = { ...publicKey.export({ format: "jwk" }), kid: "new", alg: "EdDSA", use: "sig" }
      let asked = 0
      const server = yield* Effect.acquireRelease(
        Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
          const listening = createServer((_, response) => {
            asked++
            response.end(JSON.stringify({ keys: [jwk] }))
          }).listen(0, "127.0.0.1", () => {
            const address = listening.address()
            const port = address !== null && typeof address === "object" ? address.port : 0
            resume(Effect.succeed({ url: `http://127.0.0.1:${port}/jwks.json`, close: () => listening.close() }))
          })
        }),
        ({ close }) => Effect.sync(close)
      )
      const kids = [
        "nobody",
        "",
        "../../../../dev/null",
        "/dev/null",
        "new/../old",
        "' OR 1=1 --",
        "__proto__",
        "constructor",
        "NEW",
        0
      ]
      yield* assertRefused({
        "another key under our id": forge(header, payload, theirs),
        "our key under our other id": forge({ ...header, kid: "old" }, payload),
        "no kid": forge({ alg: "EdDSA", typ: "at+jwt" }, payload),
        ...Object.fromEntries(kids.flatMap((kid) => [
          [`kid ${kid}, their key`, forge({ ...header, kid }, payload, theirs)],
          [`kid ${kid}, our key`, forge({ ...header, kid }, payload)]
        ])),
        ...Object.fromEntries(
          [theirs, signedBy(keyOf(1).privateKey)].flatMap((by, whose) => [
            [`jwk ${whose}`, forge({ ...header, jwk }, payload, by)],
            [`jku ${whose}`, forge({ ...header, jku: server.url }, payload, by)],
            [`x5u ${whose}`, forge({ ...header, x5u: server.url }, payload, by)],
            [`x5c ${whose}`, forge({ ...header, x5c: ["AA=="] }, payload, by)],
            [`kid as url ${whose}`, forge({ ...header, kid: server.url }, payload, by)],
            [`crit ${whose}`, forge({ ...header, crit: ["ext"], ext: 1 }, payload, by)],
            [`crit of a known member ${whose}`, forge({ ...header, crit: ["kid"] }, payload, by)],
            [`unencoded payload ${whose}`, forge({ ...header, b64: false, crit: ["b64"] }, payload, by)],
            [`another member ${whose}`, forge({ ...header, cty: "JWT" }, payload, by)]
          ])
        )
      })
      assert.strictEqual(asked, 0)
    }).pipe(Effect.provide(living)))

  it.effect("refuses tokens that were not made for this use", () =>
    Effect.gen(function*() {
      const { exp: _exp, ...withoutExp } = payload
      const { iat: _iat, ...withoutIat } = payload
      const { sid: _sid, ...withoutSid } = payload
      yield* assertRefused({
        "another issuer": forge(header, { ...payload, iss: "https://evil.example.com" }),
        "the issuer with a slash": forge(header, { ...payload, iss: `${issuer}/` }),
        "another audience": forge(header, { ...payload, aud: "admin" }),
        "no audience": forge(header, { ...payload, aud: undefined }),
        "typ JWT": forge({ ...header, typ: "JWT" }, payload),
        "typ id": forge({ ...header, typ: "id+jwt" }, payload),
        "typ in another spelling": forge({ ...header, typ: "application/at+jwt" }, payload),
        "no typ": forge({ alg: "EdDSA", kid: "new" }, payload),
        "no expiry": forge(header, withoutExp),
        "expiry in words": forge(header, { ...payload, exp: "tomorrow" }),
        "expiry without end": forge(header, { ...payload, exp: 1e300 }),
        "half a second": forge(header, { ...payload, exp: payload.exp + 0.5 }),
        "no issue time": forge(header, withoutIat),
        "no session": forge(header, withoutSid),
        "a session that is no id": forge(header, { ...payload, sid: "' OR 1=1" }),
        "a user that is no id": forge(header, { ...payload, sub: "admin" }),
        "claims that are no object": forge(header, [payload]),
        "not yet valid": forge(header, { ...payload, nbf: seconds + 6 }),
        "issued in the future": forge(header, { ...payload, iat: seconds + 6 }),
        "a refresh token": Buffer.alloc(32, 7).toString("base64url"),
        "nothing": "",
        "dots": "..",
        "five parts": `${forge(header, payload)}..`,
        "a space before": ` ${forge(header, payload)}`,
        "a megabyte": forge(header, { ...payload, pad: "x".repeat(1_000_000) })
      })
      assert.strictEqual(yield* outcome(forge(header, { ...payload, nbf: seconds + 5 })), ada)
      assert.strictEqual(yield* outcome(forge(header, { ...payload, iat: seconds + 5 })), ada)
    }).pipe(Effect.provide(living)))

  it.effect("refuses a token with any one character changed", () =>
    Effect.gen(function*() {
      const token = forge(header, payload)
      // the last character carries bits that are no part of the signature
      for (let at = 0; at < token.length - 1; at++) {
        const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1)
        assert.strictEqual(yield* outcome(changed), "Unauthenticated", `at ${at}`)
      }
      assert.strictEqual(yield* outcome(token), ada)
    }).pipe(Effect.provide(living)))

  it.effect("refuses any other text without failing", () =>
    Effect.gen(function*() {
      const words = fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.base64String(), fc.json().map(part)), {
        maxLength: 4
      })
      for (const text of fc.sample(words.map((parts) => parts.join(".")), 200)) {
        assert.strictEqual(yield* outcome(text), "Unauthenticated", JSON.stringify(text))
      }
    }).pipe(Effect.provide(living)))

  it.effect("tells a token whose time has passed from a bad one, to the millisecond, remembered or not", () =>
    Effect.gen(function*() {
      const clock = makeClock(start)
      yield* Effect.gen(function*() {
        const token = forge(header, payload)
        const unseen = (name: string) => forge(header, { ...payload, name })
        clock.set(instant(start + 899_999))
        assert.strictEqual(yield* outcome(token), ada)
        assert.strictEqual(yield* outcome(unseen("in time")), ada)
        for (const late of [900_000, 904_999, 905_000, 86_400_000]) {
          clock.set(instant(start + late))
          assert.strictEqual(yield* outcome(token), "TokenExpired", `remembered, after ${late} ms`)
          assert.strictEqual(yield* outcome(unseen(`${late}`)), "TokenExpired", `unseen, after ${late} ms`)
        }
        yield* assertRefused({
          "expired, another key": forge(header, payload, signedBy(keyOf(2).privateKey)),
          "expired, another issuer": forge(header, { ...payload, iss: "https://evil.example.com" })
        })
      }).pipe(Effect.provide(tokens(keys).pipe(Layer.provide(clock.layer))))
    }))

  it.effect("fails to start on keys that cannot be used, without showing one", () =>
    Effect.gen(function*() {
      const good = seedOf(1)
      for (
        const wrong of [
          "",
          good,
          `:${good}`,
          `new:${good},`,
          `new:${good},new:${seedOf(2)}`,
          `a b:${good}`,
          `../new:${good}`,
          `new:${good}=`,
          `new:${good.slice(2)}`
        ]
      ) {
        const error = yield* AccessTokens.pipe(
          Effect.provide(tokens(wrong).pipe(Layer.provide(still.layer))),
          Effect.flip
        )
        assert.strictEqual(error.variable, "JWT_PRIVATE_KEYS", wrong)
        assert.notInclude(error.message, good.slice(4))
      }
    }))
})
