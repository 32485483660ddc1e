/** `ddd approve` and `ddd approvals refuse`: another operator lets money that waits move, or nobody does. */
import type { Approval, ApprovalRefusal } from "@ddd/core/money/FourEyes"
import { Approvals } from "@ddd/core/ports/Approvals"
import { isUuid } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { approve as approveWaiting } from "@ddd/core/work/Approvals"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import { notCreditedText } from "../purchases/PurchaseText.ts"
import { adjustmentRefusalText } from "../wallet/AdjustmentText.ts"
import { approvalJson, moneyText } from "./ApprovalText.ts"

/** Nothing moved; the message says why, and what to do. */
class NotDecided extends Data.TaggedError("NotDecided")<{ readonly message: string }> {}

const whyRefused = (id: string, refusal: ApprovalRefusal | null): string => {
  if (refusal === null) return `There is no approval ${visible(id)}: see \`ddd approvals list\`.`
  const { approval } = refusal
  switch (refusal._tag) {
    case "OwnRequest":
      return `${visible(approval.asked.operator)} asked for it, and another operator approves it. Nothing moved.`
    case "NotWaiting":
      return approval.state === "expired"
        ? `It waited until ${formatInstant(approval.expiresAt)}: ask for it anew. Nothing moved.`
        : `It is ${approval.state} already, by ${visible(approval.decidedBy ?? "somebody")}.`
  }
}

const find = Effect.fnUntraced(function*(text: string) {
  const id = text.toLowerCase()
  const approval = isUuid(id) ? yield* (yield* Approvals).find(id) : null
  return approval ?? (yield* new NotDecided({ message: whyRefused(text, null) }))
})

const stays = "It goes on waiting until it can be done, or is refused."

const carryOut = Effect.fnUntraced(function*({ id }: Approval, flags: GuardFlags, what: string) {
  const act = yield* guard("approve", what, flags)
  const fail = (message: string) => Effect.fail(new NotDecided({ message }))
  return yield* approveWaiting(id, act).pipe(
    Effect.catchTags({
      ApprovalRefused: ({ refusal }) => fail(whyRefused(id, refusal)),
      AdjustmentRefused: ({ refusal }) => fail(`${adjustmentRefusalText(refusal)} ${stays}`),
      PurchaseNotOpen: () =>
        fail(`The purchase is not open any more: see \`ddd purchases list\`. Nothing moved. ${stays}`),
      NotGivenBack: () => fail(`The withdrawal is not held any more. Nothing moved. ${stays}`),
      ReferenceConflict: ({ referenceId }) =>
        fail(`The reference ${visible(referenceId)} was credited or refunded meanwhile. Nothing moved. ${stays}`),
      ReferenceRefused: ({ fault, reference }) =>
        fail(`The reference ${visible(reference)} ${fault}. Nothing moved. ${stays}`)
    }),
    Effect.catchTag(
      ["UnknownUser", "DepositBarred", "DepositRefused"],
      (error) => fail(`${notCreditedText(error)} ${stays}`)
    )
  )
})

const approve = Effect.fn("ddd approve")(function*(text: string, { json, ...flags }: JsonFlag & GuardFlags) {
  const came = yield* onMoney(Effect.gen(function*() {
    const approval = yield* find(text)
    const what = `${moneyText(approval)}; asked for by ${visible(approval.asked.operator)}: ${
      visible(approval.asked.reason ?? "no reason was said")
    }.`
    return yield* carryOut(approval, flags, what)
  }))
  if (came._tag === "Kept") {
    return yield* new NotDecided({
      message: came.kept._tag === "Found"
        ? "The provider has it after all, and that was learnt instead. Nothing was given back: refuse the approval."
        : `The provider could not be asked, so nothing was given back. ${stays}`
    })
  }
  yield* json === true
    ? printJson(approvalJson(came.approval))
    : print(`Approved and done: ${moneyText(came.approval)}.`)
  return done
})

const refuse = Effect.fn("ddd approvals refuse")(function*(text: string, { json, ...flags }: JsonFlag & GuardFlags) {
  const refused = yield* onMoney(Effect.gen(function*() {
    const approval = yield* find(text)
    const act = yield* guard("approvals refuse", `Nothing comes of it: ${moneyText(approval)}.`, flags)
    return yield* Effect.catchTag(
      (yield* Approvals).refuse(approval.id, act),
      "ApprovalRefused",
      ({ refusal }) => Effect.fail(new NotDecided({ message: whyRefused(text, refusal) }))
    )
  }))
  yield* json === true ? printJson(approvalJson(refused)) : print(`Refused: ${moneyText(refused)}. Nothing moved.`)
  return done
})

export const approveMoney: Declare = (perform) =>
  guarded(command(
    "approve",
    "let money move that another operator asked for, once and by the facts of now",
    "ddd approve 019a2b3c-0000-7000-8000-000000000001"
  ))
    .argument("<id>", "an approval's id")
    .addOption(jsonOption())
    .action((id, flags) => perform(approve(id, flags)))

export const refuseApproval: Declare = (perform) =>
  guarded(command("refuse", "have nothing come of it", "ddd approvals refuse 019a2b3c-0000-7000-8000-000000000001"))
    .argument("<id>", "an approval's id")
    .addOption(jsonOption())
    .action((id, flags) => perform(refuse(id, flags)))
