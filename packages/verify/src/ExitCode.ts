/** What an exit code says (docs/fairness.md, "What a verifier checks"). */

/** What was checked holds, or cannot be judged yet. */
export const holds = 0 as const
/** What was checked does not hold. */
export const refuted = 1 as const
/** It could not be read, or was asked for wrongly. */
export const unreadable = 2 as const

export type ExitCode = typeof holds | typeof refuted | typeof unreadable
