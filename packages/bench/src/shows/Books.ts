/** What is left behind by a rush of purchases, looked at from outside the server. */
import type { Cents } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import { userId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { inside } from "../support/Inside.ts"
import type { Player } from "../support/Players.ts"
import { type Environment, originAt, runCommand } from "../support/ServerProcess.ts"
import { must } from "./Show.ts"

/** Fails where `ddd audit` finds anything. Gives its last line. */
export const audited = Effect.fnUntraced(function*(environment: Environment) {
  const { code, stderr, stdout } = yield* runCommand(environment, "audit")
  yield* must(code === 0, () => `ddd audit ended with ${code}:\n${stdout}${stderr}`)
  return `ddd audit: ${stdout.trim().split("\n").at(-1)}`
})

/** The balances of players, in their order. */
export const balancesOf = (environment: Environment, players: ReadonlyArray<Pick<Player, "userId">>) =>
  Effect.gen(function*() {
    const ledger = yield* Ledger
    return yield* Effect.forEach(
      players,
      (player): Effect.Effect<Cents, unknown> =>
        Effect.map(ledger.wallet(userId(player.userId)), ({ balance }) => balance),
      { concurrency: 16 }
    )
  }).pipe(Effect.provide(inside(environment, originAt(0))))

/** Fails unless positions are 1 … count, each once. */
export const requireNoGap = (positions: ReadonlyArray<number>) => {
  const sorted = positions.toSorted((a, b) => a - b)
  const wrong = sorted.findIndex((position, index) => position !== index + 1)
  return must(wrong < 0, () => `position ${wrong + 1} is missing or sold twice`)
}
