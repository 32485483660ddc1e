/** What is sent and answered in signing up and in (docs/api.md, "Auth"). */
import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { UuidText } from "../schemas/Ids.ts"
import { Email, SoughtEmail, Username } from "../schemas/Names.ts"
import { InstantText } from "../schemas/Time.ts"
import { UserBody } from "../user/UserBodies.ts"

const NewPassword = Schema.String.annotate({ description: "10 to 128 characters, not a common one" })
const MailedToken = Schema.String.annotate({ description: "As it stands in the mailed link" })

export const SignUp = Schema.Struct({ email: Email, username: Username, password: NewPassword })
export const SignIn = Schema.Struct({ email: SoughtEmail, password: Schema.String })
export const Refresh = Schema.Struct({ refreshToken: Schema.String })
export const ChangePassword = Schema.Struct({ currentPassword: Schema.String, password: NewPassword })
export const ResetPassword = Schema.Struct({ email: SoughtEmail })
export const ConfirmReset = Schema.Struct({ token: MailedToken, password: NewPassword })
export const VerifyEmail = Schema.Struct({ token: MailedToken })

export const TokensBody = Schema.Struct({
  accessToken: Schema.String,
  refreshToken: Schema.String,
  tokenType: Schema.Literal("Bearer"),
  expiresIn: Schema.Int.annotate({ description: "Seconds for which the access token is good" })
}).annotate({ identifier: "Tokens" })

export const SignedIn = Schema.Struct({ user: UserBody, tokens: TokensBody })

export const SessionBody = Schema.Struct({
  id: UuidText,
  createdAt: InstantText,
  lastUsedAt: InstantText,
  userAgent: Schema.NullOr(Schema.String),
  current: Schema.Boolean.annotate({ description: "Whether this request belongs to it" })
}).annotate({ identifier: "Session" })

/** An empty object, with 202: the request is accepted. Whether a mail follows, the answer does not tell. */
export const Accepted = Schema.Struct({}).pipe(HttpApiSchema.status(202))
