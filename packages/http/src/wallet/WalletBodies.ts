/** Wallets and their movements, as the API shows them, and what moves money (docs/api.md, "Objects" and "Wallet"). */
import { cents } from "@ddd/core/money/Money"
import { transactionTypes } from "@ddd/core/money/Wallet"
import { Schema } from "effect"
import { UserIdText, UuidText } from "../schemas/Ids.ts"
import { Money, moneyFrom, PositiveMoney } from "../schemas/Money.ts"
import { InstantText } from "../schemas/Time.ts"

export const WalletBody = Schema.Struct({
  balance: Money,
  withdrawable: Money,
  pendingWithdrawal: Money,
  updatedAt: InstantText
}).annotate({ identifier: "Wallet" })

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

/** The provider's page, until when it works. */
export const OnboardingBody = Schema.Struct({ url: Schema.String, expiresAt: InstantText })

export const ReadinessBody = Schema.Struct({
  status: Schema.Literals(["none", "pending", "ready"]).annotate({ description: "ready: money can be sent to it" })
})
