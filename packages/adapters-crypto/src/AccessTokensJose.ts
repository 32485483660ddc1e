/**
 * Access tokens as JWTs (RFC 9068): Ed25519, a quarter of an hour.
 *
 * A token is accepted exactly as this module writes it: three members in its header, a key of our own by its id. No
 * header leads anywhere else, so nothing is fetched and no other algorithm is ever tried.
 */
import { sessionId } from "@ddd/core/accounts/Session"
import {
  type AccessClaims,
  AccessTokens,
  accessTokenSeconds,
  type PublicJwk,
  TokenExpired,
  Unauthenticated
} from "@ddd/core/ports/AccessTokens"
import { Now } from "@ddd/core/ports/Now"
import { isUuid, userId } from "@ddd/core/values/Ids"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { Effect, Layer, Redacted, Result } from "effect"
import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from "jose"
import type { KeyObject } from "node:crypto"
import { ed25519FromSeed, type Ed25519Key } from "./Ed25519.ts"
import { isKeyId } from "./KeyRing.ts"
import { KeysUnusable } from "./KeysUnusable.ts"
import { makeRecentlyUsed } from "./RecentlyUsed.ts"

const audience = "ddd"
const algorithm = "EdDSA"
const type = "at+jwt"

/** By how much another node's clock may be ahead of ours when it issued a token. Expiry has no leeway. */
const leewaySeconds = 5

/** Ours have about 350 characters. */
const tokenCharactersMax = 1024

/** Verified tokens that are remembered, at less than 1 kB each. */
const verifiedMax = 50_000

export interface AccessTokensConfig {
  /** PUBLIC_URL: who issues. */
  readonly issuer: string
  /** JWT_PRIVATE_KEYS: `kid:seed,kid:seed`, seeds of 32 bytes in base64url; the first signs, all verify. */
  readonly privateKeys: Redacted.Redacted
}

export const layer = (config: AccessTokensConfig): Layer.Layer<AccessTokens, KeysUnusable, Now> =>
  Layer.effect(
    AccessTokens,
    Effect.gen(function*() {
      const { now } = yield* Now
      const { keys, signing } = yield* Effect.fromResult(readKeys(config.privateKeys))
      // verifying takes over 100 µs, remembering under 1, and an active player shows the same token for minutes
      const verified = makeRecentlyUsed<string, AccessClaims>(verifiedMax)

      const verifySignature = (token: string, at: Instant) =>
        Effect.promise(() => readToken(token, keys, config.issuer, at)).pipe(
          Effect.flatMap((result) => Effect.fromResult(result)),
          Effect.tap((claims) => Effect.sync(() => verified.set(token, claims)))
        )

      return AccessTokens.of({
        issue: Effect.fnUntraced(function*(user, session) {
          const issuedAt = Math.floor((yield* now) / 1000)
          const expiresAt = issuedAt + accessTokenSeconds
          const token = yield* Effect.promise(() =>
            new SignJWT({ sid: session })
              .setProtectedHeader({ alg: algorithm, kid: signing.kid, typ: type })
              .setIssuer(config.issuer)
              .setAudience(audience)
              .setSubject(user)
              .setIssuedAt(issuedAt)
              .setExpirationTime(expiresAt)
              .sign(signing.privateKey)
          )
          return { accessToken: Redacted.make(token), expiresAt: instant(expiresAt * 1000) }
        }),
        verify: Effect.fnUntraced(function*(redacted) {
          const token = Redacted.value(redacted)
          if (token.length > tokenCharactersMax) return yield* new Unauthenticated({ reason: "it is too long" })
          const at = yield* now
          const claims = verified.get(token) ?? (yield* verifySignature(token, at))
          return claims.expiresAt > at ? claims : yield* new TokenExpired()
        }),
        jwks: { keys: [...keys.values()].map(publicJwk) }
      })
    })
  )

