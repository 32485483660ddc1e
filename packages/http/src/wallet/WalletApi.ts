/** The contract of deposits, withdrawals, payout accounts and the history of a wallet (docs/api.md, "Wallet"). */
import { transactionTypes } from "@ddd/core/money/Wallet"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { InternalOnly, PlayerOnly } from "../requests/Authentication.ts"
import { idempotencyHeaders } from "../requests/Idempotency.ts"
import { pageBody, pageQuery } from "../schemas/Pages.ts"
import { Deposit, OnboardingBody, ReadinessBody, TransactionBody, Withdrawal } from "./WalletBodies.ts"

/** Where a withdrawal is posted: a part of what its idempotency key stands for. */
export const withdrawPath = "/wallet/withdraw"

export class WalletApi extends HttpApiGroup.make("wallet").add(
  HttpApiEndpoint.post("deposit", "/wallet/deposit", {
    payload: Deposit,
    success: [
      TransactionBody.pipe(HttpApiSchema.status(201)),
      // made before, under the same reference
      TransactionBody
    ],
    error: problems(...bodyProblems, "not_found", "limit_exceeded", "reference_conflict")
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
      "idempotency_key_reused"
    )
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Asks for winnings to be paid out"),
  HttpApiEndpoint.post("openPayoutAccount", "/wallet/payout-account", {
    success: OnboardingBody.pipe(HttpApiSchema.status(201))
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "The page on which a player says where money is to go"),
  HttpApiEndpoint.get("payoutAccount", "/wallet/payout-account", {
    success: ReadinessBody
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Whether the player can be paid out"),
  HttpApiEndpoint.get("transactions", "/wallet/transactions", {
    query: { ...pageQuery(/^[1-9][0-9]{0,14}$/u), type: Schema.optionalKey(Schema.Literals(transactionTypes)) },
    success: pageBody(TransactionBody),
    error: problems("invalid_request")
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "The wallet's movements, newest first")
) {}
