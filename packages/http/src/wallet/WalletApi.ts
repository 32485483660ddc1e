/** The contract of money in, money out and its history (API.md, "Wallet"). */
import { cents } from "@ddd/core/money/Money"
import { transactionTypes } from "@ddd/core/money/Wallet"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { bodyProblems, problems } from "../problems/Problem.ts"
import { InternalOnly, PlayerOnly } from "../requests/Authentication.ts"
import { idempotencyHeaders } from "../requests/Idempotency.ts"
import { UserIdText, UuidText } from "../schemas/Ids.ts"
import { Money, moneyFrom, PositiveMoney } from "../schemas/Money.ts"
import { pageBody, pageQuery } from "../schemas/Pages.ts"
import { InstantText } from "../schemas/Time.ts"

export const TransactionBody = Schema.Struct({
  id: UuidText,
  type: Schema.Literals(transactionTypes),
  amount: Money.annotate({ description: "Signed: negative where money leaves the wallet" }),
  balanceAfter: Money,
  status: Schema.Literals(["pending", "completed", "failed"]),
  referenceId: Schema.NullOr(Schema.String),
  createdAt: InstantText
}).annotate({ identifier: "Transaction" })

export const Deposit = Schema.Struct({
  userId: UserIdText,
  amount: PositiveMoney,
  referenceId: Schema.String.check(
    Schema.isPattern(/^[\x20-\x7e]{1,100}$/u, { message: "must have 1 to 100 printable characters" })
  ).annotate({ description: "Credits once, ever: `<store>:<transaction id>` for a store's purchase" }),
  metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
})

export const Withdrawal = Schema.Struct({
  amount: moneyFrom("WithdrawalAmount", cents(100n))
})

/** Where a withdrawal is posted: a part of what its idempotency key stands for. */
export const withdrawPath = "/wallet/withdraw"

/** The provider's page, until when it works. */
export const OnboardingBody = Schema.Struct({ url: Schema.String, expiresAt: InstantText })

export const ReadinessBody = Schema.Struct({
  status: Schema.Literals(["none", "pending", "ready"]).annotate({ description: "ready: money can be sent to it" })
})

export class WalletApi extends HttpApiGroup.make("wallet").add(
  HttpApiEndpoint.post("deposit", "/wallet/deposit", {
    payload: Deposit,
    success: [
      TransactionBody.pipe(HttpApiSchema.status(201)),
      // made before, under the same reference
      TransactionBody
    ],
    error: problems(...bodyProblems, "not_found", "limit_exceeded", "reference_conflict", "unavailable")
  }).middleware(InternalOnly).annotate(OpenApi.Summary, "Credits a wallet, once a reference"),
  HttpApiEndpoint.post("withdraw", withdrawPath, {
    payload: Withdrawal,
    headers: idempotencyHeaders,
    success: TransactionBody.pipe(HttpApiSchema.status(202)),
    error: problems(
      ...bodyProblems,
      "payout_account_missing",
      "not_withdrawable",
      "insufficient_funds",
      "account_frozen",
      "idempotency_key_reused",
      "unavailable"
    )
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Asks for winnings to be paid out"),
  HttpApiEndpoint.post("openPayoutAccount", "/wallet/payout-account", {
    success: OnboardingBody.pipe(HttpApiSchema.status(201)),
    error: problems("unavailable")
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "The page on which a player says where money is to go"),
  HttpApiEndpoint.get("payoutAccount", "/wallet/payout-account", {
    success: ReadinessBody,
    error: problems("unavailable")
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Whether the player can be paid out"),
  HttpApiEndpoint.get("transactions", "/wallet/transactions", {
    query: { ...pageQuery(/^[1-9][0-9]{0,14}$/u), type: Schema.optionalKey(Schema.Literals(transactionTypes)) },
    success: pageBody(TransactionBody),
    error: problems("invalid_request", "unavailable")
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "The wallet's movements, newest first")
) {}
