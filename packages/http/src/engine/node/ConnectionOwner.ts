/** What a connection needs of the server that accepted it. */
import type { Client } from "@ddd/core/accounts/ClientAddress"
import type { Socket } from "node:net"
import type { Problem } from "../../problems/Problem.ts"
import type { RequestRules } from "../EngineOptions.ts"
import type { Handle } from "../ExchangeServer.ts"
import type { Refuse } from "../Refusal.ts"
import type { SourceOf } from "../RequestSources.ts"
import type { RequestHead } from "./RequestHead.ts"

/** How connections become WebSockets. */
export interface Upgrades {
  /** Whether the request asks for a WebSocket; otherwise it is an ordinary one. */
  readonly asks: (head: RequestHead) => boolean
  /** Why it is not opened; `undefined` where it is. */
  readonly refusal: (head: RequestHead, client: Client) => Problem | undefined
  /** Takes over the connection, on which `rest` was read after the request. */
  readonly open: (head: RequestHead, socket: Socket, rest: Buffer, client: Client) => void
}

/** What is at the other end of a connection. */
export interface Peer {
  /** In text form. */
  readonly address: string
  readonly sourceOf: SourceOf
  /** Whether TLS is spoken. */
  readonly isEncrypted: boolean
}

/** A connection, as the server looks after it. */
export interface Connection {
  /** A second has gone by. */
  readonly sweep: () => void
  /** No request that has not begun is waited for any more. */
  readonly stop: () => void
  readonly destroy: () => void
}

export interface ConnectionOwner {
  readonly rules: RequestRules
  /** Seconds that a client may leave all of an answer unread. */
  readonly unread: number
  readonly refuse: Refuse
  readonly handle: () => Handle | undefined
  readonly sockets: Upgrades
  /** The connection is gone, or a WebSocket. */
  readonly closed: () => void
}
