/** What an exit code says (docs/fairness.md, "What a verifier checks"). */

/** What was checked holds, or cannot be judged yet. */
export const holds = 0 as const
/** What was checked does not hold. */
export const refuted = 1 as const
/** It could not be read, or was asked for wrongly. */
export const unreadable = 2 as const

/** A signal stopped it before it could tell. */
export const interrupted = 130 as const

export type ExitCode = typeof holds | typeof refuted | typeof unreadable | typeof interrupted

/** Ends with `interrupted` as soon as `stopped` is aborted, whatever the work waits for. */
export const unlessStopped = (work: Promise<ExitCode>, stopped: AbortSignal): Promise<ExitCode> =>
  new Promise((resolve, reject) => {
    const stop = (): void => resolve(interrupted)
    stopped.addEventListener("abort", stop, { once: true })
    if (stopped.aborted) stop()
    work.then(resolve, reject)
  })
