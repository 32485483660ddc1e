/**
 * Tells every connected client of this process what happens to the draws, and to the rooms that they are in (docs/api.md, "WebSocket"; docs/design.md, "Live updates").
 *
 * It knows neither the database nor the engine: news comes from `LiveSource`, connections from `Sockets`. Here its parts are put together.
 */
import { Now } from "@ddd/core/ports/Now"
import { formatInstant } from "@ddd/core/values/Instant"
import { gauge } from "@ddd/core/values/Measure"
import { Effect, Layer, Stream } from "effect"
import { type LiveSocket, type SocketListener, Sockets } from "../engine/Sockets.ts"
import { tellChanges } from "./Changes.ts"
import { drawKind, lobbyKind, walletKind } from "./ChannelKind.ts"
import { type MessageServers, serveMessages } from "./ClientMessages.ts"
import { Connection } from "./Connection.ts"
import { LiveSource } from "./LiveSource.ts"
import { SignIns } from "./SignIns.ts"
import { Subscriptions } from "./Subscriptions.ts"
import { Topics } from "./Topics.ts"

/** How often tokens are looked at for having expired. */
const expiryInterval = "1 second"

/** How often channels are asked about, in case that news of them was lost. */
const askInterval = "1 second"

/** Serves the engine's WebSockets until its scope closes. */
export const layer: Layer.Layer<never, never, LiveSource | Now | Sockets> = Layer.effectDiscard(Effect.gen(function*() {
  const source = yield* LiveSource
  const { now } = yield* Now
  const sockets = yield* Sockets
  const fork = Effect.runForkWith(yield* Effect.context())
  const topics = new Topics(yield* Effect.scope, sockets.publish)
  const signIns = new SignIns(source, topics)
  const subscriptions = new Subscriptions([drawKind(source), lobbyKind(source), walletKind(source)], topics)

  yield* gauge("ddd_live_channels", "Channels that somebody listens to.", () => topics.size)
  yield* Effect.forkScoped(tellChanges(source, topics))
  yield* source.endedSessions.pipe(
    Stream.runForEach((session) => Effect.sync(() => signIns.endSession(session))),
    Effect.forkScoped({ startImmediately: true })
  )
  yield* Effect.map(now, (time) => signIns.expireTokens(time)).pipe(
    Effect.delay(expiryInterval),
    Effect.forever,
    Effect.forkScoped
  )
  yield* topics.askAbout.pipe(Effect.delay(askInterval), Effect.forever, Effect.forkScoped)
  yield* sockets.serve(accept({ now, signIns, subscriptions, topics }, (effect) => fork(effect)))
}))

/** What becomes of each connection, from its greeting to its end. */
const accept = (
  { topics, ...servers }: MessageServers & { readonly topics: Topics },
  fork: (effect: Effect.Effect<void>) => void
) =>
(socket: LiveSocket): SocketListener => {
  const connection = new Connection(socket)
  const forget = () => {
    servers.signIns.forget(connection)
    topics.leaveAll(connection)
  }
  /** A message that was being served when the connection closed may have signed it in, or subscribed it, after `forget`. */
  const forgetIfGone = Effect.sync(() => {
    if (connection.gone) forget()
  })
  fork(greet(connection, servers))
  return {
    message: (text) => {
      if (connection.receive(text)) fork(Effect.andThen(serveMessages(servers, connection, text), forgetIfGone))
    },
    behind: () => topics.fallBehind(connection),
    drained: () => topics.catchUp(connection),
    closed: () => {
      connection.gone = true
      forget()
    }
  }
}

const greet = (connection: Connection, { now }: MessageServers): Effect.Effect<void> =>
  Effect.map(
    now,
    (time) => connection.answer("connected", { connectionId: connection.id, serverTime: formatInstant(time) })
  )
