/** A purchase that is sent many times at once under one key happens once, and all are answered the same. */
import { cents } from "@ddd/core/money/Money"
import { Effect } from "effect"
import { headerOf } from "../support/HttpConnection.ts"
import { inside } from "../support/Inside.ts"
import { makePlayers } from "../support/Players.ts"
import { rush } from "../support/Purchases.ts"
import { freePort, originAt, startServer } from "../support/ServerProcess.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { audited, balancesOf } from "./Books.ts"
import { morning, must, type Show } from "./Show.ts"

const copies = 50

export const key: Show = {
  name: "key",
  promise: "one idempotency key sent 50 times at once: one sale, 50 answers equal to the byte, 49 of them replays",
  run: Effect.fn("Key")(function*(size) {
    const environment = { DATA_DIR: yield* temporaryDataDir, DEV_CLOCK_START: morning }
    const server = yield* startServer(environment, yield* freePort)
    const origin = originAt(server.port)
    const keys = size === "full" ? 100 : 2
    const players = yield* makePlayers(1, () => cents(100_000n)).pipe(Effect.provide(inside(environment, origin)))
    for (const player of players) {
      for (let nth = 0; nth < keys; nth++) {
        const purchases = Array.from({ length: copies }, () => ({ player, key: `key-${nth}` }))
        const outcomes = yield* Effect.promise(() => rush(server.port, copies, purchases))
        const answers = outcomes.filter((answer) => answer !== undefined)
        const [first] = answers
        yield* must(
          first !== undefined && answers.length === copies &&
            answers.every(({ body, status }) => status === 201 && body.equals(first.body)),
          () =>
            `the answers differ: ${
              [...new Set(answers.map(({ body, status }) => `${status} ${body.toString()}`))].join("\n")
            }`
        )
        const replays = answers.filter((answer) => headerOf(answer, "idempotent-replayed") === "true").length
        yield* must(replays === copies - 1, () => `${replays} of ${copies} answers say that they are replays`)
      }
    }
    const [balance] = yield* balancesOf(environment, players)
    yield* must(balance === cents(100_000n - 100n * BigInt(keys)), () => `the wallet was left with ${balance} cents`)
    return [
      `${keys} keys, each sent ${copies} times at once: ${keys} sales`,
      `for each, ${copies} equal answers, ${copies - 1} of them with Idempotent-Replayed: true`,
      yield* audited(environment)
    ]
  })
}
