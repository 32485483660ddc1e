/**
 * The servers of a database, as this process finds them: which one is the primary, whether any of them answers, and every connection
 * that is open to them.
 *
 * A connection that waits for an answer for longer than its kind may is cut (`ServerSocket`). That one was found silent says
 * something of all others: those that rest are made anew, and those that wait for as long are cut as well. Where no server could be
 * reached a moment ago, the next to ask is told so at once: one of them a moment finds out anew, and the others do not stand in line for it.
 */
import type { ServerAddress, TlsUse } from "./ConnectionUrl.ts"

/** A connection, as its servers see it. */
export interface OpenConnection {
  /** For how long it has waited for an answer, in milliseconds; null where it awaits none. */
  readonly waitingMillis: () => number | null
  /** Ends it: whoever waits for an answer hears this error. */
  readonly cut: (error: Error) => void
  /** Has it look at its bounds again. */
  readonly hasten: () => void
}

/** The database is out of reach, and why. */
export class ServerUnreachable extends Error {
  override readonly name: string = "ServerUnreachable"
}

/** The server takes no writes: it is a standby, or recovers. */
export class StillStandby extends ServerUnreachable {}

/** For how long after nobody could be reached nobody else tries. */
const pauseMillis = 500

/** While this process stops, no answer is waited for longer than this, whatever it is. */
const stoppingSilenceMillisMax = 2_500

export class Servers {
  readonly addresses: ReadonlyArray<ServerAddress>
  readonly tls: TlsUse
  /** Whether one that takes no writes is passed by. */
  readonly writable: boolean
  readonly #open = new Set<OpenConnection>()
  #next = 0
  #failures = 0
  #failedAt = Number.NEGATIVE_INFINITY
  #failure = ""
  #stopping = false

  constructor(addresses: ReadonlyArray<ServerAddress>, tls: TlsUse, writable: boolean) {
    this.addresses = addresses
    this.tls = tls
    this.writable = writable
  }

  /** The server to connect to now. Throws `ServerUnreachable` where trying is of no use yet. */
  choose(): ServerAddress {
    if (this.#failures >= this.addresses.length && performance.now() - this.#failedAt < pauseMillis) {
      throw new ServerUnreachable(this.#failure)
    }
    return this.addresses[this.#next]!
  }

  opened(connection: OpenConnection): void {
    this.#open.add(connection)
  }

  closed(connection: OpenConnection): void {
    this.#open.delete(connection)
  }

  /** A server took a connection. */
  reached(): void {
    this.#failures = 0
  }

  /** A server was not to be reached, or is no primary: the next one is tried next. */
  failed(address: ServerAddress, error: Error): void {
    this.#failures++
    this.#failedAt = performance.now()
    this.#failure = error.message
    if (this.addresses[this.#next] === address) this.#next = (this.#next + 1) % this.addresses.length
  }

  /** A connection was not answered within `millis`. */
  silent(address: ServerAddress, error: Error, millis: number): void {
    this.failed(address, error)
    for (const connection of Array.from(this.#open)) {
      const waiting = connection.waitingMillis()
      if (waiting === null || waiting >= millis) connection.cut(error)
    }
  }

  /** How long an answer may be waited for that may take `millis` at other times. */
  silenceMillisMax(millis: number): number {
    return this.#stopping ? Math.min(millis, stoppingSilenceMillisMax) : millis
  }

  /** The process stops: nothing is waited for long any more. */
  hasten(): void {
    this.#stopping = true
    for (const connection of this.#open) connection.hasten()
  }
}

/** The servers of every database that a process uses, so that connections of the same servers know of each other. */
export class AllServers {
  readonly #known = new Map<string, Servers>()

  of(addresses: ReadonlyArray<ServerAddress>, tls: TlsUse, writable: boolean): Servers {
    const key = JSON.stringify([addresses, tls, writable])
    const known = this.#known.get(key) ?? new Servers(addresses, tls, writable)
    this.#known.set(key, known)
    return known
  }

  /** The process stops: nothing is waited for long any more. */
  hasten(): void {
    for (const servers of this.#known.values()) servers.hasten()
  }
}
