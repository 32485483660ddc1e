/** `ddd purchases credit` and `dismiss`: a person's decision about a purchase that is open. */
import type { PurchaseDecision } from "@ddd/core/money/DecidePurchase"
import { refundedOf } from "@ddd/core/money/Funding"
import { type Cents, formatCents, parseCents } from "@ddd/core/money/Money"
import { Fundings } from "@ddd/core/ports/Fundings"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import { visible } from "@ddd/core/values/Visible"
import { InvalidArgumentError, Option } from "commander"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { toldToWait } from "../approvals/ApprovalText.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import { findUser, nameOf } from "../user/UserText.ts"
import { notCreditedText, notOpenText } from "./PurchaseText.ts"

/** Nothing was decided; the message says why, and what to do. */
class NotDecided extends Data.TaggedError("NotDecided")<{ readonly message: string }> {}

const decide = Effect.fnUntraced(function*(reference: string, decision: PurchaseDecision, act: OperatorAct) {
  const fail = (message: string) => Effect.fail(new NotDecided({ message }))
  return yield* (yield* Fundings).decide(reference, decision, act).pipe(
    Effect.catchTags({
      ApprovalRequired: toldToWait,
      PurchaseNotOpen: ({ funding }) => fail(notOpenText(reference, funding))
    }),
    Effect.catchTag(["UnknownUser", "DepositBarred", "DepositRefused"], (error) => fail(notCreditedText(error)))
  )
})

interface CreditFlags extends JsonFlag, GuardFlags {
  readonly amount?: Cents
}

const credit = Effect.fn("ddd purchases credit")(
  function*(reference: string, who: string, { amount, json, ...flags }: CreditFlags) {
    const { credited, user } = yield* onMoney(Effect.gen(function*() {
      const user = yield* findUser(who)
      const what = `${visible(reference)} is credited to ${nameOf(user)}, for good` +
        (amount === undefined ? "." : `: $${formatCents(amount)}.`)
      const act = yield* guard("purchases credit", what, flags)
      return {
        user,
        credited: yield* decide(reference, { _tag: "Credit", userId: user.id, amount: amount ?? null }, act)
      }
    }))
    const { funding } = credited
    const sum = funding.amount === null ? "" : formatCents(funding.amount)
    const refunded = refundedOf(funding)
    yield* json === true
      ? printJson({ reference: funding.reference, credited: sum, refunded: formatCents(refunded), userId: user.id })
      : print(
        `${visible(funding.reference)}: $${sum} credited to ${nameOf(user)}` +
          (refunded === 0n ? "." : `, of which $${formatCents(refunded)} was refunded and is taken back.`)
      )
    return done
  }
)

const dismiss = Effect.fn("ddd purchases dismiss")(function*(
  reference: string,
  { json, ...flags }: JsonFlag & GuardFlags
) {
  const { funding } = yield* onMoney(Effect.gen(function*() {
    const act = yield* guard("purchases dismiss", `${visible(reference)} credits nobody, ever.`, flags)
    return yield* decide(reference, { _tag: "Dismiss" }, act)
  }))
  yield* json === true
    ? printJson({ reference: funding.reference, dismissed: true })
    : print(`${visible(funding.reference)} credits nobody, ever. To give the money back, refund it in the store.`)
  return done
})

const amountOf = (text: string): Cents => {
  const amount = parseCents(text)
  if (amount !== undefined && amount > 0n) return amount
  throw new InvalidArgumentError("It must be an amount of dollars above zero with two places, such as 15.00.")
}

export const creditPurchase: Declare = (perform) =>
  guarded(command(
    "credit",
    "credit one that is listed to a player, once and for good",
    "ddd purchases credit app_store:2000000123 ann@example.com",
    "ddd purchases credit app_store:2000000123 ann@example.com --amount 15.00"
  ))
    .argument("<reference>", "a purchase's reference")
    .addArgument(whoArgument())
    .addOption(
      new Option("--amount <dollars>", "what it is worth, where that is not what is listed").argParser(amountOf)
    )
    .addOption(jsonOption())
    .action((reference, who, flags) => perform(credit(reference, who, flags)))

export const dismissPurchase: Declare = (perform) =>
  guarded(command(
    "dismiss",
    "have one that is listed credit nobody, for good",
    "ddd purchases dismiss app_store:2000000123"
  ))
    .argument("<reference>", "a purchase's reference")
    .addOption(jsonOption())
    .action((reference, flags) => perform(dismiss(reference, flags)))
