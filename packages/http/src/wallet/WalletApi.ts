/** The contract of deposits, withdrawals, payout accounts and the history of a wallet (docs/api.md, "Wallet"). */
import { transactionTypes } from "@ddd/core/money/Wallet"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { barringCodes } from "../play/PlayProblems.ts"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { InternalOnly, PlayerOnly } from "../requests/Authentication.ts"
import { idempotencyHeaders } from "../requests/Idempotency.ts"
import { OfferedHere } from "../requests/OfferedHere.ts"
import { operation } from "../schemas/Described.ts"
import { pageBody, pageQuery } from "../schemas/Pages.ts"
import { StatementBody, StatementCsv, StatementHtml, statementQuery } from "./statement/StatementBodies.ts"
import {
  ApprovalBody,
  CheckoutAsked,
  CheckoutBody,
  Deposit,
  OnboardingBody,
  ReadinessBody,
  TransactionBody,
  WalletBody,
  Withdrawal
} from "./WalletBodies.ts"

const movementType = Schema.Literals(transactionTypes).annotate({
  description: "Movements of this type alone",
  examples: ["prize_win"]
})

/** Where a withdrawal is posted: a part of what its idempotency key stands for. */
export const withdrawPath = "/wallet/withdraw"

/** Where a checkout is posted: a part of what its idempotency key stands for. */
export const checkoutPath = "/wallet/checkout"

export class WalletApi extends HttpApiGroup.make("wallet").add(
  HttpApiEndpoint.get("wallet", "/wallet", {
    success: WalletBody
  }).middleware(PlayerOnly).annotateMerge(operation(
    "read",
    "The player's money",
    "`withdrawable` is what a withdrawal may take now. Prizes of rooms rest before they can be withdrawn: `maturing`, the next part of it until `maturesAt`. Large prizes may wait until the player's identity is verified: `awaitingIdentity`. Tickets can be bought with all of them at once."
  )),
  HttpApiEndpoint.post("deposit", "/wallet/deposit", {
    payload: Deposit,
    success: [
      TransactionBody.pipe(HttpApiSchema.status(201)),
      // made before, under the same reference
      TransactionBody,
      // it waits for an operator
      ApprovalBody.pipe(HttpApiSchema.status(202))
    ],
    error: problems(...bodyProblems, "not_found", "timed_out", "limit_exceeded", "reference_conflict")
  }).middleware(InternalOnly).annotateMerge(operation(
    "internal",
    "Credits a wallet, once a reference",
    "201 the first time. The same `referenceId` again: 200 and the first movement, or `reference_conflict` where user or amount differ, or the purchase was refunded before it was credited. Never more than a wallet can hold: `limit_exceeded`. Above what is moved without an operator: 202 `approval_required`, and nothing was credited; the same again answers the same until an operator has decided."
  )),
  HttpApiEndpoint.post("checkout", checkoutPath, {
    payload: CheckoutAsked,
    headers: idempotencyHeaders,
    success: CheckoutBody.pipe(HttpApiSchema.status(201)),
    error: problems(
      ...bodyProblems,
      "account_frozen",
      ...barringCodes,
      "limit_exceeded",
      "idempotency_key_reused"
    )
  }).middleware(PlayerOnly).middleware(OfferedHere).annotateMerge(operation(
    "money",
    "Opens a page on which the player pays in",
    "From $5.00 to $1,000.00. The wallet is credited once Stripe has the money, never because the page was left. Refused before anybody pays: `account_frozen`, `timed_out`, `under_age` or `date_of_birth_missing`, and `limit_exceeded` where a limit of deposits, with what is under way, does not allow it, the wallet could not hold it, or five pages are open. `unavailable` where nobody pays in by a page here."
  )),
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
      "email_unverified",
      "identity_unverified",
      "idempotency_key_reused"
    )
  }).middleware(PlayerOnly).annotateMerge(operation(
    "money",
    "Asks for winnings to be paid out",
    "Checked in this order: the payout account (`payout_account_missing`), debt and what is withdrawable (`not_withdrawable`), the balance, and whether all withdrawals together need a verified identity (`identity_unverified`). The movement is `pending` until the money has arrived or failed to."
  )),
  HttpApiEndpoint.post("openPayoutAccount", "/wallet/payout-account", {
    success: OnboardingBody.pipe(HttpApiSchema.status(201)),
    error: problems("email_unverified")
  }).middleware(PlayerOnly).annotateMerge(operation(
    "money",
    "The page on which a player says where money is to go",
    "The payout provider's page, a new one each time. Not before the player's address is verified: `email_unverified`."
  )),
  HttpApiEndpoint.delete("removePayoutAccount", "/wallet/payout-account", {
    success: HttpApiSchema.NoContent,
    error: problems("withdrawal_under_way")
  }).middleware(PlayerOnly).annotateMerge(operation(
    "money",
    "Removes the player's payout account",
    "Another one can be opened then. Nothing where there is none; refused while a withdrawal is under way."
  )),
  HttpApiEndpoint.get("payoutAccount", "/wallet/payout-account", {
    success: ReadinessBody
  }).middleware(PlayerOnly).annotateMerge(operation(
    "read",
    "Whether the player can be paid out",
    "As the payout provider last said."
  )),
  HttpApiEndpoint.get("transactions", "/wallet/transactions", {
    query: { ...pageQuery, type: Schema.optionalKey(movementType) },
    success: pageBody(TransactionBody),
    error: problems("invalid_request")
  }).middleware(PlayerOnly).annotateMerge(operation(
    "read",
    "The wallet's movements, newest first",
    "Amounts are signed: negative where money left the wallet."
  )),
  HttpApiEndpoint.get("statement", "/wallet/statement", {
    query: statementQuery,
    success: [StatementBody, StatementCsv, StatementHtml],
    error: problems("invalid_request", "rate_limited")
  }).middleware(PlayerOnly).annotateMerge(operation(
    "heavy",
    "The wallet's movements of a month, with the balance before and after",
    "As JSON, as CSV (RFC 4180), or as a page to be printed. Streamed; one at a time of a player. The present month is stated as it stands; one of before the account has no movements; one that has not begun is `invalid_request`."
  ))
) {}
