/**
 * Players by the thousand.
 *
 * A sign-up costs a password hash, 20 ms of a core. These are made through the same ports as the server's own, all with one
 * password that was hashed once, and their access tokens are issued with the server's keys.
 */
import { pages } from "@ddd/cli/commands/Pages"
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { sessionId } from "@ddd/core/accounts/Session"
import type { Cents } from "@ddd/core/money/Money"
import { AccessTokens } from "@ddd/core/ports/AccessTokens"
import { Accounts } from "@ddd/core/ports/Accounts"
import { JobBoard } from "@ddd/core/ports/JobBoard"
import { Ledger } from "@ddd/core/ports/Ledger"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { Passwords } from "@ddd/core/ports/Passwords"
import { RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import { userId } from "@ddd/core/values/Ids"
import { Effect, Redacted, Schema, Stream } from "effect"

/** A player who is signed in, in a form that goes from process to process. */
export const Player = Schema.Struct({ userId: Schema.String, accessToken: Schema.String })
export type Player = typeof Player.Type

/** Another session of a player, as by the password. */
export const openSession = Effect.fn("Players.openSession")(function*({ userId: id }: Player) {
  const accounts = yield* Accounts
  const player = userId(id)
  const verified = yield* Effect.fromNullishOr(yield* accounts.passwordHash(player)).pipe(Effect.orDie)
  const { hash, token } = yield* (yield* RefreshTokens).issue
  const opened = yield* accounts.openSession(
    player,
    { refreshTokenHash: hash, userAgent: null },
    { verified, replacement: null },
    operatorOrigin
  )
  const { accessToken } = yield* (yield* AccessTokens).issue(player, sessionId(opened.sessionId))
  return {
    sessionId: opened.sessionId,
    refreshToken: Redacted.value(token),
    accessToken: Redacted.value(accessToken)
  }
})

/** Of all of them. */
export const password = "correct horse battery staple"

/** Where the player of this number gets mail. */
export const emailOf = (index: number): string => `player-${index}@example.com`

/** Verifies the addresses of all who were mailed a link, as by that link. */
export const verifyAddresses = Effect.gen(function*() {
  const mailedTokens = yield* MailedTokens
  const accounts = yield* Accounts
  const board = yield* JobBoard
  yield* Stream.runForEach(pages((page) => board.list(null, page)), ({ about, kind }) => {
    const id = kind === "MailWelcome" ? /"mailedTokenId":"([0-9a-f-]{36})"/.exec(about)?.[1] : undefined
    return id === undefined
      ? Effect.void
      : Effect.asVoid(accounts.verifyEmail(mailedTokens.hashOf(mailedTokens.tokenOf(id)), operatorOrigin))
  })
})

/** Makes `count` players, of whom each is credited `fundsOf` their number, 0 to `count` − 1, and who may be paid out. */
export const makePayees = Effect.fn("Players.makePayees")(function*(count: number, fundsOf: (index: number) => Cents) {
  const players = yield* makePlayers(count, fundsOf)
  yield* verifyAddresses
  return players
})

/** The same of players whose addresses are not verified; `first` is the number in the name of the first of them. */
export const makePlayers = Effect.fn("Players.make")(function*(
  count: number,
  fundsOf: (index: number) => Cents,
  first = 0
) {
  const accounts = yield* Accounts
  const ledger = yield* Ledger
  const refreshTokens = yield* RefreshTokens
  const tokens = yield* AccessTokens
  const passwordHash = Redacted.make(yield* (yield* Passwords).hash(Redacted.make(password)))

  const make = Effect.fnUntraced(function*(index: number) {
    const username = `player-${first + index}`
    const { sessionId: session, user } = yield* accounts.signUp({
      email: emailOf(first + index),
      username,
      passwordHash,
      session: { refreshTokenHash: (yield* refreshTokens.issue).hash, userAgent: null }
    }, operatorOrigin)
    const amount = fundsOf(index)
    if (amount > 0n) {
      yield* ledger.deposit({ userId: user.id, amount, referenceId: `bench:${username}`, metadata: null })
    }
    const { accessToken } = yield* tokens.issue(user.id, sessionId(session))
    const player: Player = { userId: user.id, accessToken: Redacted.value(accessToken) }
    return player
  })
  return yield* Effect.forEach(Array.from({ length: count }, (_, index) => index), make, { concurrency: 16 })
})
