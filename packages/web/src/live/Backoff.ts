/** How long to wait before trying again. */

/** The first wait is below this; each further one below twice as much. Milliseconds. */
const firstMax = 1_000
const waitMax = 30_000
/** No wait is shorter. */
const waitMin = 250

/**
 * The wait before the try after `failures` failed ones, in milliseconds.
 *
 * Anywhere below the limit, by `chance` from 0 to 1, so that everybody who was cut off at once does not come back at once.
 */
export const backoff = (failures: number, chance: number): number =>
  waitMin + chance * (Math.min(waitMax, firstMax * 2 ** failures) - waitMin)
