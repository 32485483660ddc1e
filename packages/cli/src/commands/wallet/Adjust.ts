/** `ddd wallet credit` and `correct`: money that an operator moves by hand, once per reference. */
import {
  type Adjustment,
  correctionReference,
  creditReference,
  creditReferenceCharactersMax
} from "@ddd/core/money/Adjustment"
import { type Cents, formatCents, parseCents } from "@ddd/core/money/Money"
import type { UserSummary } from "@ddd/core/ports/Accounts"
import { Adjustments } from "@ddd/core/ports/Adjustments"
import { isUuid } from "@ddd/core/values/Ids"
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
import { adjustmentRefusalText } from "./AdjustmentText.ts"

/** Nothing moved; the message says why, and what to do. */
class NotMoved extends Data.TaggedError("NotMoved")<{ readonly message: string }> {}

interface Flags extends JsonFlag, GuardFlags {
  readonly winnings?: true
}

const run = Effect.fn("ddd wallet")(function*(
  name: string,
  who: string,
  amount: Cents,
  how: Pick<Adjustment, "corrects" | "reference">,
  { json, winnings, ...flags }: Flags
) {
  const isWinnings = winnings === true
  if (isWinnings && amount < 0n) {
    return yield* new NotMoved({ message: "--winnings is for money that is given. Nothing moved." })
  }
  const moves = (user: UserSummary): string =>
    amount > 0n
      ? `$${formatCents(amount)} are given to ${nameOf(user)}${isWinnings ? ", as winnings that can be withdrawn" : ""}`
      : `$${formatCents(amount)} are taken from ${nameOf(user)}`
  const { moved, user } = yield* onMoney(Effect.gen(function*() {
    const user = yield* findUser(who)
    const act = yield* guard(name, `${moves(user)}.`, flags)
    const adjustment: Adjustment = { userId: user.id, amount, isWinnings, ...how }
    const moved = yield* (yield* Adjustments).adjust(adjustment, act).pipe(Effect.catchTags({
      AdjustmentRefused: ({ refusal }) => Effect.fail(new NotMoved({ message: adjustmentRefusalText(refusal) })),
      ApprovalRequired: toldToWait
    }))
    return { moved, user }
  }))
  const { created, transaction } = moved
  yield* json === true
    ? printJson({
      id: transaction.id,
      userId: user.id,
      amount: formatCents(transaction.amount),
      balanceAfter: formatCents(transaction.balanceAfter),
      reference: transaction.referenceId,
      created
    })
    : print(
      created
        ? `${moves(user)}: movement ${transaction.id}.`
        : `It was done before: movement ${transaction.id}. Nothing moved.`
    )
  return done
})

const amountOf = (form: "given" | "signed") => (text: string): Cents => {
  const amount = parseCents(form === "signed" ? text.replace(/^\+/, "") : text)
  if (amount !== undefined && (form === "signed" ? amount !== 0n : amount > 0n)) return amount
  throw new InvalidArgumentError(
    form === "signed"
      ? "It must be an amount of dollars with two places and a sign, such as +5.00 or -5.00."
      : "It must be an amount of dollars above zero with two places, such as 5.00."
  )
}

const referenceOf = (text: string): string => {
  const isOne = text === text.trim() && text !== "" && /^[\x21-\x7e]+$/.test(text) &&
    text.length <= creditReferenceCharactersMax
  if (isOne) return text
  throw new InvalidArgumentError(
    `It must be 1 to ${creditReferenceCharactersMax} letters, digits and signs without blanks, such as ticket-4711.`
  )
}

const movementOf = (text: string): string => {
  const id = text.toLowerCase()
  if (isUuid(id)) return id
  throw new InvalidArgumentError(`${visible(text)} is no movement's id.`)
}

const winningsOption = (): Option => new Option("--winnings", "it can be withdrawn, as a prize can")

export const creditWallet: Declare = (perform) =>
  guarded(command(
    "credit",
    "give a player money from the house's own pocket, once per reference",
    "ddd wallet credit ann@example.com 5.00 --reference ticket-4711"
  ))
    .addArgument(whoArgument())
    .argument("<dollars>", "how much", amountOf("given"))
    .requiredOption("--reference <text>", "what it is for: the same again moves nothing", referenceOf)
    .addOption(winningsOption())
    .addOption(jsonOption())
    .action((who, amount, { reference, ...flags }) =>
      perform(run("wallet credit", who, amount, { corrects: null, reference: creditReference(reference) }, flags))
    )

export const correctWallet: Declare = (perform) =>
  guarded(command(
    "correct",
    "give or take what a movement got wrong, once a movement; never more than there is",
    "ddd wallet correct ann@example.com -5.00 --corrects 019a2b3c-0000-7000-8000-000000000001"
  ))
    .addArgument(whoArgument())
    .argument("<dollars>", "how much, with a sign: +5.00 is given, -5.00 taken", amountOf("signed"))
    .requiredOption("--corrects <id>", "the movement of the same wallet that was wrong", movementOf)
    .addOption(winningsOption())
    .addOption(jsonOption())
    .action((who, amount, { corrects, ...flags }) =>
      perform(run("wallet correct", who, amount, { corrects, reference: correctionReference(corrects) }, flags))
    )
