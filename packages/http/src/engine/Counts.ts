/** How many there are of each key. What there is none of takes no memory. */
export class Counts {
  readonly #counts = new Map<string, number>()

  of(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  /** There is one more. */
  add(key: string): void {
    this.#counts.set(key, this.of(key) + 1)
  }

  /** There is one less of a key that there was one of. */
  remove(key: string): void {
    const left = this.of(key) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
  }
}
