/** A server that is killed amid sales loses nothing that it acknowledged, and sells nothing twice when it is asked again. */
import { Duration, Effect, Latch, Random } from "effect"
import { headerOf } from "../support/HttpConnection.ts"
import { type Outcome, type Purchase, rush } from "../support/Purchases.ts"
import { freePort, type ServerProcess, startServer } from "../support/ServerProcess.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { judgeRush, prepareRush } from "./Rush.ts"
import { morning, must, type Show } from "./Show.ts"

const connections = 64

/** The answers of a batch come together; the kill comes up to this much later, to hit whatever a batch is doing. */
const afterwardsMillisMax = 15

/** Sends purchases until `answersMin` of them are answered, and kills the server a moment later. */
const rushIntoDeath = Effect.fnUntraced(function*(
  server: ServerProcess,
  purchases: ReadonlyArray<Purchase>,
  answersMin: number
) {
  const enough = yield* Latch.make()
  const [outcomes] = yield* Effect.all([
    Effect.promise(() =>
      rush(server.port, connections, purchases, (count) => {
        if (count === answersMin) enough.openUnsafe()
      })
    ),
    Effect.gen(function*() {
      yield* enough.await
      yield* Effect.sleep(Duration.millis(yield* Random.nextBetween(0, afterwardsMillisMax)))
      yield* server.kill
    })
  ], { concurrency: 2 })
  return outcomes
})

const isReplay = (answer: Outcome): boolean =>
  answer !== undefined && headerOf(answer, "idempotent-replayed") === "true"

export const kill: Show = {
  name: "kill",
  promise: "SIGKILL amid the same 20,000 purchases, restart, retry: nothing acknowledged is lost, nothing sold twice",
  run: Effect.fn("Kill")(function*(size) {
    const environment = { DATA_DIR: yield* temporaryDataDir, DEV_CLOCK_START: morning }
    const port = yield* freePort
    let server = yield* startServer(environment, port)
    const prepared = yield* prepareRush(environment, port, size === "full" ? 2_000 : 100)
    const kills = size === "full" ? 8 : 1

    const answers = new Map<Purchase, Outcome>()
    const unanswered = () => prepared.purchases.filter((purchase) => answers.get(purchase) === undefined)
    let foundSold = 0
    const keep = (purchases: ReadonlyArray<Purchase>, outcomes: ReadonlyArray<Outcome>) => {
      purchases.forEach((purchase, index) => answers.set(purchase, outcomes[index]))
      foundSold += outcomes.filter(isReplay).length
    }
    for (let killed = 0; killed < kills; killed++) {
      const purchases = unanswered()
      keep(purchases, yield* rushIntoDeath(server, purchases, Math.floor(prepared.purchases.length / (kills + 1))))
      yield* must(unanswered().length > 0, () => "the server was killed too late: everything had been answered")
      server = yield* startServer(environment, port)
    }
    const rest = unanswered()
    keep(rest, yield* Effect.promise(() => rush(port, connections, rest)))
    const findings = yield* judgeRush(
      environment,
      prepared,
      prepared.purchases.map((purchase) => answers.get(purchase))
    )

    // what was acknowledged, before a kill or after, is what a retry is still told
    const sold = prepared.purchases.filter((purchase) => answers.get(purchase)?.status === 201)
    const again = yield* Effect.promise(() => rush(port, connections, sold))
    const lost = sold.find((purchase, index) => {
      const [first, replay] = [answers.get(purchase), again[index]]
      return first === undefined || replay === undefined || !isReplay(replay) || !replay.body.equals(first.body)
    })
    yield* must(lost === undefined, () => `the purchase under ${lost?.key} is not what was acknowledged`)
    return [
      `killed and restarted ${kills} times; what was left without an answer was sent again under its key`,
      `${foundSold} purchases had been sold without their answer getting through: the retry was told so`,
      ...findings,
      `all ${sold.length} acknowledged purchases were sent once more: the same answers, to the byte`
    ]
  })
}
