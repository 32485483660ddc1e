/** Money that waits for another operator, as operators see it; and that it waits. */
import type { Approval, HandMoneyKind } from "@ddd/core/money/FourEyes"
import { formatCents } from "@ddd/core/money/Money"
import type { ApprovalRequired } from "@ddd/core/ports/ApprovalRequired"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import { visibleData } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { callable } from "../../Invocation.ts"
import { style } from "../../terminal/Output.ts"
import { fitted } from "../../terminal/Table.ts"

/** Nothing moved yet; the message says who can go on, and how. */
export class WaitsForApproval extends Data.TaggedError("WaitsForApproval")<{ readonly message: string }> {}

/** Says of money above FOUR_EYES_ABOVE that it waits. */
export const toldToWait = ({ approvalId, isSame }: ApprovalRequired): Effect.Effect<never, WaitsForApproval> =>
  Effect.fail(
    new WaitsForApproval({
      message: isSame
        ? `It waits for approval ${approvalId}: another operator runs \`${
          callable(`ddd approve ${approvalId}`)
        }\` within a week. Nothing moved.`
        : `Something else waits under the same name as approval ${approvalId}: see \`${
          callable("ddd approvals list")
        }\`, and refuse that one first. Nothing moved.`
    })
  )

const whatText: { readonly [Kind in HandMoneyKind]: string } = {
  adjustment: "wallet adjusted",
  purchase: "purchase credited",
  withdrawal: "withdrawal given back",
  deposit: "deposit of our machines"
}

/** What an approval is about, in a line. */
export const moneyText = (approval: Approval): string => {
  const { money: { kind, reference, userId } } = visibleData(approval)
  return `${whatText[kind]}: $${formatCents(approval.money.amount)}, ${reference}, player ${userId}`
}

export const approvalJson = ({ asked, askedAt, decidedAt, decidedBy, expiresAt, id, money, state }: Approval) => ({
  id,
  state,
  kind: money.kind,
  userId: money.userId,
  amount: formatCents(money.amount),
  reference: money.reference,
  corrects: money.corrects,
  winnings: money.isWinnings,
  askedBy: asked.operator,
  command: asked.command,
  reason: asked.reason,
  askedAt: formatInstant(askedAt),
  expiresAt: formatInstant(expiresAt),
  decidedBy,
  decidedAt: formatInstantOrNull(decidedAt)
})

/** One line an approval, and one more for why it was asked for. */
export const approvalTable = (found: ReadonlyArray<Approval>): string => {
  const table = fitted([
    ["ASKED", "BY", "STATE", "BY", "AMOUNT", "WHAT", "ID"],
    ...found.map((approval) => {
      const { asked, decidedBy, id, money: { kind, reference }, state } = visibleData(approval)
      return [
        formatInstant(approval.askedAt),
        style.bold(asked.operator),
        state === "waiting" ? style.yellow(state) : state,
        decidedBy ?? "",
        `$${formatCents(approval.money.amount)}`,
        `${whatText[kind]}, ${reference}`,
        style.dim(id)
      ]
    })
  ], { right: [4], yields: [5, 3, 0, 1] })
  const [head, ...lines] = table.split("\n")
  return [
    head,
    ...found.flatMap((approval, at) => {
      const { asked: { reason }, money: { userId } } = visibleData(approval)
      return [lines[at] ?? "", `  ${style.dim(`player ${userId}${reason === null ? "" : `: ${reason}`}`)}`]
    })
  ].join("\n")
}
