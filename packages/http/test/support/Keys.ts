/** Ports that hold keys, as simple as tests allow: fast, predictable, and secret to nobody. */
import { type SessionId, sessionId } from "@ddd/core/accounts/Session"
import {
  type AccessClaims,
  AccessTokens,
  accessTokenSeconds,
  TokenExpired,
  Unauthenticated
} from "@ddd/core/ports/AccessTokens"
import { Now } from "@ddd/core/ports/Now"
import { HashingBusy, Passwords } from "@ddd/core/ports/Passwords"
import { type IssuedRefreshToken, RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { Effect, Layer, Redacted } from "effect"
import { hash } from "node:crypto"

/** `<user>/<session>/<expiry in ms>`. */
const accessTokens = Layer.effect(
  AccessTokens,
  Effect.map(Now, ({ now }) =>
    AccessTokens.of({
      issue: (userId, sessionId) =>
        Effect.map(now, (at) => {
          const expiresAt = instant(at + accessTokenSeconds * 1000)
          return { accessToken: Redacted.make(`${userId}/${sessionId}/${expiresAt}`), expiresAt }
        }),
      verify: (token) =>
        Effect.flatMap(now, (at): Effect.Effect<AccessClaims, TokenExpired | Unauthenticated> => {
          const [user = "", session = "", expiry = ""] = Redacted.value(token).split("/")
          if (!/^\d+$/.test(expiry)) return Effect.fail(new Unauthenticated({ reason: "not a token of this test" }))
          const expiresAt = instant(Number(expiry))
          return expiresAt <= at
            ? Effect.fail(new TokenExpired())
            : Effect.succeed({ userId: userId(user), sessionId: sessionId(session), issuedAt: at, expiresAt })
        }),
      jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "x", kid: "1", alg: "EdDSA", use: "sig" }] }
    }))
)

const noSession = sessionId("0190e1a2-0000-7000-8000-0000000000ff")

/** A good access token for whoever it names. */
export const tokenFor = (userId: UserId, sessionId: SessionId = noSession): string =>
  `${userId}/${sessionId}/9999999999999`

/** What the hasher was asked, and whether it is too busy. */
export const hashing = {
  busy: false,
  verifications: 0,
  absent: 0,
  /** What happens after the next verification and before its answer; once. */
  afterVerifying: Effect.void
}

const whileIdle = <A>(compute: () => A): Effect.Effect<A, HashingBusy> =>
  Effect.suspend(() => hashing.busy ? Effect.fail(new HashingBusy({ pendingMax: 0 })) : Effect.sync(compute))

const afterVerifying = Effect.suspend(() => {
  const { afterVerifying } = hashing
  hashing.afterVerifying = Effect.void
  return afterVerifying
})

const digest = (password: Redacted.Redacted, version: number) =>
  `v${version}$${hash("sha256", Redacted.value(password), "hex")}`

/** What the hasher made of a password before its parameters changed. */
export const outdatedHash = (password: string): string => digest(Redacted.make(password), 1)

const passwords = Layer.succeed(Passwords)(Passwords.of({
  hash: (password, judge = Effect.void) =>
    Effect.andThen(whileIdle(() => undefined), Effect.as(judge, digest(password, 2))),
  verify: (password, stored) =>
    whileIdle(() => {
      hashing.verifications++
      return stored === digest(password, 1) || stored === digest(password, 2)
    }).pipe(Effect.tap(afterVerifying)),
  verifyAbsent: () =>
    whileIdle(() => {
      hashing.absent++
      return false as const
    }),
  needsRehash: (stored) => !stored.startsWith("v2$")
}))

const issuedRefresh = (token: string): IssuedRefreshToken => ({
  token: Redacted.make(token),
  hash: hash("sha256", token, "hex")
})

/** `refresh-1`, and after it `refresh-1+`, `refresh-1++`. */
const refreshTokens = Layer.sync(RefreshTokens, () => {
  let issued = 0
  return RefreshTokens.of({
    issue: Effect.sync(() => issuedRefresh(`refresh-${++issued}`)),
    read: (redacted) => {
      const token = Redacted.value(redacted)
      return /^refresh-\d+\+*$/.test(token)
        ? { hash: issuedRefresh(token).hash, successor: issuedRefresh(`${token}+`) }
        : null
    }
  })
})

export const layer = Layer.mergeAll(accessTokens, passwords, refreshTokens)
