/** What figures are compared by. */

/** The figure that a share (0 to 1) of them does not exceed; between two of them the lower, 0 where there are none. */
export const quantile = (figures: ReadonlyArray<number>, share: number): number =>
  figures.toSorted((a, b) => a - b)[Math.floor((figures.length - 1) * share)] ?? 0

/** The middle one; of an even number, the lower of the two in the middle. */
export const medianOf = (figures: ReadonlyArray<number>): number => quantile(figures, 0.5)
