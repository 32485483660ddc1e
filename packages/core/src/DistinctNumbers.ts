/** Whether many numbers are all different, in eight bytes each. */
export interface DistinctNumbers {
  readonly add: (value: number) => void
  /** A number that was added more than once, or `undefined`. To be asked last: it reorders. */
  readonly repeated: () => number | undefined
}

export const makeDistinctNumbers = (): DistinctNumbers => {
  let numbers = new Float64Array(64)
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
