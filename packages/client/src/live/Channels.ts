/** What is listened to: the newest of each channel, and whether it is known to be so. */

/** A channel, as its listeners see it. */
export interface LiveView<A> {
  /** The newest that was told; null: nothing yet, or there is nothing: no draw is on sale. */
  readonly data: A | null
  /** It may be old: there is no connection, or nobody has answered on it for a while. */
  readonly isStale: boolean
  /** The player may not listen to it: no member, or not signed in. It is tried again with the next connection, and by who listens anew. */
  readonly isRefused: boolean
}

export type ViewListener<A> = (view: LiveView<A>) => void

/**
 * Where a channel is on the present connection: not asked for, asked for, granted and without its snapshot, up to date, or not for this
 * player.
 */
type Phase = "none" | "asked" | "granted" | "fresh" | "refused"

/** A channel, whatever is told on it. */
export interface AnyChannel {
  readonly name: string
  readonly isPrivate: boolean
  readonly listeners: { readonly size: number }
  phase: Phase
  /** Ends what leaves it once nobody has listened for a while. */
  linger: unknown
  /** There is nothing to tell. */
  take(data: null): void
  /** What was told was told to somebody else. */
  forget(): void
  show(isInDoubt: boolean): void
}

export class Channel<A> implements AnyChannel {
  readonly name: string
  readonly isPrivate: boolean
  readonly listeners = new Set<ViewListener<A>>()
  phase: Phase = "none"
  linger: unknown
  #data: A | null = null
  #shown: LiveView<A> = { data: null, isStale: true, isRefused: false }

  constructor(name: string, isPrivate: boolean) {
    this.name = name
    this.isPrivate = isPrivate
  }

  get view(): LiveView<A> {
    return this.#shown
  }

  /** Takes what was told since it was granted, or that there is nothing to tell. */
  take(data: A | null): void {
    if (this.phase !== "granted" && this.phase !== "fresh") return
    this.#data = data
    this.phase = "fresh"
  }

  forget(): void {
    this.#data = null
  }

  /** Shows the listeners what has changed. */
  show(isInDoubt: boolean): void {
    const view = {
      data: this.#data,
      isStale: this.phase !== "fresh" || isInDoubt,
      isRefused: this.phase === "refused"
    }
    const { data, isRefused, isStale } = this.#shown
    if (view.data === data && view.isStale === isStale && view.isRefused === isRefused) return
    this.#shown = view
    for (const listener of this.listeners) listener(view)
  }
}
