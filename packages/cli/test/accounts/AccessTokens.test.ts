import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { eventually } from "../support/Ddd.ts"
import { assertProblem, at, password, Site, textAt } from "../support/Site.ts"

const [older, newer] = [randomBytes(32), randomBytes(32)]
const named = (name: string, seed: Uint8Array): string => `${name}:${Buffer.from(seed).toString("base64url")}`

/** RFC 8410's form of an Ed25519 seed. */
const privateKeyOf = (seed: Uint8Array) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
    format: "der",
    type: "pkcs8"
  })

const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString("base64url")

const partOf = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString())

/** A token that the server's own key signs, with its header and claims as they are given. */
const forged = (header: object, claims: object, seed: Uint8Array = older): string => {
  const signed = `${encoded(header)}.${encoded(claims)}`
  return `${signed}.${sign(null, Buffer.from(signed), privateKeyOf(seed)).toString("base64url")}`
}

const rotating = [
  { JWT_PRIVATE_KEYS: [named("a", older), named("b", newer)].join() },
  { JWT_PRIVATE_KEYS: [named("b", newer), named("a", older)].join() }
]

layer(Site.layer({ processes: rotating }), { excludeTestServices: true, timeout: "60 seconds" })(
  "access tokens",
  (it) => {
    it.effect("are signed by EdDSA for a quarter of an hour, and checked by the published keys", () =>
      Effect.gen(function*() {
        const { ask, newPlayer } = yield* Site
        const { accessToken, id } = yield* newPlayer
        const [header, claims] = [partOf(accessToken, 0), partOf(accessToken, 1)]
        assert.deepStrictEqual(header, { alg: "EdDSA", kid: "a", typ: "at+jwt" })
        assert.strictEqual(claims["iss"], "http://lottery.example.com")
        assert.isString(claims["aud"])
        assert.strictEqual(claims["sub"], id)
        assert.strictEqual(Number(claims["exp"]) - Number(claims["iat"]), 900)
        const { json } = yield* ask("GET", "/.well-known/jwks.json")
        const key = createPublicKey({
          key: { kty: "OKP", crv: "Ed25519", x: textAt(json, "keys", "0", "x") },
          format: "jwk"
        })
        assert.strictEqual(textAt(json, "keys", "0", "kid"), "a")
        const [signed, signature] = [
          accessToken.slice(0, accessToken.lastIndexOf(".")),
          accessToken.split(".")[2] ?? ""
        ]
        assert.isTrue(verify(null, Buffer.from(signed), key, Buffer.from(signature, "base64url")))
      }))

    it.effect("of two keys are good at every server, so that rotation needs no downtime", () =>
      Effect.gen(function*() {
        const { ask, newPlayer, post, urls } = yield* Site
        const { accessToken, email } = yield* newPlayer
        const rotated = yield* post("/auth/sign-in", { email, password }, { at: urls[1] ?? "" })
        const other = textAt(rotated.json, "tokens", "accessToken")
        assert.deepStrictEqual([partOf(accessToken, 0)["kid"], partOf(other, 0)["kid"]], ["a", "b"])
        for (const url of urls) {
          for (const token of [accessToken, other]) {
            assert.strictEqual((yield* ask("GET", "/user/profile", { token, at: url })).status, 200)
          }
          const { json } = yield* ask("GET", "/.well-known/jwks.json", { at: url })
          assert.sameMembers([at(json, "keys", 0, "kid"), at(json, "keys", 1, "kid")], ["a", "b"])
        }
      }))

    it.effect("of every bad kind are refused, without a call to anyone (checks 12, 13, 14)", () =>
      Effect.gen(function*() {
        const { ask, newPlayer } = yield* Site
        const { accessToken, refreshToken } = yield* newPlayer
        const [header, claims] = [partOf(accessToken, 0), partOf(accessToken, 1)]
        const { json } = yield* ask("GET", "/.well-known/jwks.json")
        const jwk = at(json, "keys", 0)
        let calls = 0
        const stranger = yield* Effect.acquireRelease(
          Effect.callback<string>((resume) => {
            const server = createServer((_, response) => {
              calls++
              response.end(JSON.stringify(json))
            })
            server.listen(
              0,
              "127.0.0.1",
              () => resume(Effect.succeed(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`))
            )
            server.unref()
          }),
          () => Effect.void
        )
        const symmetric = `${encoded({ ...header, alg: "HS256" })}.${encoded(claims)}`
        const now = Number(claims["iat"])
        const [first = "", second = "", signature = ""] = accessToken.split(".")
        const bad: Readonly<Record<string, string>> = {
          "no algorithm": `${encoded({ ...header, alg: "none" })}.${second}.`,
          "no algorithm, spelled oddly": `${encoded({ ...header, alg: "nOnE" })}.${second}.${signature}`,
          "HS256 under the public key": `${symmetric}.${
            createHmac("sha256", textAt(jwk, "x")).update(symmetric).digest("base64url")
          }`,
          "an unknown key": forged({ ...header, kid: "zzz" }, claims),
          "a key like a path": forged({ ...header, kid: "../../../../dev/null" }, claims),
          "a key of another's": forged(header, claims, randomBytes(32)),
          "jku": forged({ ...header, jku: stranger }, claims),
          "jku and an unknown key": forged({ ...header, kid: "zzz", jku: stranger }, claims, randomBytes(32)),
          "jwk": forged({ ...header, kid: undefined, jwk }, claims, randomBytes(32)),
          "x5u": forged({ ...header, x5u: stranger }, claims),
          "crit": forged({ ...header, crit: ["exp"] }, claims),
          "another type": forged({ ...header, typ: "JWT" }, claims),
          "not yet": forged(header, { ...claims, nbf: now + 3600 }),
          "another audience": forged(header, { ...claims, aud: "another" }),
          "another issuer": forged(header, { ...claims, iss: "http://evil.example.com" }),
          "no expiry": forged(header, { ...claims, exp: undefined }),
          "altered claims": `${first}.${
            encoded({ ...claims, sub: "019a0000-0000-7000-8000-000000000001" })
          }.${signature}`,
          "a refresh token": refreshToken,
          "nothing like a token": "abc",
          "no token": ""
        }
        for (const [kind, token] of Object.entries(bad)) {
          const answer = yield* ask("GET", "/user/profile", { token })
          assert.strictEqual(answer.status, 401, kind)
          assert.strictEqual(at(answer.json, "code"), "unauthenticated", kind)
        }
        assertProblem(yield* ask("GET", "/user/profile"), 401, "unauthenticated")
        assertProblem(
          yield* ask("GET", "/user/profile", { token: forged(header, { ...claims, iat: now - 1000, exp: now - 100 }) }),
          401,
          "token_expired"
        )
        // forged as it should be, it is taken: the refusals above are for what they say
        assert.strictEqual((yield* ask("GET", "/user/profile", { token: forged(header, claims) })).status, 200)
        assert.strictEqual(calls, 0)
      }))

    it.effect("expire", () =>
      Effect.gen(function*() {
        const { advance, ask, newPlayer } = yield* Site
        const { accessToken } = yield* newPlayer
        yield* advance(15 * 60_000)
        const answer = yield* eventually(
          "a token that has expired",
          ask("GET", "/user/profile", { token: accessToken }),
          ({ status }) => status !== 200
        )
        assertProblem(answer, 401, "token_expired")
      }))
  }
)
