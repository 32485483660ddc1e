/** What contract tests do as players with an account. */
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import { sessionId } from "@ddd/core/accounts/Session"
import { Accounts } from "@ddd/core/ports/Accounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import type { UserId } from "@ddd/core/values/Ids"
import type { Job } from "@ddd/core/values/Job"
import { Effect, Redacted, Stream } from "effect"
import { hashOf, present } from "../scenario/Steps.ts"
import { World } from "../World.ts"

/** Where the players of these tests sit. */
export const origin: RequestOrigin = { ip: "192.0.2.7", userAgent: "a browser" }

export const firstHash = Redacted.make("$argon2id$first")
export const secondHash = Redacted.make("$argon2id$second")
export const thirdHash = Redacted.make("$argon2id$third")

/** A new player `name`@example.com, signed in once; their first refresh token's hash is `hashOf(token)`. */
export const newPlayer = Effect.fnUntraced(function*(name: string, token = name) {
  const accounts = yield* Accounts
  const made = yield* accounts.signUp({
    email: `${name}@example.com`,
    username: name,
    passwordHash: firstHash,
    session: { refreshTokenHash: hashOf(token), userAgent: "a browser" }
  }, origin)
  return { id: made.user.id, user: made.user, session: sessionId(made.sessionId) }
})

/** Signs a player in once more, with a refresh token whose hash is `hashOf(token)`. */
export const signInAgain = Effect.fnUntraced(function*(id: UserId, token: string, hash = firstHash) {
  const accounts = yield* Accounts
  const session = { refreshTokenHash: hashOf(token), userAgent: "another browser" }
  const opened = yield* accounts.openSession(id, session, { verified: hash, replacement: null }, origin)
  return sessionId(opened.sessionId)
})

/** The jobs of a kind, oldest first. */
export const jobsOf = Effect.fnUntraced(function*<Tag extends Job["_tag"]>(tag: Tag) {
  const jobs = yield* (yield* World).jobs
  return jobs.filter((job): job is Extract<Job, { readonly _tag: Tag }> => job._tag === tag)
})

/** The hash of the token in the newest mail of a kind, as its reader would send it. */
export const mailedHash = Effect.fnUntraced(function*(
  tag: "MailWelcome" | "MailVerifyAddress" | "MailResetPassword"
) {
  const tokens = yield* MailedTokens
  return tokens.hashOf(tokens.tokenOf(present((yield* jobsOf(tag)).at(-1)).mailedTokenId))
})

/** What happened to a player, oldest first. */
export const eventsOf = Effect.fnUntraced(function*(id: UserId) {
  const events = yield* (yield* SecurityLog).of(id, 100)
  return events.map(({ type }) => type).toReversed()
})

/** The stored password's hash. */
export const storedHash = Effect.fnUntraced(function*(id: UserId) {
  return Redacted.value(present(yield* (yield* Accounts).passwordHash(id)))
})

/** All that is kept about a player, as an operator is given it. */
export const exportOf = Effect.fnUntraced(function*(id: UserId) {
  const text = yield* (yield* Accounts).export(id, { _tag: "Operator" })
  if (text === null) return null
  const all: unknown = JSON.parse(yield* Stream.mkString(text))
  return { ...Object(all) } as Readonly<Record<string, unknown>>
})
