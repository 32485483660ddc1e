/**
 * Ends this process with the one that started it.
 *
 * npm passes signals on, but not when it is killed outright: then we have another parent. A program that started us with a
 * channel tells by closing it.
 */
const parent = process.ppid
const lookEveryMillis = 500

const stop = (): void => {
  process.kill(process.pid, "SIGTERM")
}

/** From now on; called as early as possible, since a parent that is gone already cannot be told from the one there is. */
export const endWithParent = (): void => {
  process.once("disconnect", stop)
  if (process.env["npm_lifecycle_event"] === undefined) return
  setInterval(() => {
    if (process.ppid !== parent) stop()
  }, lookEveryMillis).unref()
}
