/** Times as a distribution, and whether two of them are the same. */

/** The value that this part of the values, from 0 to 1, does not exceed. */
export const percentile = (values: ReadonlyArray<number>, part: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(part * values.length) - 1)] ?? Number.NaN

/** `p5 31.2 ms, p50 …`. */
export const described = (millis: ReadonlyArray<number>, ...parts: ReadonlyArray<number>): string =>
  parts.map((part) => `p${part * 100} ${percentile(millis, part).toFixed(1)} ms`).join(", ")

/**
 * Mann and Whitney's rank-sum statistic as a standard score: beyond ±1.96 for one in twenty of two samples that are from the
 * same distribution. Equal values are rare among times, and taken as they come.
 */
export const rankSumScore = (left: ReadonlyArray<number>, right: ReadonlyArray<number>): number => {
  const all = [...left.map((value) => ({ value, own: 1 })), ...right.map((value) => ({ value, own: 0 }))]
    .sort((a, b) => a.value - b.value)
  const ranks = all.reduce((sum, { own }, index) => sum + own * (index + 1), 0)
  const [n, m] = [left.length, right.length]
  return (ranks - n * (n + m + 1) / 2) / Math.sqrt(n * m * (n + m + 1) / 12)
}
