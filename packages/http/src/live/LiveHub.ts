/**
 * Tells every connected client of this process what happens to the draws, and to the rooms that they are in (API.md, "WebSocket"; DESIGN.md, "Live updates").
 *
 * It knows neither the database nor the engine: news comes from `LiveSource`, connections from `Sockets`.
 */
import type { SessionId } from "@ddd/core/accounts/Session"
import { Now } from "@ddd/core/ports/Now"
import { formatInstant, instant } from "@ddd/core/values/Instant"
import { Effect, Layer, type Redacted, Stream } from "effect"
import { type LiveSocket, type SocketListener, Sockets } from "../engine/Sockets.ts"
import { type ChannelKind, drawChannel, drawKind, lobbyChannel, lobbyKind } from "./ChannelKind.ts"
import { Connection } from "./Connection.ts"
import { type LiveChange, LiveSource, type LiveSourceUnavailable } from "./LiveSource.ts"
import { type ClientMessage, encodeEvent, type Fault, parseMessage } from "./Protocol.ts"
import { Topics } from "./Topics.ts"

/** How often tokens are looked at for having expired. */
const expiryInterval = "1 second"

/** How long until changes that failed are listened to again. */
const retryInterval = "1 second"

/** Serves the engine's WebSockets until its scope closes. */
export const layer: Layer.Layer<never, never, LiveSource | Now | Sockets> = Layer.effectDiscard(Effect.gen(function*() {
  const source = yield* LiveSource
  const { now } = yield* Now
  const sockets = yield* Sockets
  const fork = Effect.runForkWith(yield* Effect.context())
  const topics = new Topics(yield* Effect.scope)
  const kinds: ReadonlyArray<ChannelKind> = [drawKind(source), lobbyKind(source)]
  const signedIn = new Set<Connection>()
  /** For each token that is being verified, the sessions that have ended meanwhile. */
  const verifying = new Set<Set<SessionId>>()

  const kindOf = (name: string): Effect.Effect<ChannelKind, Fault> => {
    const kind = kinds.find((each) => each.matches(name))
    return kind === undefined
      ? Effect.fail({ code: "not_found", detail: "There is no such channel." })
      : Effect.succeed(kind)
  }

  const authenticate = (connection: Connection, token: Redacted.Redacted): Effect.Effect<void, Fault> =>
    Effect.suspend(() => {
      const endedMeanwhile = new Set<SessionId>()
      verifying.add(endedMeanwhile)
      return Effect.map(source.authenticate(token), (user) => {
        if (endedMeanwhile.has(user.sessionId)) return closeEnded(connection)
        if (connection.user?.userId !== user.userId) topics.leavePrivate(connection)
        connection.user = user
        signedIn.add(connection)
        connection.answer("authenticated", { userId: user.userId, expiresAt: formatInstant(instant(user.expiresAt)) })
      }).pipe(Effect.ensuring(Effect.sync(() => verifying.delete(endedMeanwhile))))
    })

  const serve = (connection: Connection, message: ClientMessage): Effect.Effect<void, Fault> => {
    switch (message.type) {
      case "ping":
        return Effect.map(now, (time) => connection.answer("pong", { serverTime: formatInstant(time) }))
      case "auth":
        return authenticate(connection, message.token)
      case "subscribe":
        return Effect.gen(function*() {
          const kind = yield* kindOf(message.channel)
          const { user } = connection
          const fault = yield* Effect.catchTag(
            kind.authorise(message.channel, user?.userId),
            "LiveSourceUnavailable",
            notNow
          )
          if (fault !== null) return yield* Effect.fail(fault)
          // the token may have expired meanwhile: its private channels are gone, and this one would stay
          if (kind.private && connection.user !== user) return yield* Effect.fail(tokenExpired)
          connection.answer("subscribed", { channel: message.channel })
          yield* topics.listen(connection, message.channel, kind)
        })
      case "unsubscribe":
        return Effect.map(kindOf(message.channel), () => {
          topics.leave(connection, message.channel)
          connection.answer("unsubscribed", { channel: message.channel })
        })
    }
  }

  const forget = (connection: Connection): void => {
    signedIn.delete(connection)
    topics.leaveAll(connection)
  }

  const serveAll = (connection: Connection, first: string): Effect.Effect<void> =>
    Effect.gen(function*() {
      for (let text: string | undefined = first; text !== undefined; text = connection.next()) {
        yield* Effect.fromResult(parseMessage(text)).pipe(
          Effect.flatMap((message) => serve(connection, message)),
          Effect.catch((fault) => Effect.sync(() => connection.fault(fault)))
        )
        if (connection.gone) return forget(connection) // it went while it was being served
      }
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.andThen(
          Effect.logError("A WebSocket message could not be served", cause),
          Effect.sync(() => connection.close(1011, "Something went wrong on our side."))
        )
      )
    )

  const accept = (socket: LiveSocket): SocketListener => {
    const connection = new Connection(socket)
    fork(
      Effect.map(
        now,
        (time) => connection.answer("connected", { connectionId: connection.id, serverTime: formatInstant(time) })
      )
    )
    return {
      message: (text) => {
        if (connection.take(text)) fork(serveAll(connection, text))
      },
      drained: () => topics.catchUp(connection),
      closed: () => {
        connection.gone = true
        forget(connection)
      }
    }
  }

  const hear = (change: LiveChange): Effect.Effect<void> => {
    switch (change._tag) {
      case "DrawSold":
        return Effect.sync(() => {
          topics.touch(drawChannel)
          topics.touch(lobbyChannel(change.drawId)) // where it is a room
        })
      case "RoomChanged":
        return Effect.sync(() => topics.touch(lobbyChannel(change.roomId)))
      case "DrawStatus": {
        const { _tag, ...data } = change
        topics.touch(drawChannel) // another draw may be on sale now
        return topics.publish(drawChannel, data.drawId, encodeEvent("draw:status", data, drawChannel))
      }
    }
  }

  const endSession = (session: SessionId): void => {
    for (const endedMeanwhile of verifying) endedMeanwhile.add(session)
    for (const connection of signedIn) {
      if (connection.user?.sessionId === session) closeEnded(connection)
    }
  }

  const expireTokens = Effect.map(now, (time) => {
    for (const connection of signedIn) {
      if (connection.user === undefined || connection.user.expiresAt > time) continue
      signedIn.delete(connection)
      connection.user = undefined
      topics.leavePrivate(connection)
      connection.send(encodeEvent("error", tokenExpired))
    }
  })

  yield* source.changes.pipe(
    Stream.runForEach(hear),
    Effect.catchCause((cause) => Effect.logWarning("The live changes are interrupted", cause)),
    Effect.andThen(Effect.sleep(retryInterval)),
    Effect.andThen(Effect.sync(() => topics.touchAll())),
    Effect.forever,
    Effect.forkScoped
  )
  yield* source.endedSessions.pipe(
    Stream.runForEach((session) => Effect.sync(() => endSession(session))),
    Effect.forkScoped({ startImmediately: true })
  )
  yield* expireTokens.pipe(Effect.delay(expiryInterval), Effect.forever, Effect.forkScoped)
  yield* sockets.serve(accept)
}))

const tokenExpired: Fault = { code: "token_expired", detail: "The access token has expired." }

const notNow = ({ cause, message }: LiveSourceUnavailable): Effect.Effect<Fault> =>
  Effect.as(Effect.logWarning(message, cause), {
    code: "unavailable",
    detail: "Whether you may listen to this channel cannot be found out now; try again."
  })

const closeEnded = (connection: Connection): void => connection.close(1008, "This session has ended.")
