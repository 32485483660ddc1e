/** Wallets and their movements, as the API shows them, and what moves money (docs/api.md, "Objects" and "Wallet"). */
import { checkoutMax, checkoutMin } from "@ddd/core/money/Checkout"
import { cents } from "@ddd/core/money/Money"
import { transactionTypes } from "@ddd/core/money/Wallet"
import { Schema } from "effect"
import { described } from "../schemas/Described.ts"
import { UserIdText, UuidText } from "../schemas/Ids.ts"
import { Money, moneyFrom, PositiveMoney } from "../schemas/Money.ts"
import { InstantText } from "../schemas/Time.ts"

export const WalletBody = described({
  balance: [Money, "What the player can spend on tickets", "12.00"],
  withdrawable: [Money, "How much of the balance a withdrawal may take now", "3.80"],
  maturing: [Money, "How much of the balance rests: prizes of rooms, which can be withdrawn later", "1.90"],
  maturesAt: [
    Schema.NullOr(InstantText),
    "When the next part of it can be withdrawn; null where nothing rests",
    "2026-02-17T20:00:00.000Z"
  ],
  awaitingIdentity: [
    Money,
    "How much of the balance waits for the identity check: prizes that can be withdrawn once the player is verified",
    "0.00"
  ],
  pendingWithdrawal: [Money, "What is on its way out, and no longer in the balance", "0.00"],
  debt: [Money, "What the player owes: of purchases that were refunded after they had been spent", "0.00"],
  updatedAt: [InstantText, "When it last changed"]
}).annotate({ identifier: "Wallet", description: "A player's money" })

export const TransactionBody = described({
  id: [UuidText, "The movement's id"],
  type: [Schema.Literals(transactionTypes), "What moved the money", "ticket_purchase"],
  amount: [Money, "Signed: negative where money leaves the wallet", "-1.00"],
  balanceAfter: [Money, "The balance that it left", "11.00"],
  status: [
    Schema.Literals(["pending", "completed", "failed"]),
    "A withdrawal is pending until it is paid or fails; everything else is completed at once",
    "completed"
  ],
  referenceId: [
    Schema.NullOr(Schema.String),
    "What it refers to: a store's purchase, a draw, another movement",
    "app_store:2000000123456789"
  ],
  createdAt: [InstantText, "When it was written"]
}).annotate({ identifier: "Transaction", description: "A movement of a wallet" })

export const Deposit = described({
  userId: [UserIdText, "Whose wallet is credited"],
  amount: [PositiveMoney, "How much", "10.00"],
  referenceId: [
    Schema.String.check(
      Schema.isPattern(/^[\x20-\x7e]{1,100}$/u, { message: "must have 1 to 100 printable characters" })
    ),
    "Credits once, ever: `<store>:<transaction id>` for a store's purchase",
    "app_store:2000000123456789"
  ],
  metadata: [
    Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
    "Whatever the caller wants kept beside it",
    { note: "goodwill" }
  ]
})

/** A deposit above what our machines move alone. */
export const ApprovalBody = described({
  code: [Schema.Literal("approval_required"), "That nothing was credited yet", "approval_required"],
  approvalId: [UuidText, "What an operator approves, by `ddd approve`"]
}).annotate({ identifier: "ApprovalRequired", description: "Money that waits for an operator" })

export const Withdrawal = described({
  amount: [moneyFrom("WithdrawalAmount", cents(100n)), "How much is to be paid out, at least `\"1.00\"`", "3.80"]
})

export const CheckoutAsked = described({
  amount: [
    moneyFrom("CheckoutAmount", checkoutMin, checkoutMax),
    "How much is to be paid in, from `\"5.00\"` to `\"1000.00\"`",
    "20.00"
  ]
})

/** The page on which a player pays. */
export const CheckoutBody = described({
  url: [
    Schema.String,
    "Stripe's page, to be opened by the player",
    "https://checkout.stripe.com/c/pay/cs_live_a1"
  ],
  expiresAt: [InstantText, "Until when it can be paid on"]
})

/** The provider's page, until when it works. */
export const OnboardingBody = described({
  url: [
    Schema.String,
    "The provider's page, to be opened by the player",
    "https://connect.stripe.com/setup/e/acct_1/x1"
  ],
  expiresAt: [InstantText, "Until when it works"]
})

export const ReadinessBody = described({
  status: [
    Schema.Literals(["none", "pending", "ready"]),
    "`ready`: money can be sent to it; `pending`: the provider still asks for something",
    "ready"
  ]
})
