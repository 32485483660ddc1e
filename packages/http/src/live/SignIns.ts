/** Who has signed in on which connection, until the token expires or its session ends. */
import type { SessionId } from "@ddd/core/accounts/Session"
import { formatInstant, type Instant, instant } from "@ddd/core/values/Instant"
import { makeRecent } from "@ddd/core/values/Recent"
import { Effect, type Redacted } from "effect"
import { Counts } from "../engine/Counts.ts"
import { TokenBucket } from "../engine/TokenBucket.ts"
import type { Connection } from "./Connection.ts"
import { encodeEvent, type Fault } from "./Events.ts"
import type { LiveSource } from "./LiveSource.ts"
import type { Topics } from "./Topics.ts"

export const tokenExpired: Fault = { code: "token_expired", detail: "The access token has expired." }

/** The most connections that one player is signed in on (docs/api.md, "WebSocket"). */
export const connectionsOfPlayerMax = 16

/** Messages of one player, on all their connections together. */
export const messagesOfPlayer = { atOnce: 1_000, perSecond: 200 } as const
/** So many players are remembered by what they sent lately. */
const recentPlayers = 10_000

const tooManyConnections: Fault = {
  code: "limit_exceeded",
  detail: `A player is signed in on ${connectionsOfPlayerMax} connections at most. Close one first.`
}

export class SignIns {
  readonly #source: LiveSource["Service"]
  readonly #topics: Topics
  readonly #signedIn = new Set<Connection>()
  /** On how many connections each player is signed in. */
  readonly #connectionsOf = new Counts()
  readonly #messagesOf = makeRecent(recentPlayers, () => new TokenBucket(messagesOfPlayer))
  /** For each token that is being verified, the sessions that have ended meanwhile. */
  readonly #verifying = new Set<Set<SessionId>>()

  constructor(source: LiveSource["Service"], topics: Topics) {
    this.#source = source
    this.#topics = topics
  }

  /** Counts a message for the player who is signed in. Returns whether it is to be served. */
  mayMessage({ userId }: Connection): boolean {
    return userId === undefined || this.#messagesOf(userId).take()
  }

  /** Signs in by an access token. Another player than before leaves the private channels of the one before, and is told. */
  signIn(connection: Connection, token: Redacted.Redacted): Effect.Effect<void, Fault> {
    return Effect.suspend(() => {
      const endedMeanwhile = new Set<SessionId>()
      this.#verifying.add(endedMeanwhile)
      return Effect.flatMap(this.#source.authenticate(token), (user) => {
        if (endedMeanwhile.has(user.sessionId)) return Effect.sync(() => closeEnded(connection))
        if (connection.user?.userId !== user.userId) {
          if (this.#connectionsOf.of(user.userId) >= connectionsOfPlayerMax) return Effect.fail(tooManyConnections)
          for (const channel of this.#topics.leavePrivate(connection)) connection.dismissed(channel)
          this.#signOut(connection)
          this.#connectionsOf.add(user.userId)
        }
        connection.user = user
        this.#signedIn.add(connection)
        connection.answer("authenticated", { userId: user.userId, expiresAt: formatInstant(instant(user.expiresAt)) })
        return Effect.void
      }).pipe(Effect.ensuring(Effect.sync(() => this.#verifying.delete(endedMeanwhile))))
    })
  }

  /** The connection is closed. */
  forget(connection: Connection): void {
    this.#signOut(connection)
  }

  /** Nobody is signed in on it any more. */
  #signOut(connection: Connection): void {
    const { user } = connection
    if (user === undefined) return
    this.#signedIn.delete(connection)
    connection.user = undefined
    this.#connectionsOf.remove(user.userId)
  }

  /** Closes the connections of a session that has ended, and those that are about to be signed in by it. */
  endSession(session: SessionId): void {
    for (const endedMeanwhile of this.#verifying) endedMeanwhile.add(session)
    for (const connection of this.#signedIn) {
      if (connection.user?.sessionId === session) closeEnded(connection)
    }
  }

  /** Signs out whose token has expired by `time`, and tells them. */
  expireTokens(time: Instant): void {
    for (const connection of this.#signedIn) {
      if (connection.user === undefined || connection.user.expiresAt > time) continue
      this.#signOut(connection)
      this.#topics.leavePrivate(connection)
      connection.send(encodeEvent("error", tokenExpired))
    }
  }
}

const closeEnded = (connection: Connection): void => connection.close(1008, "This session has ended.")
