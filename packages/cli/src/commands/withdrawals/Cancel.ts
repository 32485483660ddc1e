/** `ddd withdrawals cancel`: gives back one that the provider was not asked for, such as a frozen player's. */
import { formatCents } from "@ddd/core/money/Money"
import * as Payouts from "@ddd/core/work/Payouts"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson, style } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import { findWithdrawal, withdrawalJson, withdrawalText } from "./WithdrawalText.ts"

/** The provider was asked for it, or it is over; the message says which. */
class NotCanceled extends Data.TaggedError("NotCanceled")<{ readonly message: string }> {}

const run = Effect.fn("ddd withdrawals cancel")(
  function*(text: string, { json, ...flags }: JsonFlag & GuardFlags) {
    const { before, canceled } = yield* onMoney(Effect.gen(function*() {
      const before = yield* findWithdrawal(text)
      const what = `The $${formatCents(before.amount)} of withdrawal ${before.id} go back into the wallet.`
      const act = yield* guard("withdrawals cancel", what, flags)
      return { before, canceled: yield* Payouts.cancel(before.id, act) }
    }))
    if (canceled === null) {
      return yield* new NotCanceled({
        message: before.status === "pending"
          ? `The provider was asked for withdrawal ${before.id}, or is now: its money may be out. It goes on by itself, or is held for ` +
            "a decision; nothing was changed."
          : `Withdrawal ${before.id} is ${before.status}: there is nothing to give back.`
      })
    }
    yield* json === true
      ? printJson(withdrawalJson(canceled))
      : print(
        [style.bold(style.green("Canceled: the money is back in the wallet.")), "", withdrawalText(canceled, null)]
          .join("\n")
      )
    return done
  }
)

export const cancelWithdrawal: Declare = (perform) =>
  guarded(command(
    "cancel",
    "give back one that the provider was not asked for, such as a frozen player's",
    "ddd withdrawals cancel 019a2b3c-0000-7000-8000-000000000001"
  ))
    .argument("<id>", "a withdrawal's id")
    .addOption(jsonOption())
    .action((id, flags) => perform(run(id, flags)))
