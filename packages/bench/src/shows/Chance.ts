/** Chance that is the same each time a show is played. */

/** A generator of numbers from 0 up to 1 that begins the same each time (mulberry32). */
export const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/** The items in an order of chance. */
export const shuffled = <A>(items: ReadonlyArray<A>, random: () => number): ReadonlyArray<A> =>
  items.map((item) => ({ item, at: random() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item)
