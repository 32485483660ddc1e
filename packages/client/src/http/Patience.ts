/** Asks again for what a bad network keeps from being answered. */
import { isClientError } from "../Errors.ts"
import { chance, type Clock, type Random, sleep } from "../Ports.ts"

/** Asks and gives what is answered. */
export type Patiently = <A>(ask: () => Promise<A>) => Promise<A>

/** For how long it is asked for again. Milliseconds. */
const patienceMillis = 20_000
const pauseMillisMax = 2_000

/** For what changes nothing: asked for again for twenty seconds where there was no answer, or none that could be understood. */
export const makePatiently = (clock: Clock, random: Random): Patiently => async (ask) => {
  const until = clock.now() + patienceMillis
  for (let failures = 0;; failures++) {
    try {
      return await ask()
    } catch (error) {
      const pause = 50 + chance(random) * Math.min(pauseMillisMax, 250 * 2 ** failures)
      const isLost = isClientError(error) && ["network", "timeout", "unreadable", "internal"].includes(error.code)
      if (!isLost || clock.now() + pause > until) throw error
      await sleep(clock, pause)
    }
  }
}
