/** `ddd withdrawals show`: one withdrawal at length, step by step, and what to do about it where it is held. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { findWithdrawal, sensibleResolutions, withdrawalJson, withdrawalText } from "./WithdrawalText.ts"

const run = Effect.fn("ddd withdrawals show")(
  function*(id: string, { json }: JsonFlag) {
    const { user, withdrawal } = yield* onMoney(Effect.gen(function*() {
      const withdrawal = yield* findWithdrawal(id)
      return { withdrawal, user: yield* (yield* Accounts).find(withdrawal.userId) }
    }))
    yield* json === true
      ? printJson({
        ...withdrawalJson(withdrawal),
        username: user?.username ?? null,
        resolutions: sensibleResolutions(withdrawal)
      })
      : print(withdrawalText(withdrawal, user))
    return done
  }
)

export const showWithdrawal: Declare = (perform) =>
  command(
    "show",
    "one withdrawal, step by step, and what to do about it",
    "ddd withdrawals show 019a2b3c-0000-7000-8000-000000000001"
  )
    .argument("<id>", "a withdrawal's id")
    .addOption(jsonOption())
    .action((id, flags) => perform(run(id, flags)))
