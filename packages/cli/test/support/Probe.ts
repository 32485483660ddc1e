/** How long the machine itself keeps whoever asks waiting: what a bound in time is counted beside. */
import { Effect } from "effect"
import { call } from "./Call.ts"

/**
 * Runs `effect`, asks each server for `/healthz` meanwhile, five times a second, and gives what it gave with the longest that was waited
 * for an answer, in ms: on a machine that is busy with other things everything takes as much longer.
 */
export const besideProbe = <A, E, R>(urls: ReadonlyArray<string>, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const waited: Array<number> = []
    const probe = Effect.forEach(urls, (url) =>
      call(url, "GET", "/healthz").pipe(
        Effect.map(({ millis }) => void waited.push(millis)),
        Effect.delay("200 millis"),
        Effect.forever
      ), { concurrency: "unbounded", discard: true }).pipe(Effect.andThen(Effect.never))
    const result = yield* Effect.raceFirst(effect, probe)
    return { result, stallMillis: Math.max(0, ...waited), waited }
  })
