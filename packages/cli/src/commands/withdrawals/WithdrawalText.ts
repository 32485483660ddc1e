/** Withdrawals as operators see them: which one is meant, as JSON, in columns, and what a person can do about one. */
import { formatCents } from "@ddd/core/money/Money"
import { providerText } from "@ddd/core/money/ProviderId"
import { canBeCanceled } from "@ddd/core/money/ProviderReport"
import { type ProviderStep, providerSteps, type StepState, type Withdrawal } from "@ddd/core/money/Withdrawal"
import { type Resolution, resolve } from "@ddd/core/money/WithdrawalResolution"
import type { UserSummary } from "@ddd/core/ports/Accounts"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { isUuid } from "@ddd/core/values/Ids"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import { visible, visibleData } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { callable } from "../../Invocation.ts"
import { style } from "../../terminal/Output.ts"
import { aligned, fitted } from "../../terminal/Table.ts"

/** There is no such withdrawal. */
export class NoSuchWithdrawal extends Data.TaggedError("NoSuchWithdrawal")<{ readonly message: string }> {}

export const noSuchWithdrawal = (text: string) =>
  new NoSuchWithdrawal({
    message: `There is no withdrawal ${visible(text)}: give an id as \`ddd withdrawals list\` shows it.`
  })

/** The withdrawal that an operator names by its id. */
export const findWithdrawal = Effect.fnUntraced(function*(text: string) {
  const id = text.toLowerCase()
  const withdrawal = isUuid(id) ? yield* (yield* Withdrawals).find(id) : null
  return withdrawal ?? (yield* noSuchWithdrawal(text))
})

/** The decisions about a held withdrawal, as they are written on a command line. */
export const resolutions: { readonly [Word in "absent" | "again" | "paid" | "go-on"]: Resolution } = {
  absent: "absent",
  again: "again",
  paid: "paid",
  "go-on": "go on"
}
export type ResolutionWord = keyof typeof resolutions

export const resolutionWords: ReadonlyArray<ResolutionWord> = ["absent", "again", "paid", "go-on"]

/** Those that make sense of it; none where it is not held. */
export const sensibleResolutions = (withdrawal: Withdrawal): ReadonlyArray<ResolutionWord> =>
  resolutionWords.filter((word) => resolve(withdrawal, resolutions[word]) !== null)

/** What a decision does, as a clause. */
export const effectOf = ({ held }: Withdrawal, word: ResolutionWord): string => {
  const step = held?.step ?? null
  switch (word) {
    case "absent":
      return step === "payout"
        ? "the transfer is taken back, and the money then returns to the wallet"
        : "the money returns to the wallet"
    case "again":
      return `the ${step ?? "step"} is asked for once more, as a new request`
    case "paid":
      return "it is paid, as the bank or the provider's own pages say"
    case "go-on":
      return "it goes on from where it stands"
  }
}

const adviceFor = (step: ProviderStep | null): string => {
  switch (step) {
    case "transfer":
    case "payout":
      return `Look with the provider for a ${step} that bears this withdrawal's id. ` +
        "Whatever is decided, the provider is asked once more first: where it has one, that one counts."
    case "reversal":
      return "Have the provider make it possible to take the transfer back: the player's account may lack the money. Where it does, that " +
        "is asked for again every hour, and it goes on by itself once there is money."
    case null:
      return "Put right with the provider what was found: it must have one transfer and one payout of it, or neither."
  }
}

/** That a withdrawal can be given back which waits unsent: of a frozen player, or for funds. */
const cancelText = (withdrawal: Withdrawal): ReadonlyArray<string> =>
  withdrawal.problem !== null && canBeCanceled(withdrawal)
    ? [`  ${callable(`ddd withdrawals cancel ${withdrawal.id}`)} ${style.dim("the money returns to the wallet")}`]
    : []

/** What a person can do about a held withdrawal: sentences and commands; nothing where it is not held. */
export const adviceText = (withdrawal: Withdrawal): ReadonlyArray<string> =>
  withdrawal.held === null ? cancelText(withdrawal) : [
    adviceFor(withdrawal.held.step),
    aligned(
      sensibleResolutions(withdrawal).map((word) => [
        `  ${callable(`ddd withdrawals resolve ${withdrawal.id} ${word}`)}`,
        style.dim(effectOf(withdrawal, word))
      ])
    )
  ]

