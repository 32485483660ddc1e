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
import { type MessageServers, plainPing, serveMessage } from "./ClientMessages.ts"
import { Connection } from "./Connection.ts"
import { encodeEvent } from "./Events.ts"
import { LiveSource } from "./LiveSource.ts"
import { SignIns } from "./SignIns.ts"
import { Subscriptions } from "./Subscriptions.ts"
import { Topics } from "./Topics.ts"
import { Turns, type Waiting } from "./Turns.ts"

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
  const pong = new Pong()
  const hub: Hub = {
    now,
    signIns,
    subscriptions,
    topics,
    pong,
    turns: new Turns(() => pong.forget()),
    countRead: sockets.countRead,
    fork: (effect) => fork(effect)
  }
  yield* sockets.serve((socket) => new Served(hub, socket))
}))

/** What all connections are served by. */
interface Hub extends MessageServers {
  readonly topics: Topics
  readonly turns: Turns
  readonly pong: Pong
  readonly fork: (effect: Effect.Effect<void>) => void
}

/** The answer to pings, made once for all of a turn: clients may send very many. */
class Pong {
  #text: string | undefined

  forget(): void {
    this.#text = undefined
  }

  /** Sends it. */
  answer({ fork, now }: Hub, connection: Connection): void {
    if (this.#text !== undefined) return connection.send(this.#text)
    fork(Effect.map(now, (time) => {
      this.#text = encodeEvent("pong", { serverTime: formatInstant(time) })
      connection.send(this.#text)
    }))
  }
}

/** What becomes of a connection, from its greeting to its end. A class: of closures each connection would have its own. */
class Served implements SocketListener, Waiting {
  readonly #hub: Hub
  readonly #connection: Connection
  /** A message is being served; the others wait, so that all are served in the order in which they came. */
  #isBusy = false

  constructor(hub: Hub, socket: LiveSocket) {
    this.#hub = hub
    this.#connection = new Connection(socket)
    hub.fork(greet(this.#connection, hub))
  }

  message(text: string): void {
    const { signIns, turns } = this.#hub
    if (!signIns.mayMessage(this.#connection)) return this.#connection.close(1008, "Send more slowly.")
    const isWaiting = this.#isBusy || this.#connection.isWaiting
    this.#connection.receive(text)
    if (!isWaiting) turns.add(this)
  }

  serveOne(): boolean {
    const text = this.#connection.next()
    if (text === undefined) return false
    if (text === plainPing) this.#hub.pong.answer(this.#hub, this.#connection)
    else this.#serve(text)
    return !this.#isBusy && this.#connection.isWaiting
  }

  #serve(text: string): void {
    this.#isBusy = true
    let isNow = true
    this.#hub.fork(Effect.andThen(
      serveMessage(this.#hub, this.#connection, text),
      Effect.sync(() => {
        this.#isBusy = false
        // a message that was being served when the connection closed may have signed it in, or subscribed it, after `closed`
        if (this.#connection.gone) this.#forget()
        else if (!isNow && this.#connection.isWaiting) this.#hub.turns.add(this)
      })
    ))
    isNow = false
  }

  behind(): void {
    this.#hub.topics.fallBehind(this.#connection)
  }

  drained(): void {
    this.#hub.topics.catchUp(this.#connection)
  }

  closed(): void {
    this.#connection.gone = true
    this.#hub.turns.remove(this)
    this.#forget()
  }

  #forget(): void {
    this.#hub.signIns.forget(this.#connection)
    this.#hub.topics.leaveAll(this.#connection)
  }
}

const greet = (connection: Connection, { now }: MessageServers): Effect.Effect<void> =>
  Effect.map(
    now,
    (time) => connection.answer("connected", { connectionId: connection.id, serverTime: formatInstant(time) })
  )
