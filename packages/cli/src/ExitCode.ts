/** What a command's exit code says. */

/** Done, or what was checked holds. */
export const done = 0 as const
/** What was checked does not hold. */
export const refuted = 1 as const
/** It could not be done or checked: wrong usage, configuration, files, database. */
export const unusable = 2 as const
/** Stopped by a signal. */
export const interrupted = 130 as const

export type ExitCode = typeof done | typeof refuted | typeof unusable | typeof interrupted

/** For the help of every command. */
export const exitCodes = `Exit codes: ${done} done, or it holds; ${refuted} what was checked does not hold; ` +
  `${unusable} it could not be done or checked, or what it says not written; ${interrupted} a signal ended it.`
