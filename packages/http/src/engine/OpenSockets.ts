/**
 * The WebSockets that an engine has open: who serves them, whether their clients are still there, and what each may cost.
 *
 * The engine reports what its library tells of a connection; the rules are here, once for both engines.
 */
import { isTrusted } from "@ddd/core/accounts/ClientAddress"
import { networkOf } from "@ddd/core/accounts/Network"
import { gauge } from "@ddd/core/values/Measure"
import { Effect, type Scope } from "effect"
import type { Problem } from "../problems/Problem.ts"
import { Counts } from "./Counts.ts"
import { eachSecond } from "./EachSecond.ts"
import type { EngineOptions } from "./EngineOptions.ts"
import { FrameLimit, NetworkFrames } from "./FrameLimits.ts"
import { type Handshake, refuseHandshake } from "./Handshake.ts"
import * as Heartbeat from "./Heartbeat.ts"
import { notServing, tooManySockets } from "./Refusal.ts"
import { goingAway, limits, type LiveSocket, type SocketListener } from "./Sockets.ts"

/** A connection of an engine. */
export interface EngineSocket extends LiveSocket, Heartbeat.Pulse {
  /** False once it was said goodbye to. */
  readonly isOpen: boolean
  /** As `close`, and reads no more of what the client sends. */
  readonly cutOff: (code: number, reason: string) => void
}

type SocketRules = Pick<EngineOptions, "allowedOrigins" | "isHttpsOnly" | "proxies">

type Accept = (socket: LiveSocket) => SocketListener

/** Seconds after a goodbye, until who has not answered it is dropped. */
const goodbyeMax = 10

interface Open {
  readonly network: string
  /** Null for one that nobody serves. */
  listener: SocketListener | null
  readonly frames: FrameLimit
  /** Seconds since something was unread. */
  unread: number
  /** Seconds since the goodbye. */
  leaving: number
}

export class OpenSockets<Socket extends EngineSocket> {
  #accept: Accept | undefined
  readonly #open = new Map<Socket, Open>()
  readonly #byNetwork = new Counts()
  readonly #framesOf = new NetworkFrames()
  readonly #heartbeat: Heartbeat.Heartbeat
  readonly #rules: SocketRules
  readonly #unreadMax: number

  constructor(
    patience: Heartbeat.Patience,
    heartbeat: Heartbeat.Heartbeat,
    rules: SocketRules
  ) {
    this.#heartbeat = heartbeat
    this.#rules = rules
    this.#unreadMax = patience.unread
  }

  /** Why the connection is not opened; `undefined` where it is. */
  refuse(handshake: Handshake): Problem | undefined {
    if (this.#accept === undefined) return notServing
    const refusal = refuseHandshake(handshake, this.#rules)
    const { address } = handshake.client
    if (refusal !== undefined || this.#isProxy(address)) return refusal
    const fromThere = this.#byNetwork.of(networkOf(address))
    return fromThere >= limits.socketsOfNetwork ? tooManySockets : undefined
  }

  /** The handshake is done. Comes before whatever else is told of the connection. */
  opened(socket: Socket): void {
    const network = networkOf(socket.clientAddress)
    const ofNetwork = this.#isProxy(socket.clientAddress) ? undefined : this.#framesOf.of(network)
    const open: Open = { network, listener: null, frames: new FrameLimit(ofNetwork), unread: 0, leaving: 0 }
    this.#open.set(socket, open)
    this.#byNetwork.add(network)
    this.#heartbeat.heard(socket)
    if (this.#accept === undefined) return socket.close(1012, goingAway)
    const listener = this.#accept(socket)
    if (this.#open.has(socket)) open.listener = listener
    else listener.closed() // `accept` closed it at once
  }

  /** The client sent a frame of any kind. Returns whether it is to be looked at: not where they come too fast. */
  heard(socket: Socket): boolean {
    const open = this.#open.get(socket)
    if (open === undefined || !socket.isOpen) return false
    this.#heartbeat.heard(socket)
    if (open.frames.take()) return true
    socket.cutOff(1008, "Send more slowly.")
    return false
  }

  /** The client sent a text, of at most `limits.messageBytes`. */
  message(socket: Socket, text: string): void {
    this.#open.get(socket)?.listener?.message(text)
  }

  /** The client does not read what was published as fast as it comes. */
  behind(socket: Socket): void {
    this.#open.get(socket)?.listener?.behind?.()
  }

  /** The client has read some of what was buffered. */
  drained(socket: Socket): void {
    const open = this.#open.get(socket)
    if (open === undefined) return
    open.unread = 0
    open.listener?.drained()
  }

  /** The connection is gone. */
  closed(socket: Socket): void {
    const open = this.#open.get(socket)
    if (open === undefined) return
    this.#open.delete(socket)
    this.#byNetwork.remove(open.network)
    this.#heartbeat.forget(socket)
    open.listener?.closed()
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size
  }

  /** A second has gone by. */
  sweep(): void {
    this.#framesOf.sweep((network) => this.#byNetwork.of(network) > 0)
    for (const [socket, open] of this.#open) {
      if (!socket.isOpen) {
        if (++open.leaving >= goodbyeMax) socket.drop()
      } else if (socket.bufferedAmount() === 0) open.unread = 0
      else if (++open.unread >= this.#unreadMax) socket.close(1013, "Read faster.")
      else open.listener?.behind?.()
    }
  }

  /** Whether all who come through a trusted proxy seem to come from the address: it names nobody else. */
  #isProxy(address: string): boolean {
    return this.#rules.proxies !== undefined && isTrusted(this.#rules.proxies, address)
  }

  /** As `Sockets.serve`; where the scope closes, `finish` follows the goodbyes, with what is then left open. */
  serve(
    accept: Accept,
    finish: (open: ReadonlyArray<Socket>) => Effect.Effect<void> = () => Effect.void
  ): Effect.Effect<void, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.sync(() => {
        this.#accept = accept
      }),
      () =>
        Effect.suspend(() => {
          if (this.#accept !== accept) return Effect.void
          this.#accept = undefined
          const open = [...this.#open.keys()]
          return Effect.andThen(sendElsewhere(open), Effect.suspend(() => finish(open)))
        })
    )
  }
}

/** In so many turns at most, of so many milliseconds; in each so many at least. */
const goodbyeTurns = { count: 60, millis: 50, sockets: 100 } as const

/** Tells clients to go elsewhere, over up to 3 s where they are many: they come to the other servers one after the other. */
const sendElsewhere = (open: ReadonlyArray<EngineSocket>): Effect.Effect<void> => {
  const size = Math.max(goodbyeTurns.sockets, Math.ceil(open.length / goodbyeTurns.count))
  const turns = Array.from(
    { length: Math.ceil(open.length / size) },
    (_, turn) => open.slice(turn * size, (turn + 1) * size)
  )
  return Effect.forEach(turns, (sockets, turn) =>
    Effect.sync(() => {
      for (const socket of sockets) socket.close(1012, goingAway)
    }).pipe(Effect.delay(turn === 0 ? 0 : goodbyeTurns.millis)), { discard: true })
}

/** Makes an empty set, whose sweeps stop with the scope. */
export const make = <Socket extends EngineSocket>(
  options: EngineOptions
): Effect.Effect<OpenSockets<Socket>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const patience = { ...Heartbeat.defaultPatience, ...options.patience }
    const sockets = new OpenSockets<Socket>(patience, yield* Heartbeat.make(patience), options)
    yield* eachSecond(() => sockets.sweep())
    yield* gauge("ddd_websockets", "WebSockets that are open.", () => sockets.size)
    return sockets
  })
