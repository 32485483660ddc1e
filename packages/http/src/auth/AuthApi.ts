/** The contract of signing up and in (API.md, "Auth"). */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { bodyProblems, problems } from "../Problem.ts"
import { UserBody } from "../user/UserBodies.ts"

/** An address of a form that mail can go to; whether it does is found out by writing to it. */
const Email = Schema.String.check(
  Schema.isMaxLength(255, { message: "must have at most 255 characters" }),
  Schema.isPattern(/^[^\s@"(),:;<>[\\\]\p{C}]+@[^\s@"(),:;<>[\\\]\p{C}.]+(?:\.[^\s@"(),:;<>[\\\]\p{C}.]+)+$/u, {
    message: "must be an e-mail address"
  })
)

const Username = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_.-]{3,50}$/u, { message: "must have 3 to 50 characters of A-Z, a-z, 0-9, _, . and -" })
)

export const SignUp = Schema.Struct({
  email: Email,
  username: Username,
  password: Schema.String.annotate({ description: "10 to 128 characters, not a common one" })
})

export const SignIn = Schema.Struct({
  email: Schema.String.check(Schema.isMaxLength(255, { message: "must have at most 255 characters" })),
  password: Schema.String
})

export const TokensBody = Schema.Struct({
  accessToken: Schema.String,
  refreshToken: Schema.String,
  tokenType: Schema.Literal("Bearer"),
  expiresIn: Schema.Int.annotate({ description: "Seconds for which the access token is good" })
}).annotate({ identifier: "Tokens" })

export const SignedIn = Schema.Struct({ user: UserBody, tokens: TokensBody })

export class AuthApi extends HttpApiGroup.make("auth").add(
  HttpApiEndpoint.post("signUp", "/auth/sign-up", {
    payload: SignUp,
    success: SignedIn.pipe(HttpApiSchema.status(201)),
    error: problems(...bodyProblems, "email_taken", "username_taken", "unavailable")
  }).annotate(OpenApi.Summary, "Opens an account, with an empty wallet, and signs in"),
  HttpApiEndpoint.post("signIn", "/auth/sign-in", {
    payload: SignIn,
    success: SignedIn,
    error: problems(...bodyProblems, "invalid_credentials", "account_frozen", "unavailable")
  }).annotate(OpenApi.Summary, "Signs in")
) {}
