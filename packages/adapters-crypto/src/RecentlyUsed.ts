/**
 * A bounded map that forgets what was not used for long.
 *
 * Entries live in two generations. One that is found in the old is brought into the young; when the young is full, it
 * becomes the old, and what nobody asked for since is gone. A hit moves nothing, unlike in a list by last use.
 */
export interface RecentlyUsed<K, V> {
  readonly get: (key: K) => V | undefined
  readonly set: (key: K, value: V) => void
  readonly size: () => number
}

/** Holds at most `entriesMax` entries, among them at least the `entriesMax / 2` used last. */
export const makeRecentlyUsed = <K, V>(entriesMax: number): RecentlyUsed<K, V> => {
  const generationMax = Math.max(1, Math.floor(entriesMax / 2))
  let young = new Map<K, V>()
  let old = new Map<K, V>()
  const set = (key: K, value: V): void => {
    if (young.size >= generationMax && !young.has(key)) {
      old = young
      young = new Map()
    }
    old.delete(key)
    young.set(key, value)
  }
  return {
    get: (key) => {
      const found = young.get(key)
      if (found !== undefined) return found
      const aged = old.get(key)
      if (aged !== undefined) set(key, aged)
      return aged
    },
    set,
    size: () => young.size + old.size
  }
}
