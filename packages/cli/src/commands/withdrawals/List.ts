/** `ddd withdrawals list`: money on its way out, newest first; what a person has to look at, or what takes too long. */
import type { WithdrawalStatus } from "@ddd/core/money/Withdrawal"
import { type WithdrawalFilter, Withdrawals } from "@ddd/core/ports/Withdrawals"
import { Option } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, duration, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { findUser } from "../user/UserText.ts"
import { withdrawalJson, withdrawalTable } from "./WithdrawalText.ts"

interface Flags extends JsonFlag {
  readonly status?: WithdrawalStatus
  readonly held?: true
  /** In milliseconds. */
  readonly olderThan?: number
  readonly user?: string
  readonly limit: number
}

const statuses: ReadonlyArray<WithdrawalStatus> = ["pending", "paid", "failed", "returned"]

const run = Effect.fn("ddd withdrawals list")(
  function*({ held, json, limit, olderThan, status, user }: Flags) {
    const found = yield* onMoney(Effect.gen(function*() {
      const withdrawals = yield* Withdrawals
      const filter: WithdrawalFilter = {
        ...status === undefined ? {} : { status },
        ...held === undefined ? {} : { held },
        ...olderThan === undefined ? {} : { olderThanMillis: olderThan },
        ...user === undefined ? {} : { userId: (yield* findUser(user)).id }
      }
      return yield* first((page) => withdrawals.list(filter, page), limit)
    }))
    yield* printListed(found, { json, limit }, {
      json: withdrawalJson,
      table: withdrawalTable,
      nothing: "There are no such withdrawals."
    })
    return done
  }
)

export const listWithdrawals: Declare = (perform) =>
  command("list", "withdrawals, newest first", "ddd withdrawals list --held", "ddd withdrawals list --older-than 1h")
    .addOption(new Option("--status <status>", "only those of it").choices(statuses))
    .option("--held", "only those that a person has to look at")
    .addOption(
      new Option(
        "--older-than <time>",
        "only those under way, or back from a bank, and not held, asked for so long ago, such as 1h"
      )
        .argParser(duration)
    )
    .option("--user <who>", "only those of a player, by id, e-mail address or name")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