/** Verifies a token's signature and claims. Whatever the token is, the promise does not reject: only a defect does that. */
const readToken = async (
  token: string,
  keys: ReadonlyMap<string, TokenKey>,
  issuer: string,
  at: Instant
): Promise<Result.Result<AccessClaims, TokenExpired | Unauthenticated>> => {
  const refuse = (reason: string) => Result.fail(new Unauthenticated({ reason }))
  try {
    const { payload } = await jwtVerify(token, (header) => keyOf(header, keys), {
      algorithms: [algorithm],
      issuer,
      audience,
      requiredClaims: ["sub", "sid", "iat", "exp"],
      clockTolerance: leewaySeconds,
      currentDate: new Date(at)
    })
    const claims = readClaims(payload)
    if (claims === undefined) return refuse("its claims are not of our form")
    return claims.issuedAt > at + leewaySeconds * 1000 ? refuse("it was issued in the future") : Result.succeed(claims)
  } catch (error) {
    if (error instanceof errors.JWTExpired) return Result.fail(new TokenExpired())
    if (error instanceof errors.JOSEError) return refuse(error.message)
    throw error
  }
}

const keyOf = (header: JWTHeaderParameters, keys: ReadonlyMap<string, TokenKey>): KeyObject => {
  const key = header.kid === undefined ? undefined : keys.get(header.kid)
  if (key === undefined) throw new errors.JWSInvalid("no key of ours has its key id")
  if (header.typ !== type || Object.keys(header).length !== 3) {
    throw new errors.JWSInvalid("its header is not of our form")
  }
  return key.publicKey
}

const readClaims = ({ sub, sid, iat, exp }: JWTPayload): AccessClaims | undefined => {
  if (typeof sub !== "string" || typeof sid !== "string" || !isUuid(sub) || !isUuid(sid)) return undefined
  if (!isEpochSeconds(iat) || !isEpochSeconds(exp)) return undefined
  return {
    userId: userId(sub),
    sessionId: sessionId(sid),
    issuedAt: instant(iat * 1000),
    expiresAt: instant(exp * 1000)
  }
}

/** Whole seconds since 1970, up to the year 9999. */
const isEpochSeconds = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value < 253_402_300_800

interface TokenKey extends Ed25519Key {
  readonly kid: string
}

const publicJwk = ({ kid, publicBytes }: TokenKey): PublicJwk => ({
  kty: "OKP",
  crv: "Ed25519",
  x: Buffer.from(publicBytes).toString("base64url"),
  kid,
  alg: algorithm,
  use: "sig"
})

/** The public parts of JWT_PRIVATE_KEYS, in their order. */
export const publicKeysOf = (privateKeys: Redacted.Redacted): Result.Result<ReadonlyArray<PublicJwk>, KeysUnusable> =>
  Result.map(readKeys(privateKeys), ({ keys }) => [...keys.values()].map(publicJwk))

interface TokenKeys {
  readonly keys: ReadonlyMap<string, TokenKey>
  readonly signing: TokenKey
}

const readKeys = (privateKeys: Redacted.Redacted): Result.Result<TokenKeys, KeysUnusable> => {
  const unusable = (reason: string) => Result.fail(new KeysUnusable({ variable: "JWT_PRIVATE_KEYS", reason }))
  const keys = new Map<string, TokenKey>()
  for (const [index, entry] of Redacted.value(privateKeys).split(",").entries()) {
    const colon = entry.indexOf(":")
    const kid = entry.slice(0, Math.max(0, colon))
    const key = ed25519FromSeed(entry.slice(colon + 1))
    if (!isKeyId(kid) || key === undefined) {
      return unusable(`entry ${index + 1} is not a key id, a colon and 32 bytes in base64url`)
    }
    if (keys.has(kid)) return unusable(`the key id ${kid} is used twice`)
    keys.set(kid, { ...key, kid })
  }
  const [signing] = keys.values()
  return signing === undefined ? unusable("names no key") : Result.succeed({ keys, signing })
}
