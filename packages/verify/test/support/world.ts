/** Time as a test has it: the watcher sleeps until it is woken. */
import type { WatchWorld } from "../../src/watch/Watch.ts"

export interface StoppedWorld extends WatchWorld {
  millis: number
  /** How long it meant to sleep the last time. */
  readonly slept: () => number
  /** Resolves as soon as the watcher sleeps. */
  readonly asleep: () => Promise<void>
  /** Wakes it, and resolves when it sleeps again. */
  readonly wake: () => Promise<void>
}

export const makeWorld = (millis: number, answerMillis = 10_000): StoppedWorld => {
  let wakeUp: (() => void) | undefined
  let told: (() => void) | undefined
  let last = 0
  const asleep = (): Promise<void> =>
    wakeUp === undefined ? new Promise((resolve) => void (told = resolve)) : Promise.resolve()
  const world: StoppedWorld = {
    millis,
    answerMillis,
    now: () => world.millis,
    slept: () => last,
    sleep: (asked, signal) => {
      last = asked
      return new Promise<void>((resolve) => {
        wakeUp = resolve
        signal.addEventListener("abort", () => resolve())
        told?.()
      })
    },
    asleep,
    wake: () => {
      const wake = wakeUp
      wakeUp = undefined
      const again = asleep()
      wake?.()
      return again
    }
  }
  return world
}
