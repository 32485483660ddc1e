/** Shows a connection the player's token, and the next one before that ends. */
import { isClientError } from "../Errors.ts"
import { at } from "../http/Transport.ts"
import type { Clock } from "../Ports.ts"
import type { Session } from "../session/Session.ts"
import type { ServerClock } from "../time/ServerClock.ts"
import type { Connection } from "./Connection.ts"

export interface SignInPorts {
  readonly clock: Clock
  readonly session: Session
  readonly time: ServerClock
  /** Called once the connection is signed in, and when what could not be had before may be asked for again. */
  readonly ready: () => void
}

/** A token is replaced so long before it ends, and the new one lasts longer. Milliseconds. */
const renewMillis = 45_000
const leastMillis = 60_000
/** How long until it is tried again where it could not be done. Milliseconds. */
const pauseMillis = 5_000

export class SignIn {
  readonly #ports: SignInPorts
  #connection: Connection | undefined
  #state: "none" | "asked" | "done" = "none"
  #renewal: unknown
  #retry: unknown

  constructor(ports: SignInPorts) {
    this.#ports = ports
  }

  get isDone(): boolean {
    return this.#state === "done"
  }

  get isBegun(): boolean {
    return this.#state !== "none"
  }

  /** The connection is no more. */
  reset(): void {
    this.#ports.clock.clearTimeout(this.#renewal)
    this.#ports.clock.clearTimeout(this.#retry)
    this.#connection = undefined
    this.#state = "none"
  }

  /** The token has ended on the connection. */
  expire(): void {
    this.#state = "none"
  }

  /** Signs in, unless that is done or under way. Where nobody is signed in, nothing happens: another session makes another connection. */
  begin(connection: Connection): void {
    if (this.#state !== "none") return
    this.#connection = connection
    this.#state = "asked"
    this.#show(connection)
  }

  /** Has `ready` called after a while. */
  tryLater(): void {
    const { clock, ready } = this.#ports
    clock.clearTimeout(this.#retry)
    this.#retry = clock.setTimeout(ready, pauseMillis)
  }

  #renewIn(millis: number, connection: Connection): void {
    const { clock } = this.#ports
    clock.clearTimeout(this.#renewal)
    this.#renewal = clock.setTimeout(() => this.#show(connection), millis)
  }

  /** Shows a token: another one than this, where one was rejected. */
  #show(connection: Connection, rejected?: string): void {
    const { session } = this.#ports
    const isStill = () => this.#connection === connection
    const asked = async () => {
      const userId = await session.player()
      return await (rejected === undefined
        ? session.accessToken(userId, leastMillis)
        : session.renewed(rejected, userId))
    }
    asked().then(
      (token) => {
        if (!isStill()) return
        connection.say({ type: "auth", token }, (answer) => {
          if (!isStill()) return
          if (answer.ok) return this.#done(connection, answer.data)
          const isRejected = answer.code === "token_expired" || answer.code === "unauthenticated"
          if (isRejected && rejected === undefined) return this.#show(connection, token)
          this.#state = "none"
          this.tryLater()
        })
      },
      (error: unknown) => {
        if (!isStill()) return
        const isOver = isClientError(error) && error.code === "signed_out"
        // the token that was shown before goes on until it ends
        if (this.#state === "done") return isOver ? undefined : this.#renewIn(pauseMillis, connection)
        this.#state = "none"
        if (!isOver) this.tryLater()
      }
    )
  }

  #done(connection: Connection, data: unknown): void {
    this.#state = "done"
    const left = Date.parse(String(at(data, "expiresAt"))) - this.#ports.time.now()
    this.#renewIn(Math.max(1_000, left - renewMillis), connection)
    this.#ports.ready()
  }
}