const stepJson = ({ attempt, objectId, sentAt, status }: StepState) => ({
  status,
  attempt,
  sentAt: formatInstantOrNull(sentAt),
  objectId
})

/** A withdrawal as JSON. Scripts read these names: they stay. */
export const withdrawalJson = (withdrawal: Withdrawal) => ({
  id: withdrawal.id,
  userId: withdrawal.userId,
  amount: formatCents(withdrawal.amount),
  account: withdrawal.account,
  provider: withdrawal.provider,
  askedAt: formatInstant(withdrawal.askedAt),
  status: withdrawal.status,
  transfer: stepJson(withdrawal.transfer),
  payout: stepJson(withdrawal.payout),
  payoutStatus: withdrawal.providerPayoutStatus,
  reversal: stepJson(withdrawal.reversal),
  held: withdrawal.held,
  problem: withdrawal.problem,
  turn: withdrawal.turn,
  idleTurns: withdrawal.idleTurns
})

const statusText = ({ held, status }: Withdrawal): string => {
  if (held !== null) return style.red(`${status}, held`)
  return status === "paid" ? style.green(status) : status === "pending" ? style.yellow(status) : style.red(status)
}

/** How far it is, in a word or two. */
const stageText = ({ payout, providerPayoutStatus, reversal, transfer }: Withdrawal): string => {
  if (reversal.status !== "unsent") return `reversal ${reversal.status}`
  if (payout.status !== "unsent") return `payout ${providerPayoutStatus ?? payout.status}`
  return `transfer ${transfer.status}`
}

/** One line a withdrawal, newest first. */
export const withdrawalTable = (withdrawals: ReadonlyArray<Withdrawal>): string =>
  fitted([
    ["ASKED", "AMOUNT", "STATUS", "STAGE", "ID", "PLAYER", "PROBLEM"],
    ...visibleData(withdrawals).map((withdrawal) => [
      formatInstant(withdrawal.askedAt),
      `$${formatCents(withdrawal.amount)}`,
      statusText(withdrawal),
      stageText(withdrawal),
      withdrawal.id,
      style.dim(withdrawal.userId),
      style.dim(withdrawal.held?.reason ?? withdrawal.problem ?? "")
    ])
  ], { right: [1], yields: [6, 5, 3, 0] })

const stepRow = (withdrawal: Withdrawal, step: ProviderStep): ReadonlyArray<string> => {
  const { attempt, objectId, sentAt, status } = withdrawal[step]
  const state = step === "payout" && withdrawal.providerPayoutStatus !== null
    ? `${status}, ${withdrawal.providerPayoutStatus}`
    : status
  return [step, state, String(attempt), formatInstantOrNull(sentAt) ?? "", objectId ?? ""]
}

/** One withdrawal at length, with what to do about it where a person has to; `owner`, where known, is whose it is. */
export const withdrawalText = (found: Withdrawal, owner: UserSummary | null): string => {
  const [withdrawal, user] = [visibleData(found), visibleData(owner)]
  const { account, amount, askedAt, held, id, problem, provider, turn, userId } = withdrawal
  const advice = adviceText(withdrawal)
  const line = (name: string, value: string | null): ReadonlyArray<ReadonlyArray<string>> =>
    value === null ? [] : [[style.dim(name), value]]
  return [
    aligned([
      ...line("withdrawal", id),
      ...line("player", user === null ? userId : `${user.username} ${style.dim(userId)}`),
      ...line("amount", `$${formatCents(amount)}`),
      ...line("account", account),
      ...line("with", providerText(provider)),
      ...line("asked", formatInstant(askedAt)),
      ...line("status", statusText(withdrawal)),
      ...line("held because", held === null ? null : style.red(held.reason)),
      ...line("problem", held === null || held.reason !== problem ? problem : null),
      ...line("worked on", turn === 1 ? "once" : `${turn} times`)
    ]),
    "",
    aligned([
      ["STEP", "STATE", "ATTEMPT", "FIRST SENT", "ID WITH THE PROVIDER"],
      ...providerSteps.map((step) => stepRow(withdrawal, step))
    ], [2]),
    ...advice.length === 0 ? [] : ["", ...advice]
  ].join("\n")
}
