/** A player, as the API shows them to themselves (API.md, "Objects"). */
import { Schema } from "effect"
import { UserIdText } from "../schemas/Ids.ts"
import { Money } from "../schemas/Money.ts"
import { InstantText } from "../schemas/Time.ts"

const userFields = {
  id: UserIdText,
  email: Schema.String,
  username: Schema.String,
  emailVerified: Schema.Boolean,
  createdAt: InstantText
}

export const UserBody = Schema.Struct(userFields).annotate({ identifier: "User" })

export const WalletBody = Schema.Struct({
  balance: Money,
  withdrawable: Money,
  pendingWithdrawal: Money,
  updatedAt: InstantText
}).annotate({ identifier: "Wallet" })

export const ProfileBody = Schema.Struct({
  ...userFields,
  wallet: WalletBody,
  kycStatus: Schema.Literals(["none", "pending", "verified", "rejected"]),
  country: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Profile" })
