/** A server that is killed amid sales loses nothing that it acknowledged, and sells nothing twice when it is asked again. */
import { Effect, Latch } from "effect"
import { headerOf } from "../support/HttpConnection.ts"
import { type Outcome, type Purchase, rush } from "../support/Purchases.ts"
import { freePort, startServer } from "../support/ServerProcess.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { judgeRush, prepareRush } from "./Rush.ts"
import { morning, must, type Show } from "./Show.ts"

const connections = 64

export const kill: Show = {
  name: "kill",
  promise: "SIGKILL amid the same 20,000 purchases, restart, retry: nothing acknowledged is lost, nothing sold twice",
  run: Effect.fn("Kill")(function*(size) {
    const environment = { DATA_DIR: yield* temporaryDataDir, DEV_CLOCK_START: morning }
    const port = yield* freePort
    const first = yield* startServer(environment, port)
    const prepared = yield* prepareRush(environment, port, size === "full" ? 2_000 : 100)
    const { purchases } = prepared

    const halfway = yield* Latch.make()
    const [before] = yield* Effect.all([
      Effect.promise(() =>
        rush(port, connections, purchases, (count) => {
          if (count === Math.floor(purchases.length / 2)) halfway.openUnsafe()
        })
      ),
      Effect.andThen(halfway.await, first.kill)
    ], { concurrency: 2 })
    const unanswered = purchases.filter((_, index) => before[index] === undefined)
    yield* must(unanswered.length > 0, () => "the server was killed too late: everything had been answered")

    yield* startServer(environment, port)
    const retried = yield* Effect.promise(() => rush(port, connections, unanswered))
    const after = new Map<Purchase, Outcome>(unanswered.map((purchase, index) => [purchase, retried[index]]))
    const outcomes = purchases.map((purchase, index) => before[index] ?? after.get(purchase))
    const found = retried.filter((answer) => answer !== undefined && headerOf(answer, "idempotent-replayed") === "true")
    const findings = yield* judgeRush(environment, prepared, outcomes)

    // what was acknowledged, before or after, is what a retry is still told
    const sold = purchases.map((purchase, index) => ({ purchase, answer: outcomes[index] }))
      .filter(({ answer }) => answer?.status === 201)
    const again = yield* Effect.promise(() => rush(port, connections, sold.map(({ purchase }) => purchase)))
    const lost = sold.find(({ answer }, index) => {
      const replay = again[index]
      return answer === undefined || replay === undefined || !replay.body.equals(answer.body) ||
        headerOf(replay, "idempotent-replayed") !== "true"
    })
    yield* must(lost === undefined, () => `the purchase under ${lost?.purchase.key} is not what was acknowledged`)
    return [
      `killed after ${
        purchases.length - unanswered.length
      } of ${purchases.length} answers; ${unanswered.length} purchases were retried`,
      `${found.length} of those had been sold without an answer: the retry was told so`,
      ...findings,
      `all ${sold.length} acknowledged purchases were retried once more: the same answers, to the byte`
    ]
  })
}
