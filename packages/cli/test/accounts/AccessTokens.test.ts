import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createPublicKey, randomBytes, verify } from "node:crypto"
import { eventually } from "../support/Ddd.ts"
import { namedKey, partOf } from "../support/ForgedTokens.ts"
import { assertProblem, at, password, Site, textAt } from "../support/Site.ts"

const [older, newer] = [randomBytes(32), randomBytes(32)]
const rotating = [
  { JWT_PRIVATE_KEYS: [namedKey("a", older), namedKey("b", newer)].join() },
  { JWT_PRIVATE_KEYS: [namedKey("b", newer), namedKey("a", older)].join() }
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
