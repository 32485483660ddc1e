/** What is sent and answered in signing up and in (docs/api.md, "Auth"). */
import { passwordCharactersMax, passwordCharactersMin } from "@ddd/core/accounts/Password"
import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { described } from "../schemas/Described.ts"
import { accessTokenExample, mailedTokenExample, passwordExample, refreshTokenExample } from "../schemas/Examples.ts"
import { UuidText } from "../schemas/Ids.ts"
import { Email, SoughtEmail, Username } from "../schemas/Names.ts"
import { DayText, InstantText } from "../schemas/Time.ts"
import { UserBody } from "../user/UserBodies.ts"

const newPassword = [
  Schema.String,
  `${passwordCharactersMin} to ${passwordCharactersMax} characters, not a common one`,
  passwordExample
] as const
const mailedToken = [Schema.String, "As it stands in the mailed link", mailedTokenExample] as const

export const SignUp = described({
  email: [Email, "Where mail reaches the player; compared without regard to case"],
  username: [Username, "What others see; unique without regard to case"],
  password: newPassword,
  dateOfBirth: [
    Schema.optionalKey(DayText),
    "When the player was born; required where an age is asked for",
    "1990-02-28"
  ]
})
export const SignIn = described({
  email: [SoughtEmail, "The address of the account, in any case"],
  password: [Schema.String, "The account's password", passwordExample]
})
export const Refresh = described({
  refreshToken: [Schema.String, "The newest refresh token of the session", refreshTokenExample]
})
export const ChangePassword = described({
  currentPassword: [Schema.String, "The password until now", passwordExample],
  password: [Schema.String, newPassword[1], "copper walrus dances"]
})
export const ResetPassword = described({ email: [SoughtEmail, "The address of the account, in any case"] })
export const ConfirmReset = described({ token: mailedToken, password: newPassword })
export const VerifyEmail = described({ token: mailedToken })

export const TokensBody = described({
  accessToken: [Schema.String, "Goes with each request: `Authorization: Bearer <accessToken>`", accessTokenExample],
  refreshToken: [Schema.String, "Is exchanged for new tokens, once", refreshTokenExample],
  tokenType: [Schema.Literal("Bearer"), "How the access token is sent", "Bearer"],
  expiresIn: [Schema.Int, "Seconds for which the access token is good", 900]
}).annotate({ identifier: "Tokens", description: "What a signed-in player holds" })

export const SignedIn = described({
  user: [UserBody, "The player"],
  tokens: [TokensBody, "The tokens of the new session"]
})

export const TokensOnly = described({ tokens: [TokensBody, "The session's next tokens"] })

const SessionBody = described({
  id: [UuidText, "The session's id"],
  createdAt: [InstantText, "When the player signed in"],
  lastUsedAt: [InstantText, "When its tokens were last refreshed"],
  userAgent: [Schema.NullOr(Schema.String), "The program that signed in, as it called itself", "DDD/1.4 (iPhone)"],
  current: [Schema.Boolean, "Whether this request belongs to it", true]
}).annotate({ identifier: "Session", description: "A place where a player is signed in" })

export const SessionsBody = described({ items: [Schema.Array(SessionBody), "Newest first"] })

/** An empty object, with 202: the request is accepted. Whether a mail follows, the answer does not tell. */
export const Accepted = Schema.Struct({}).pipe(HttpApiSchema.status(202))
