/** A player's device: what its app is given by the platform, and what outlives the app. */
import {
  type Client,
  type ClientError,
  type Clock,
  isClientError,
  makeClient,
  makeLock,
  memoryStorage,
  type Ports
} from "@ddd/client"
import { DeviceTimers } from "@ddd/sim/providers/DeviceTimers"
import { randomBytes } from "node:crypto"
import { password } from "./Site.ts"

/**
 * A clock that stands still while something is asked, and otherwise goes at once to the next timer: however slow the machine, nobody waits
 * for a pause, and no answer is late.
 */
export class IdleClock extends DeviceTimers implements Clock {
  #asked = 0
  #look: NodeJS.Timeout | undefined

  advance(millis: number): void {
    this.time += millis
  }

  protected override added(): void {
    this.#lookSoon()
  }

  /** Time stands still until this has come. */
  async during<A>(asked: Promise<A>): Promise<A> {
    this.#asked++
    try {
      return await asked
    } finally {
      this.#asked--
      this.#lookSoon()
    }
  }

  /** Once everything that can happen without it has happened. */
  #lookSoon(): void {
    clearTimeout(this.#look)
    this.#look = setTimeout(() => {
      const [next] = this.dueBy(Infinity)
      if (this.#asked > 0 || next === undefined) return
      this.run(next)
      this.#lookSoon()
    }, 2)
  }
}

/** A clock that goes where it is moved; what is due on the way happens in its order. */
export class ManualClock extends DeviceTimers implements Clock {
  advance(millis: number): void {
    const until = this.time + millis
    for (let [next] = this.dueBy(until); next !== undefined; [next] = this.dueBy(until)) this.run(next)
    this.time = until
  }
}

/** Waits until something holds; fails after a minute and a half. */
export const until = async (what: string, holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + 90_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within 90 s`)
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
}

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))

/** A device with an app that asks this server: each call of the result starts the app anew, or another tab of it. */
export const device = (baseUrl: string, own: Partial<Ports> = {}): (more?: Partial<Ports>) => Client => {
  const storage = memoryStorage()
  const lock = makeLock()
  return (more = {}) => makeClient({ baseUrl, storage, lock, random, ...own, ...more })
}

/** What a promise was rejected with; fails where it was not, or with anything but an error of the client's. */
export const failure = async (asked: Promise<unknown>): Promise<ClientError> => {
  try {
    await asked
  } catch (error) {
    if (isClientError(error)) return error
    throw error
  }
  throw new Error("it was not rejected")
}

/** A request that an app sent. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly key: string | null
  readonly body: string
}

/** What becomes of a request: `lost`: it never arrives; `unanswered`: it is done, and nobody hears; `hotel`: somebody else answers. */
export type Luck = "good" | "lost" | "unanswered" | "hotel"

/** The platform's fetch on a way that `luck` decides about, request by request; `sent` has all of them, in their order. */
export const unluckyFetch = (clock: IdleClock, luck: (request: Sent) => Luck) => {
  const sent: Array<Sent> = []
  const meet = async (request: Request, init: RequestInit): Promise<Response> => {
    const body = await request.clone().text()
    const { pathname } = new URL(request.url)
    const made = { method: request.method, path: pathname, key: request.headers.get("idempotency-key"), body }
    sent.push(made)
    const is = luck(made)
    if (is === "lost") throw new TypeError("the network is away")
    if (is === "hotel") return new Response("<p>Pay for the network first</p>", { status: 403 })
    const response = await fetch(request, init)
    const text = await response.arrayBuffer()
    if (is === "unanswered") throw new TypeError("the connection was cut")
    return new Response(response.status === 204 ? null : text, response)
  }
  return { sent, fetch: (request: Request, init: RequestInit) => clock.during(meet(request, init)) }
}

let accounts = 0

/** An account that nobody has opened yet. */
export const newAccount = () => {
  const username = `ClientPlayer${++accounts}`
  return { username, email: `${username}@example.com`, password }
}
