/** Serves what clients send, one message of a connection after the other. */
import type { Now } from "@ddd/core/ports/Now"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
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
}

/**
 * Serves `first` and every message that arrives meanwhile, in the order of arrival, until none is left or the client is gone.
 * A defect is logged, and closes the connection.
 */
export const serveMessages = (
  servers: MessageServers,
  connection: Connection,
  first: string
): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (let text: string | undefined = first; text !== undefined; text = connection.next()) {
      yield* Effect.fromResult(parseMessage(text)).pipe(
        Effect.flatMap((message) => serve(servers, connection, message)),
        Effect.catch((fault) => Effect.sync(() => connection.fault(fault)))
      )
      if (connection.gone) return
    }
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.andThen(
        Effect.logError("A WebSocket message could not be served", cause),
        Effect.sync(() => connection.close(1011, "Something went wrong on our side."))
      )
    )
  )

const serve = (
  { now, signIns, subscriptions }: MessageServers,
  connection: Connection,
  message: ClientMessage
): Effect.Effect<void, Fault> => {
  switch (message.type) {
    case "ping":
      return Effect.map(now, (time) => connection.answer("pong", { serverTime: formatInstant(time) }))
    case "auth":
      return signIns.signIn(connection, message.token)
    case "subscribe":
      return subscriptions.subscribe(connection, message.channel)
    case "unsubscribe":
      return subscriptions.unsubscribe(connection, message.channel)
  }
}
