/** Whether many numbers are all different, in eight bytes each. */
export interface DistinctNumbers {
  readonly add: (value: number) => void
  /** A number that was added more than once, or `undefined`. To be asked last: it reorders. */
  readonly repeated: () => number | undefined
}

/** What a caller expects is believed up to here: 128 MiB, which are only taken as they are filled. */
const expectedMax = 1 << 24

/** `expected`: how many numbers will come, if that is known. More may come, and take more than eight bytes each while they are copied. */
export const makeDistinctNumbers = (expected = 0): DistinctNumbers => {
  let numbers = new Float64Array(Math.max(64, Math.min(expected, expectedMax)))
  let count = 0
  return {
    add: (value) => {
      if (count === numbers.length) {
        const larger = new Float64Array(count * 2)
        larger.set(numbers)
        numbers = larger
      }
      numbers[count++] = value
    },
    repeated: () => {
      // Sorting takes O(n log n) whatever the numbers, where a hash table can be attacked with numbers made to collide
      const sorted = numbers.subarray(0, count).sort()
      for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return sorted[i]
      return undefined
    }
  }
}
