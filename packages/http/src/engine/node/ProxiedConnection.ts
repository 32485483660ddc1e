/** A connection of a trusted proxy that has yet to say for whom it is. */
import type { Client } from "@ddd/core/accounts/ClientAddress"
import type { Socket } from "node:net"
import type { Connection } from "./ConnectionOwner.ts"
import { readProxyHeader } from "./ProxyHeader.ts"

/** Seconds for the header to arrive, as for a request. */
const patienceMax = 10

export interface ProxiedOwner {
  /** It is for `client`, undefined: for the proxy itself. What was read behind the header is read again from the socket, which is paused. */
  readonly told: (client: Client | undefined) => void
  /** It began otherwise, and is cut off. */
  readonly refused: () => void
  /** The connection is gone, or another's. */
  readonly closed: () => void
}

export class ProxiedConnection implements Connection {
  readonly #socket: Socket
  readonly #owner: ProxiedOwner
  #read: Buffer = Buffer.alloc(0)
  #patience = patienceMax

  constructor(socket: Socket, owner: ProxiedOwner) {
    this.#socket = socket
    this.#owner = owner
    socket.on("data", this.#onData).on("end", this.destroy).on("error", this.destroy).on("close", owner.closed)
  }

  readonly sweep = (): void => {
    // the first of these seconds had begun before
    if (this.#patience-- <= 0) this.destroy()
  }

  stop(): void {
    this.destroy()
  }

  readonly destroy = (): void => {
    this.#socket.destroy()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk])
    const header = readProxyHeader(this.#read)
    if (header._tag === "Incomplete") return
    if (header._tag === "Unlawful") {
      this.destroy()
      return this.#owner.refused()
    }
    const { closed, told } = this.#owner
    this.#socket.off("data", this.#onData).off("end", this.destroy).off("error", this.destroy).off("close", closed)
    closed()
    this.#socket.pause()
    if (header.length < this.#read.length) this.#socket.unshift(this.#read.subarray(header.length))
    told(header.client)
  }
}
