/** Webhooks, signed as Stripe signs them, and delivered as badly as wanted. */
import { signature } from "../WebhookSignature.ts"

/** An event and how it goes out. */
export interface StandInEvent {
  readonly id: string
  readonly type: string
  /** What it is about: a transfer's, a payout's or an account's id. */
  readonly about: string
  /** The withdrawal that its object bears. */
  readonly withdrawal: string | undefined
  readonly body: string
}

/** How often an event is delivered, and how long after it happened, in real milliseconds. */
export interface Delivery {
  readonly times: number
  readonly delayMillis: number
}

export interface DeliveriesOptions {
  /** Where to; null: nowhere. */
  readonly url: string | null
  readonly secret: string
  readonly deliver: (event: StandInEvent) => Delivery
  /** The time that is signed, in milliseconds. */
  readonly now: () => number
}

const retriesMax = 10
const firstRetryMillis = 200
const answerMillis = 10_000

export class Deliveries {
  readonly events: Array<StandInEvent> = []
  readonly #options: DeliveriesOptions
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #posts = new Set<Promise<boolean>>()
  #isClosed = false

  constructor(options: DeliveriesOptions) {
    this.#options = options
  }

  /** Delivers an event once, now; whether the receiver took it. `url`: to another receiver. */
  async post(event: StandInEvent, url = this.#options.url): Promise<boolean> {
    const { now, secret } = this.#options
    if (url === null || this.#isClosed) return false
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json; charset=utf-8",
          "stripe-signature": signature(event.body, now(), secret)
        },
        body: event.body,
        signal: AbortSignal.timeout(answerMillis)
      })
      await response.arrayBuffer()
      return response.ok
    } catch {
      // a receiver that is away is what the retries are for
      return false
    }
  }

  #later(millis: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, millis)
    this.#timers.add(timer)
  }

  #attempt(event: StandInEvent, retries: number): void {
    const post = this.post(event)
    this.#posts.add(post)
    void post.then((taken) => {
      this.#posts.delete(post)
      if (!taken && retries < retriesMax && !this.#isClosed) {
        this.#later(firstRetryMillis * 2 ** retries, () => this.#attempt(event, retries + 1))
      }
    })
  }

  /** Sends an event out as its delivery says. */
  dispatch(event: StandInEvent): void {
    if (this.#options.url === null) return
    const { delayMillis, times } = this.#options.deliver(event)
    for (let i = 0; i < times; i++) {
      if (delayMillis <= 0) this.#attempt(event, 0)
      else this.#later(delayMillis, () => this.#attempt(event, 0))
    }
  }

  /** Whether nothing is on its way or waits for another try. */
  get isIdle(): boolean {
    return this.#timers.size === 0 && this.#posts.size === 0
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
