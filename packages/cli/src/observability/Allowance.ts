/** Says whether one more may be, of at most `max` in each span of time, such as a second. `now`: milliseconds by a monotonic clock. */
export const makeAllowance = (max: number, spanMillis: number, now: () => number = () => performance.now()) => {
  let span = 0
  let taken = 0
  return (): boolean => {
    const current = Math.floor(now() / spanMillis)
    if (current !== span) {
      span = current
      taken = 0
    }
    return ++taken <= max
  }
}
