/** Asking for money to be paid out. It is paid later, by a job. */
import type { AskRefusal } from "@ddd/core/money/AskWithdrawal"
import { formatCents, formatSum } from "@ddd/core/money/Money"
import { otherProviderText } from "@ddd/core/money/ProviderId"
import type { PayoutProvider, ProviderUnavailable } from "@ddd/core/ports/PayoutProvider"
import type { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { type Problem, refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import type { KeyedCall } from "../requests/Call.ts"
import { idempotencyOf, replayHeaders } from "../requests/Idempotency.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { withdrawPath } from "./WalletApi.ts"
import { TransactionBody, Withdrawal } from "./WalletBodies.ts"

export interface WithdrawalOptions {
  /** Whether this server pays out at all: where it does not, withdrawals answer 503. */
  readonly enabled: boolean
  /** Whether purchased credit may be withdrawn too (WITHDRAW_DEPOSITS). */
  readonly withdrawDeposits: boolean
}

const withdrawalBody = jsonBody(Withdrawal)
const withdrawalIdempotency = idempotencyOf(withdrawPath)
const encodeTransaction = Schema.encodeEffect(TransactionBody)

/** The handler of withdrawals. */
export const makeWithdraw = (
  withdrawals: typeof Withdrawals.Service,
  payouts: typeof PayoutProvider.Service,
  { enabled, withdrawDeposits }: WithdrawalOptions
) =>
  Effect.fnUntraced(function*({ headers, request }: KeyedCall) {
    const { userId } = yield* CurrentUser
    const { bytes, value: { amount } } = yield* withdrawalBody(request)
    if (!enabled) return yield* refuseNoPayouts
    const key = headers["idempotency-key"]
    const idempotency = withdrawalIdempotency(key, bytes)
    const provider = yield* Effect.catch(payouts.identity, refuseProvider)
    const asked = withdrawals.ask({ userId, amount, withdrawDeposits, provider, idempotency })
    const { isReplayed, transaction } = yield* Effect.catchTags(asked, {
      WithdrawalRefused: ({ refusal }) => refuseWithdrawal(refusal, withdrawDeposits),
      Unavailable: (error) => refuseUnavailable(error, key !== undefined)
    })
    const body = yield* Effect.orDie(encodeTransaction(transaction))
    return HttpServerResponse.jsonUnsafe(body, { status: 202, headers: replayHeaders(isReplayed) })
  })

/** Nothing but a new configuration changes it: an hour is soon enough. */
const noPayoutsRetrySeconds = 3_600

/** The answer where this server pays nothing out. */
export const refuseNoPayouts = refuse("unavailable", "Nothing is paid out at present. Nothing was changed.", {
  retryAfter: noPayoutsRetrySeconds
})

/** Providers say nothing about when they will be back. */
const providerRetrySeconds = 30

/** The answer while the provider cannot be asked. */
export const refuseProvider = (error: ProviderUnavailable): Effect.Effect<never, Problem<"unavailable">> =>
  Effect.andThen(
    Effect.logWarning(error.message, error.cause),
    refuse("unavailable", "The service that pays out does not answer now. Nothing was changed; try again.", {
      retryAfter: providerRetrySeconds
    })
  )

/** The answer to whoever has not shown that the address is theirs. `nothing`: what was not done, a sentence. */
export const refuseUnverified = (nothing: string): Effect.Effect<never, Problem<"email_unverified">> =>
  refuse(
    "email_unverified",
    "Verify your address first, by the link that was mailed to it; POST /auth/verify-email/resend mails another. " +
      nothing
  )

/** Said of a payout account that is with another provider than pays out here. */
export const elsewhere = "The payout account is with another service than the one that pays out here. " +
  "DELETE /wallet/payout-account removes it; after that, POST /wallet/payout-account opens one that money can be sent to."

type WithdrawalProblem = Problem<
  | "payout_account_missing"
  | "not_withdrawable"
  | "insufficient_funds"
  | "account_frozen"
  | "email_unverified"
  | "identity_unverified"
  | "unauthenticated"
  | "idempotency_key_reused"
>

/** Who checks, and where, is the operator's to say: what players are told of it is short. */
const howToVerify = "go through the identity check that this service offers, or ask support for it"

/** Says of what is not withdrawable why, and when it will be. */
const whyNotWithdrawable = (
  { awaitingIdentity, maturesAt, maturing }: Extract<AskRefusal, { readonly _tag: "NotWithdrawable" }>,
  withdrawDeposits: boolean
): string =>
  [
    ...withdrawDeposits ? [] : ["Only winnings can be withdrawn: purchased credit buys tickets."],
    ...maturesAt === null
      ? []
      : [`${formatCents(maturing)} won in rooms rests, the next part of it until ${formatInstant(maturesAt)}.`],
    ...awaitingIdentity === 0n
      ? []
      : [`${formatCents(awaitingIdentity)} waits until your identity is verified: ${howToVerify}.`]
  ].join(" ")

const refuseWithdrawal = (
  refusal: AskRefusal,
  withdrawDeposits: boolean
): Effect.Effect<never, WithdrawalProblem> => {
  switch (refusal._tag) {
    case "NoPayoutAccount":
      return refuse(
        "payout_account_missing",
        refusal.status === "none"
          ? "There is no account that money could be sent to: POST /wallet/payout-account opens one. " +
            "Nothing was withdrawn."
          : "The payout account is not ready for money yet: POST /wallet/payout-account gives the page to go on with. " +
            "Nothing was withdrawn."
      )
    case "OtherProvider":
      return Effect.andThen(
        Effect.logError(`payout account ${refusal.account}: ${otherProviderText(refusal.provider, refusal.own)}`),
        refuse("payout_account_missing", `${elsewhere} Nothing was withdrawn.`)
      )
    case "InDebt":
      return refuse(
        "not_withdrawable",
        `This account owes ${formatCents(refusal.debt)} for a purchase that was refunded after it had been spent. ` +
          "Whatever comes in pays that first; until then nothing can be withdrawn. Nothing was withdrawn."
      )
    case "NotWithdrawable":
      return refuse(
        "not_withdrawable",
        `Of the wallet's ${formatCents(refusal.balance)}, ${formatCents(refusal.withdrawable)} can be withdrawn; ` +
          `${formatCents(refusal.asked)} was asked for. ${
            whyNotWithdrawable(refusal, withdrawDeposits)
          } Nothing was withdrawn.`
      )
    case "InsufficientFunds":
      return refuse(
        "insufficient_funds",
        `The wallet holds ${formatCents(refusal.balance)}; ${formatCents(refusal.needed)} was asked for. ` +
          "Nothing was withdrawn."
      )
    case "AccountFrozen":
      return refuse("account_frozen", "This account is frozen and cannot withdraw. Nothing was withdrawn.")
    case "EmailUnverified":
      return refuseUnverified("Nothing was withdrawn.")
    case "IdentityUnverified":
      return refuse(
        "identity_unverified",
        `Withdrawals of more than ${formatCents(refusal.above)} in all need a verified identity; ` +
          `${formatSum(refusal.withdrawn)} was withdrawn before, and ${formatCents(refusal.asked)} was asked for. ` +
          `To withdraw it, ${howToVerify}. Nothing was withdrawn.`
      )
    case "UnknownUser":
      return refuseUnknownPlayer
    case "KeyReused":
      return refuse(
        "idempotency_key_reused",
        "This idempotency key was used for another request. Nothing was withdrawn; use a new key."
      )
  }
}
