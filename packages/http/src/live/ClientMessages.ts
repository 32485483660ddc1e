/** Serves what clients send, one message of a connection after the other. */
import type { Now } from "@ddd/core/ports/Now"
import { userId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import type { Sockets } from "../engine/Sockets.ts"
import type { Connection } from "./Connection.ts"
import type { Fault } from "./Events.ts"
import { type ClientMessage, parseMessage } from "./Protocol.ts"
import type { SignIns } from "./SignIns.ts"
import type { Subscriptions } from "./Subscriptions.ts"

/** What messages are served by. */
export interface MessageServers {
  readonly now: Now["Service"]["now"]
  readonly signIns: SignIns
  readonly subscriptions: Subscriptions
  readonly countRead: Sockets["Service"]["countRead"]
}

/** A ping as most clients send it. */
export const plainPing = "{\"type\":\"ping\"}"

/** Serves a message. Never fails: a defect is logged, and closes the connection. */
export const serveMessage = (servers: MessageServers, connection: Connection, text: string): Effect.Effect<void> =>
  Effect.fromResult(parseMessage(text)).pipe(
    Effect.flatMap((message) => serve(servers, connection, message)),
    Effect.catch((fault) => Effect.sync(() => connection.fault(fault))),
    Effect.catchCause((cause) =>
      Effect.andThen(
        Effect.logError("A WebSocket message could not be served", cause),
        Effect.sync(() => connection.close(1011, "Something went wrong on our side."))
      )
    )
  )

const serve = (
  servers: MessageServers,
  connection: Connection,
  message: ClientMessage
): Effect.Effect<void, Fault> => {
  const { now, signIns, subscriptions } = servers
  switch (message.type) {
    case "ping":
      return Effect.map(now, (time) => connection.answer("pong", { serverTime: formatInstant(time) }))
    case "auth":
      return Effect.andThen(count(servers, connection), signIns.signIn(connection, message.token))
    case "subscribe":
      return Effect.andThen(count(servers, connection), subscriptions.subscribe(connection, message.channel))
    case "unsubscribe":
      return subscriptions.unsubscribe(connection, message.channel)
  }
}

/** Counts what asks the database, as what is read over HTTP is counted. Fails where it is one too many. */
const count = ({ countRead }: MessageServers, { clientAddress, user }: Connection): Effect.Effect<void, Fault> =>
  Effect.suspend(() => {
    const counted = countRead(clientAddress, user === undefined ? undefined : userId(user.userId))
    return counted === undefined ?
      Effect.void :
      Effect.flatMap(
        Effect.promise(() => counted),
        (refusal) => refusal === undefined ? Effect.void : Effect.fail({ code: refusal.code, detail: refusal.detail })
      )
  })
