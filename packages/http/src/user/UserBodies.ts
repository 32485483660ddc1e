/** A player, as the API shows them to themselves (docs/api.md, "Objects"). */
import { Schema } from "effect"
import { UserIdText } from "../schemas/Ids.ts"
import { Email, Username } from "../schemas/Names.ts"
import { InstantText } from "../schemas/Time.ts"
import { WalletBody } from "../wallet/WalletBodies.ts"

const userFields = {
  id: UserIdText,
  email: Schema.String,
  username: Schema.String,
  emailVerified: Schema.Boolean,
  createdAt: InstantText
}

export const UserBody = Schema.Struct(userFields).annotate({ identifier: "User" })

export const ProfileBody = Schema.Struct({
  ...userFields,
  wallet: WalletBody,
  kycStatus: Schema.Literals(["none", "pending", "verified", "rejected"]),
  country: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Profile" })

export const ChangeProfile = Schema.Struct({
  username: Schema.optionalKey(Username),
  email: Schema.optionalKey(Email),
  currentPassword: Schema.optionalKey(Schema.String.annotate({ description: "Needed with email" }))
})
