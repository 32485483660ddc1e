/** `ddd withdrawals list`: money on its way out, newest first; what a person has to look at, or what takes too long. */
import type { WithdrawalStatus } from "@ddd/core/money/Withdrawal"
import { type WithdrawalFilter, Withdrawals } from "@ddd/core/ports/Withdrawals"
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { onMoney } from "./OnDatabase.ts"
import { newest } from "./Pages.ts"
import { findUser } from "./UserText.ts"
import { withdrawalJson, withdrawalTable } from "./WithdrawalText.ts"

interface Flags {
  readonly status?: WithdrawalStatus
  readonly held?: true
  /** In milliseconds. */
  readonly olderThan?: number
  readonly user?: string
  readonly limit: number
  readonly json?: true
}

export const listWithdrawals = Effect.fn("ddd withdrawals list")(
  function*({ held, json, limit, olderThan, status, user }: Flags) {
    const found = yield* onMoney(Effect.gen(function*() {
      const withdrawals = yield* Withdrawals
      const filter: WithdrawalFilter = {
        ...status === undefined ? {} : { status },
        ...held === undefined ? {} : { held },
        ...olderThan === undefined ? {} : { olderThanMillis: olderThan },
        ...user === undefined ? {} : { userId: (yield* findUser(user)).id }
      }
      return yield* newest((page) => withdrawals.list(filter, page), limit)
    }))
    if (json === true) yield* printJson(found.map(withdrawalJson))
    else yield* print(found.length === 0 ? "There are no such withdrawals." : withdrawalTable(found))
    return done
  }
)
