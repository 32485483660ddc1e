/** The contract of signing up and in, and of sessions and passwords (docs/api.md, "Auth"). */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import {
  Accepted,
  ChangePassword,
  ConfirmReset,
  Refresh,
  ResetPassword,
  SessionBody,
  SignedIn,
  SignIn,
  SignUp,
  TokensBody,
  VerifyEmail
} from "./AuthBodies.ts"

export class AuthApi extends HttpApiGroup.make("auth").add(
  HttpApiEndpoint.post("signUp", "/auth/sign-up", {
    payload: SignUp,
    success: SignedIn.pipe(HttpApiSchema.status(201)),
    error: problems(...bodyProblems, "email_taken", "username_taken")
  }).annotate(OpenApi.Summary, "Opens an account, with an empty wallet, and signs in"),
  HttpApiEndpoint.post("signIn", "/auth/sign-in", {
    payload: SignIn,
    success: SignedIn,
    error: problems(...bodyProblems, "invalid_credentials", "account_frozen", "rate_limited")
  }).annotate(OpenApi.Summary, "Signs in"),
  HttpApiEndpoint.post("refresh", "/auth/refresh", {
    payload: Refresh,
    success: Schema.Struct({ tokens: TokensBody }),
    error: problems(...bodyProblems, "unauthenticated", "token_reused")
  }).annotate(OpenApi.Summary, "Exchanges a refresh token for new tokens"),
  HttpApiEndpoint.post("signOut", "/auth/sign-out", {
    payload: Refresh,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems)
  }).annotate(OpenApi.Summary, "Ends the session of a refresh token, if it has one"),
  HttpApiEndpoint.post("signOutEverywhere", "/auth/sign-out-everywhere", {
    success: HttpApiSchema.NoContent
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Ends every session of the player"),
  HttpApiEndpoint.get("sessions", "/auth/sessions", {
    success: Schema.Struct({ items: Schema.Array(SessionBody) })
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Where the player is signed in, newest first"),
  HttpApiEndpoint.delete("endSession", "/auth/sessions/:id", {
    params: { id: Schema.String },
    success: HttpApiSchema.NoContent,
    error: problems("not_found")
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Ends one session of the player"),
  HttpApiEndpoint.post("changePassword", "/auth/change-password", {
    payload: ChangePassword,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, "invalid_credentials", "rate_limited")
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Changes the password, and ends every other session"),
  HttpApiEndpoint.post("resetPassword", "/auth/reset-password", {
    payload: ResetPassword,
    success: Accepted,
    error: problems(...bodyProblems)
  }).annotate(OpenApi.Summary, "Mails a link that sets a new password, if a player has this address"),
  HttpApiEndpoint.post("confirmReset", "/auth/reset-password/confirm", {
    payload: ConfirmReset,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, "invalid_token")
  }).annotate(OpenApi.Summary, "Sets a new password by a mailed token, and ends every session"),
  HttpApiEndpoint.post("verifyEmail", "/auth/verify-email", {
    payload: VerifyEmail,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, "invalid_token", "email_taken")
  }).annotate(OpenApi.Summary, "Verifies an address by a mailed token, and puts it in force where it is a new one"),
  HttpApiEndpoint.post("resendVerification", "/auth/verify-email/resend", {
    success: Accepted
  }).middleware(PlayerOnly).annotate(OpenApi.Summary, "Mails the link that verifies the player's address again")
) {}
