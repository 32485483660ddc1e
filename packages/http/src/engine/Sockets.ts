/**
 * WebSockets, the same on every engine.
 *
 * An engine accepts them at one path; `serve` says what becomes of each. Everything is a plain callback on the event loop:
 * ten thousand sockets need no fiber and no timer of their own.
 */
import { Context, type Effect, type Scope } from "effect"
import type { Limiting } from "../limits/RequestLimits.ts"

/** One open connection, as the server sees it. Every method may be called at any time: on a closed one it does nothing. */
export interface LiveSocket {
  /** The client's, in text form. */
  readonly clientAddress: string
  /** Sends one text message, or queues it where the client reads more slowly. */
  readonly send: (text: string) => void
  /** Is sent what is published to `topic` from now on. */
  readonly join: (topic: string) => void
  readonly leave: (topic: string) => void
  /** Bytes that wait for the client to read; 0 once closed. */
  readonly bufferedAmount: () => number
  /** Says goodbye with `code` (RFC 6455, section 7.4) and a reason of at most 123 bytes. `closed` follows. */
  readonly close: (code: number, reason: string) => void
}

/** What the server makes of one connection. No callback comes after `closed`. */
export interface SocketListener {
  readonly message: (text: string) => void
  /** Something that was published to a topic which it has joined waits to be read; noticed within a second. */
  readonly behind?: () => void
  /** What was buffered has been read, all or some of it. */
  readonly drained: () => void
  readonly closed: () => void
}

export class Sockets extends Context.Service<Sockets, {
  /**
   * Accepts connections until the scope closes; then those that are left are closed with 1012, and whoever comes is
   * answered 503. One at a time: a second `serve` replaces the first.
   */
  readonly serve: (accept: (socket: LiveSocket) => SocketListener) => Effect.Effect<void, never, Scope.Scope>
  /**
   * Sends one text message to all who have joined `topic`: a part of them with each step of the iteration, 2 or 3 ms of work, so that the
   * caller can let others have their turn in between. Who joins meanwhile may be sent it or not.
   */
  readonly publish: (topic: string, text: string) => Iterable<void>
  /** As the engine counts requests (`Limiting`). */
  readonly countRead: Limiting["countRead"]
}>()("@ddd/http/engine/Sockets") {}

/** Limits of every connection (docs/api.md, "WebSocket"). */
export const limits = {
  /** A longer message: closed with 1009. */
  messageBytes: 4 * 1024,
  /** What a slow reader may leave unread: past it, closed with 1013. */
  bufferedBytes: 1024 * 1024,
  /** Of one network (a /24 of IPv4, a /56 of IPv6), such as a mobile provider's; a trusted proxy that names nobody has any number. */
  socketsOfNetwork: 2_000
} as const

/** The reason that goes with 1012. */
export const goingAway = "The server is stopping."
