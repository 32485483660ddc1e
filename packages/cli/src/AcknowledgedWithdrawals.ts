/** The withdrawals that are remembered in PROOF_DIR: by their ids, those that changed last come last, and by their players. */
import type { RememberedWithdrawal } from "@ddd/core/draws/Remembered"
import type { UserId } from "@ddd/core/values/Ids"

interface Kept extends RememberedWithdrawal {
  readonly at: number
}

export class Withdrawals {
  readonly #byId = new Map<string, Kept>()
  readonly #byPlayer = new Map<UserId, Map<string, Kept>>()
  readonly #max: number

  /** `max` are kept at most: of more, those that changed last. */
  constructor(max: number) {
    this.#max = max
  }

  get(id: string): Kept | undefined {
    return this.#byId.get(id)
  }

  all(): Iterable<Kept> {
    return this.#byId.values()
  }

  /** Those of a player, at the cost of so many. */
  of(userId: UserId): Iterable<Kept> {
    return this.#byPlayer.get(userId)?.values() ?? []
  }

  set(withdrawal: Kept): void {
    this.#delete(withdrawal.id)
    this.#byId.set(withdrawal.id, withdrawal)
    const own = this.#byPlayer.get(withdrawal.userId) ?? new Map<string, Kept>()
    this.#byPlayer.set(withdrawal.userId, own.set(withdrawal.id, withdrawal))
    const [first] = this.#byId.keys()
    if (this.#byId.size > this.#max && first !== undefined) this.#delete(first)
  }

  forgetBefore(at: number): void {
    for (const one of this.#byId.values()) if (one.at < at) this.#delete(one.id)
  }

  #delete(id: string): void {
    const userId = this.#byId.get(id)?.userId
    if (userId === undefined) return
    this.#byId.delete(id)
    const own = this.#byPlayer.get(userId)
    own?.delete(id)
    if (own?.size === 0) this.#byPlayer.delete(userId)
  }
}
