/**
 * The WebSockets that an engine has open: who serves them, and whether their clients are still there.
 *
 * The engine reports what its library tells of a connection; the rules are here, once for both engines.
 */
import { Effect, type Scope } from "effect"
import type { Problem } from "../problems/Problem.ts"
import type { EngineOptions } from "./EngineOptions.ts"
import { type Handshake, refuseHandshake } from "./Handshake.ts"
import * as Heartbeat from "./Heartbeat.ts"
import { notServing } from "./Refusal.ts"
import { goingAway, type LiveSocket, type SocketListener } from "./Sockets.ts"

/** A connection of an engine. */
export interface EngineSocket extends LiveSocket, Heartbeat.Pulse {}

type Accept = (socket: LiveSocket) => SocketListener

export class OpenSockets<Socket extends EngineSocket> {
  #accept: Accept | undefined
  /** Null for one that nobody serves. */
  readonly #listeners = new Map<Socket, SocketListener | null>()
  readonly #heartbeat: Heartbeat.Heartbeat
  readonly #allowedOrigins: ReadonlySet<string>

  constructor(heartbeat: Heartbeat.Heartbeat, allowedOrigins: ReadonlySet<string>) {
    this.#heartbeat = heartbeat
    this.#allowedOrigins = allowedOrigins
  }

  /** Why the connection is not opened; `undefined` where it is. */
  refuse(handshake: Handshake): Problem | undefined {
    return this.#accept === undefined ? notServing : refuseHandshake(handshake, this.#allowedOrigins)
  }

  /** The handshake is done. Comes before whatever else is told of the connection. */
  opened(socket: Socket): void {
    this.#listeners.set(socket, null)
    this.#heartbeat.heard(socket)
    if (this.#accept === undefined) return socket.close(1001, goingAway)
    const listener = this.#accept(socket)
    if (this.#listeners.has(socket)) this.#listeners.set(socket, listener)
    else listener.closed() // `accept` closed it at once
  }

  /** The client sent a frame of any kind. */
  heard(socket: Socket): void {
    this.#heartbeat.heard(socket)
  }

  /** The client sent a text, of at most `limits.messageBytes`. */
  message(socket: Socket, text: string): void {
    this.#listeners.get(socket)?.message(text)
  }

  /** The client has read some of what was buffered. */
  drained(socket: Socket): void {
    this.#listeners.get(socket)?.drained()
  }

  /** The connection is gone. */
  closed(socket: Socket): void {
    const listener = this.#listeners.get(socket)
    this.#listeners.delete(socket)
    this.#heartbeat.forget(socket)
    listener?.closed()
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
          const open = [...this.#listeners.keys()]
          for (const socket of open) socket.close(1001, goingAway)
          return finish(open)
        })
    )
  }
}

/** Makes an empty set, whose heartbeat stops with the scope. */
export const make = <Socket extends EngineSocket>(
  { allowedOrigins, patience = Heartbeat.defaultPatience }: EngineOptions
): Effect.Effect<OpenSockets<Socket>, never, Scope.Scope> =>
  Effect.map(Heartbeat.make(patience), (heartbeat) => new OpenSockets(heartbeat, allowedOrigins))
