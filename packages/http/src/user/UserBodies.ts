/** A player, as the API shows them to themselves (docs/api.md, "Objects"). */
import { Schema } from "effect"
import { LimitsBody } from "../play/PlayBodies.ts"
import { described } from "../schemas/Described.ts"
import { emailExample, passwordExample } from "../schemas/Examples.ts"
import { UserIdText } from "../schemas/Ids.ts"
import { Money } from "../schemas/Money.ts"
import { Email, Username } from "../schemas/Names.ts"
import { DayText, InstantText } from "../schemas/Time.ts"
import { WalletBody } from "../wallet/WalletBodies.ts"

const userFields = {
  id: [UserIdText, "The player's id"],
  email: [Schema.String, "The address in force: a new one is once it is verified", emailExample],
  username: [Schema.String, "What others see", "ada.l"],
  emailVerified: [Schema.Boolean, "Whether the address is known to be the player's", true],
  createdAt: [InstantText, "When the account was opened"]
} as const

export const UserBody = described(userFields).annotate({ identifier: "User", description: "A player" })

export const ProfileBody = described({
  ...userFields,
  wallet: [WalletBody, "The player's money"],
  kycStatus: [
    Schema.Literals(["none", "pending", "verified", "rejected"]),
    "How far the payout provider knows who the player is",
    "none"
  ],
  country: [
    Schema.NullOr(Schema.String),
    "The country that the player signed up from, in two letters, where it is known",
    null
  ],
  dateOfBirth: [Schema.NullOr(DayText), "When the player was born, as they say; null: they did not", null],
  ageVerified: [Schema.Boolean, "Whether somebody who checks identities says that it is so", false],
  limits: [LimitsBody, "What the player allows themselves"],
  timedOutUntil: [Schema.NullOr(InstantText), "Until when the player takes a time-out; null: they take none", null],
  excludedUntil: [Schema.NullOr(InstantText), "Until when the player is excluded; null: they are not", null],
  sessionStartedAt: [Schema.NullOr(InstantText), "When this session began"],
  spentToday: [Money, "On tickets since midnight UTC, without what was refunded of them", "3.00"],
  wonToday: [Money, "Prizes since midnight UTC", "0.00"]
}).annotate({ identifier: "Profile", description: "A player, with the wallet" })

export const ChangeProfile = described({
  username: [Schema.optionalKey(Username), "The new name; without, it stays"],
  email: [Schema.optionalKey(Email), "The new address, which is mailed a link; without, it stays"],
  currentPassword: [Schema.optionalKey(Schema.String), "Needed with `email`", passwordExample],
  dateOfBirth: [Schema.optionalKey(DayText), "When the player was born: by itself, and once", "1990-02-28"]
})

export const EraseUser = described({
  currentPassword: [Schema.String, "The player's password", passwordExample]
})
