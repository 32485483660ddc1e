/**
 * A withdrawal's steps at Stripe: transferred to the player's account from the platform's balance, paid out from there to their bank, or the
 * transfer reversed. What goes wrong is a report too.
 */
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import type { ProviderStep, Withdrawal } from "@ddd/core/money/Withdrawal"
import { requestKey } from "@ddd/core/money/WithdrawalActions"
import { type PayoutProvider, ProviderUnavailable, type SentRequest } from "@ddd/core/ports/PayoutProvider"
import { Effect } from "effect"
import type { Stripe } from "stripe"
import { failureOf, isAccountGone, isMissing, reportOfFailure } from "./StripeFailure.ts"
import { listStep, listTransfers } from "./StripeLists.ts"
import {
  amountOf,
  type Marked,
  type PayoutSeen,
  readPayout,
  readReversal,
  readTransfer,
  reportOf,
  transferGroup,
  type TransferSeen,
  unreadable
} from "./StripeObjects.ts"
import type { TimeLimit } from "./StripeTime.ts"

const askedOf = (stripe: Stripe, withdrawal: Withdrawal, { attempt, step }: SentRequest): Promise<unknown> => {
  const { account, amount, id, transfer } = withdrawal
  const idempotencyKey = requestKey(id, step, attempt)
  const money = { amount: amountOf(amount), metadata: { withdrawal: id } }
  switch (step) {
    case "transfer":
      return stripe.transfers.create(
        { ...money, currency: "usd", destination: account, transfer_group: transferGroup(id) },
        { idempotencyKey }
      )
    case "payout":
      return stripe.payouts.create({ ...money, currency: "usd" }, { idempotencyKey, stripeAccount: account })
    case "reversal":
      // without a transfer there is nothing to reverse: `nextAction` asks for this only after one was done
      return transfer.objectId === null
        ? Promise.reject(new Error("its transfer has no name"))
        : stripe.transfers.createReversal(transfer.objectId, money, { idempotencyKey })
  }
}

/** The report in the answer to a request; undefined where there is none. */
const answered = (withdrawal: Withdrawal, { step }: SentRequest, answer: unknown): ProviderReport | undefined => {
  if (step === "reversal") {
    const { transfer: { objectId } } = withdrawal
    return objectId === null ? undefined : readReversal(answer, objectId, withdrawal)
  }
  const read: Marked<TransferSeen | PayoutSeen> | undefined = step === "transfer"
    ? readTransfer(answer)
    : readPayout(answer, withdrawal.account)
  return read === undefined ? undefined : reportOf(withdrawal, read)
}

/** The report of a step from all that there is of it. A reversal is looked for at its transfer. */
const found = (
  withdrawal: Withdrawal,
  step: ProviderStep,
  objects: ReadonlyArray<Marked<TransferSeen | PayoutSeen>>
): ProviderReport => {
  const [first, second] = objects
  if (first === undefined) {
    return step === "reversal"
      ? { _tag: "Unknown", reason: "Stripe has no transfer that could have been reversed" }
      : { _tag: "Absent", step, attempt: withdrawal[step].attempt }
  }
  return second === undefined
    ? reportOf(withdrawal, first)
    : {
      _tag: "Ambiguous",
      reason: `Stripe has more than one ${step === "payout" ? "payout" : "transfer"} of it: ` +
        objects.map(({ seen }) => seen.objectId).join(", ")
    }
}

/** What is said of a payout whose account is gone, which was only looked for. */
const lookedFor = { isFirst: false, turn: 0 } as const

const goneOf = ({ attempt, isFirst, turn }: Pick<SentRequest, "attempt" | "isFirst" | "turn">): ProviderReport => ({
  _tag: "AccountGone",
  attempt,
  isFirst,
  turn,
  reason: "Stripe lets us see nothing of the player's account any more: it was closed, or its owner has left us"
})

/** The operations of the port that are about money. */
export const makeMoney = (
  stripe: Stripe,
  limited: TimeLimit
): Pick<PayoutProvider["Service"], "send" | "lookUp" | "inspect" | "transfersSince"> => {
  /** Asks about money: whatever goes wrong is a report too, as `failed` puts it. */
  const reporting = (request: () => Promise<ProviderReport>, failed: (error: unknown) => ProviderReport) =>
    limited(
      Effect.tryPromise({ try: request, catch: failed }).pipe(
        Effect.catch((report) => Effect.succeed(report))
      ),
      () => Effect.succeed<ProviderReport>({ _tag: "Unknown", reason: "Stripe took too long" })
    )

  /** A question that changes nothing leaves everything as unknown as it was. */
  const notSaid = (error: unknown): ProviderReport => ({
    _tag: "Unknown",
    reason: `Stripe could not be asked: ${failureOf(error).reason}`
  })

  return {
    send: Effect.fn("PayoutProviderStripe.send")((withdrawal, request) =>
      reporting(
        () =>
          askedOf(stripe, withdrawal, request).then((answer) =>
            answered(withdrawal, request, answer) ??
              { _tag: "Unknown", reason: `Stripe, asked for the ${request.step}: ${unreadable}` }
          ),
        (error) =>
          request.step === "payout" && isAccountGone(error)
            ? goneOf(request)
            : reportOfFailure(failureOf(error), request)
      )
    ),

    lookUp: Effect.fn("PayoutProviderStripe.lookUp")((withdrawal, step) =>
      reporting(
        () =>
          listStep(stripe, withdrawal, step === "payout" ? "payout" : "transfer").then((objects) =>
            objects === undefined
              ? { _tag: "Unknown", reason: unreadable }
              : found(withdrawal, step, objects)
          ),
        (error) =>
          step === "payout" && isAccountGone(error) ? goneOf({ ...withdrawal.payout, ...lookedFor }) : notSaid(error)
      )
    ),

    transfersSince: Effect.fn("PayoutProviderStripe.transfersSince")((since) =>
      Effect.tryPromise({
        try: () => listTransfers(stripe, since),
        catch: (error) =>
          new ProviderUnavailable({ message: `Stripe could not be asked: ${failureOf(error).reason}`, cause: error })
      }).pipe(
        Effect.flatMap((transfers) =>
          transfers === undefined
            ? Effect.fail(new ProviderUnavailable({ message: `Stripe's transfers: ${unreadable}` }))
            : Effect.succeed(
              transfers.flatMap(({ seen: { account, amount, objectId, reversed }, withdrawalId }) =>
                withdrawalId === undefined ? [] : [{ withdrawalId, objectId, account, amount, reversed }]
              )
            )
        )
      )
    ),

    inspect: Effect.fn("PayoutProviderStripe.inspect")((withdrawal, step, objectId) =>
      reporting(
        async () => {
          const read: Marked<TransferSeen | PayoutSeen> | undefined = step === "transfer"
            ? readTransfer(await stripe.transfers.retrieve(objectId))
            : readPayout(
              await stripe.payouts.retrieve(objectId, {}, { stripeAccount: withdrawal.account }),
              withdrawal.account
            )
          return read === undefined ? { _tag: "Unknown", reason: unreadable } : reportOf(withdrawal, read)
        },
        (error) =>
          step === "payout" && isAccountGone(error)
            ? goneOf({ ...withdrawal.payout, ...lookedFor })
            : isMissing(error)
            ? { _tag: "Unknown", reason: `Stripe has no ${step} ${objectId}` }
            : notSaid(error)
      )
    )
  }
}
