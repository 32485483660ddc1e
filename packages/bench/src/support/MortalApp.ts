/**
 * A player's app on a device: it may die at any moment, as apps do, and be opened again on what it had kept. Of one that is dead nothing is sent
 * and no timer goes on.
 */
import { type Client, type KeyValueStorage, makeClient, memoryStorage } from "@ddd/client"
import { randomBytes } from "node:crypto"

/** When an app dies of a purchase: before it is sent, or when its answer has come and nobody has read it. */
export type Death = "before" | "after" | "never"

/** An app that was closed by its death. */
export class AppDied extends Error {}

export const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))

const never = <A>(): Promise<A> => new Promise(() => {})

/** One start of the app. */
class Run {
  readonly client: Client
  /** Rejects once it is dead. */
  readonly death: Promise<never>
  #isDead = false
  #die: () => void = () => {}

  constructor(baseUrl: string, storage: KeyValueStorage, fate: () => Death) {
    this.death = new Promise((_, reject) => {
      this.#die = () => {
        this.#isDead = true
        reject(new AppDied("the app died"))
      }
    })
    this.death.catch(() => {})
    this.client = makeClient({
      baseUrl,
      storage,
      random,
      fetch: (request, init) => this.#fetch(request, init, fate),
      clock: {
        now: () => Date.now(),
        setTimeout: (work, millis) =>
          setTimeout(() => {
            if (!this.#isDead) work()
          }, millis),
        clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout)
      }
    })
  }

  async #fetch(request: Request, init: RequestInit, fate: () => Death): Promise<Response> {
    if (this.#isDead) return never()
    const death = request.url.endsWith("/purchase-ticket") ? fate() : "never"
    if (death === "before") {
      this.#die()
      return never()
    }
    let response: Response | undefined
    try {
      response = await fetch(request, init)
      if (death === "never" && !this.#isDead) return response
    } catch (error) {
      if (death === "never" && !this.#isDead) throw error
    }
    await response?.body?.cancel()
    this.#die()
    return never()
  }
}

export class MortalApp {
  readonly #baseUrl: string
  readonly #storage = memoryStorage()
  readonly #fate: () => Death
  #run: Run | undefined
  /** How often it was opened. */
  starts = 0

  constructor(baseUrl: string, fate: () => Death) {
    this.#baseUrl = baseUrl
    this.#fate = fate
  }

  /** Does something with the app, which is opened where it is not. Rejects with `AppDied` where it dies meanwhile. */
  async use<A>(work: (client: Client) => Promise<A>): Promise<A> {
    if (this.#run === undefined) {
      this.#run = new Run(this.#baseUrl, this.#storage, this.#fate)
      this.starts++
    }
    const { client, death } = this.#run
    try {
      return await Promise.race([work(client), death])
    } catch (error) {
      if (error instanceof AppDied) this.#run = undefined
      throw error
    }
  }
}
