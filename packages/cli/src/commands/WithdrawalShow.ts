/** `ddd withdrawals show`: one withdrawal at length, step by step, and what to do about it where it is held. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { onMoney } from "./OnDatabase.ts"
import { findWithdrawal, sensibleResolutions, withdrawalJson, withdrawalText } from "./WithdrawalText.ts"

export const showWithdrawal = Effect.fn("ddd withdrawals show")(
  function*(id: string, { json }: { readonly json?: true }) {
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
