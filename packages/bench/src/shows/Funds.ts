/** Exactly what can be paid is sold, however many buy at a time. */
import { Effect } from "effect"
import { rush } from "../support/Purchases.ts"
import { freePort, startServer } from "../support/ServerProcess.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { judgeRush, prepareRush } from "./Rush.ts"
import { morning, type Show } from "./Show.ts"

const connections = 64

export const funds: Show = {
  name: "funds",
  promise: "64 concurrent buyers, 20,000 purchases, funds for 15,000: exactly those are sold, and the books balance",
  run: Effect.fn("Funds")(function*(size) {
    const environment = { DATA_DIR: yield* temporaryDataDir, DEV_CLOCK_START: morning }
    const server = yield* startServer(environment, yield* freePort)
    const prepared = yield* prepareRush(environment, server.port, size === "full" ? 2_000 : 100)
    const begin = performance.now()
    const outcomes = yield* Effect.promise(() => rush(server.port, connections, prepared.purchases))
    const seconds = (performance.now() - begin) / 1000
    return [
      ...yield* judgeRush(environment, prepared, outcomes),
      `${connections} connections, ${(outcomes.length / seconds).toFixed(0)} answers a second`
    ]
  })
}
