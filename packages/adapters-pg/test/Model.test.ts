/** Streams of commands against PostgreSQL, as many as `MODEL_RUNS` says: the same that the adapters in memory are played. */
import { runModel } from "@ddd/sim/model/Run"
import { describe, it } from "@effect/vitest"
import * as PgWorld from "./support/PgWorld.ts"

const world = () => PgWorld.layer()

/** The most milliseconds for any number of streams. */
const timeout = 1_800_000

describe("the books in PostgreSQL", () => {
  it(
    "are as the model says after any stream of commands",
    () => runModel({ world, runs: 10, clients: 1, maxCommands: 40 }),
    timeout
  )

  it(
    "are as the model says where eight clients act at the same time",
    () => runModel({ world, runs: 15, clients: 8, maxCommands: 40 }),
    timeout
  )
})
