/**
 * The model-based test: random streams of commands, each answer compared with the one expected, the books audited as it goes.
 *
 * The streams are the same for every adapter. A failure prints a seed and a path; `MODEL_SEED` and `MODEL_PATH` replay it,
 * `MODEL_RUNS` plays more or fewer streams.
 */
import { Effect, Layer } from "effect"
import * as fc from "fast-check"
import type { Services } from "../scenario/Services.ts"
import { streams } from "./Commands.ts"
import { play } from "./Play.ts"

export interface ModelOptions {
  /** Makes an empty world. The number varies what a world makes up by itself; one that is not deterministic ignores it. */
  readonly world: (seed: number) => Layer.Layer<Services, unknown>
  /** How many streams. */
  readonly runs: number
  /** Of the streams; the clock's where none is given, so that each run tries others. */
  readonly seed?: number
  /** How many clients, and nodes of the clockwork, act at the same time. */
  readonly clients: number
  /** The most commands of a stream. */
  readonly maxCommands: number
}

const fromEnvironment = (name: string): number | undefined => {
  const text = process.env[name]
  if (text === undefined || text === "") return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is a whole number, not ${text}`)
  return value
}

/** Plays the streams. Rejects with the smallest failing one that was found. */
export const runModel = async ({ clients, maxCommands, runs, seed, world }: ModelOptions): Promise<void> => {
  const chosenSeed = fromEnvironment("MODEL_SEED") ?? seed
  const path = process.env["MODEL_PATH"]
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 2 ** 31 - 1 }),
      streams(maxCommands),
      (worldSeed, commands) => Effect.runPromise(Effect.provide(play(commands, clients), Layer.fresh(world(worldSeed))))
    ),
    {
      numRuns: fromEnvironment("MODEL_RUNS") ?? runs,
      ...(chosenSeed === undefined ? {} : { seed: chosenSeed }),
      ...(path === undefined ? {} : { path }),
      // streams that ran at the same time fail now and then: shrinking would chase another failure
      endOnFailure: clients > 1
    }
  )
}
