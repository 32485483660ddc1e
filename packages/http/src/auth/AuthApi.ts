/** The contract of signing up and in, and of sessions and passwords (docs/api.md, "Auth"). */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { OfferedHere } from "../requests/OfferedHere.ts"
import { operation } from "../schemas/Described.ts"
import { rowExample } from "../schemas/Examples.ts"
import {
  Accepted,
  ChangePassword,
  ConfirmReset,
  Refresh,
  ResetPassword,
  SessionsBody,
  SignedIn,
  SignIn,
  SignUp,
  TokensOnly,
  VerifyEmail
} from "./AuthBodies.ts"

export class AuthApi extends HttpApiGroup.make("auth").add(
  HttpApiEndpoint.post("signUp", "/auth/sign-up", {
    payload: SignUp,
    success: SignedIn.pipe(HttpApiSchema.status(201)),
    error: problems(...bodyProblems, "email_taken", "username_taken", "under_age", "rate_limited")
  }).middleware(OfferedHere).annotateMerge(operation(
    "credentials",
    "Opens an account, with an empty wallet, and signs in",
    "Makes the wallet, and mails the link that verifies the address. `dateOfBirth` is required where an age is asked for. `rate_limited` after many sign-ups from one network, for a minute at most."
  )),
  HttpApiEndpoint.post("signIn", "/auth/sign-in", {
    payload: SignIn,
    success: SignedIn,
    error: problems(...bodyProblems, "invalid_credentials", "account_frozen", "rate_limited")
  }).annotateMerge(operation(
    "credentials",
    "Signs in",
    "The same `invalid_credentials`, in the same time, for an unknown address and a wrong password; after many wrong ones `rate_limited`. Of more than a hundred sessions the one that was unused for longest ends."
  )),
  HttpApiEndpoint.post("refresh", "/auth/refresh", {
    payload: Refresh,
    success: TokensOnly,
    error: problems(...bodyProblems, "unauthenticated", "token_reused")
  }).annotateMerge(operation(
    "credentials",
    "Exchanges a refresh token for new tokens",
    "A refresh token works once. The same one again within 10 seconds, while its successor is unused, gets the same successor; later it is `token_reused`, and its session ends."
  )),
  HttpApiEndpoint.post("signOut", "/auth/sign-out", {
    payload: Refresh,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems)
  }).annotateMerge(operation(
    "credentials",
    "Ends the session of a refresh token, if it has one",
    "Answers the same for any token."
  )),
  HttpApiEndpoint.post("signOutEverywhere", "/auth/sign-out-everywhere", {
    success: HttpApiSchema.NoContent
  }).middleware(PlayerOnly).annotateMerge(operation(
    "credentials",
    "Ends every session of the player",
    "Every refresh token of the player ends, the caller's included."
  )),
  HttpApiEndpoint.get("sessions", "/auth/sessions", {
    success: SessionsBody
  }).middleware(PlayerOnly).annotateMerge(operation(
    "read",
    "Where the player is signed in, newest first",
    "One item a session that has not ended; a hundred at most, since one more ends the one that was unused for longest."
  )),
  HttpApiEndpoint.delete("endSession", "/auth/sessions/:id", {
    params: { id: Schema.String.annotate({ description: "The session's id", examples: [rowExample] }) },
    success: HttpApiSchema.NoContent,
    error: problems("not_found")
  }).middleware(PlayerOnly).annotateMerge(operation(
    "credentials",
    "Ends one session of the player",
    "Another player's session is `not_found`."
  )),
  HttpApiEndpoint.post("changePassword", "/auth/change-password", {
    payload: ChangePassword,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, "invalid_credentials", "rate_limited")
  }).middleware(PlayerOnly).annotateMerge(operation(
    "credentials",
    "Changes the password, and ends every other session",
    "The session that asks goes on."
  )),
  HttpApiEndpoint.post("resetPassword", "/auth/reset-password", {
    payload: ResetPassword,
    success: Accepted,
    error: problems(...bodyProblems)
  }).annotateMerge(operation(
    "credentials",
    "Mails a link that sets a new password, if a player has this address",
    "Answers the same whether or not the address is known."
  )),
  HttpApiEndpoint.post("confirmReset", "/auth/reset-password/confirm", {
    payload: ConfirmReset,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, "invalid_token")
  }).annotateMerge(operation(
    "credentials",
    "Sets a new password by a mailed token, and ends every session",
    "The token works once, for 30 minutes."
  )),
  HttpApiEndpoint.post("verifyEmail", "/auth/verify-email", {
    payload: VerifyEmail,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, "invalid_token", "email_taken")
  }).annotateMerge(operation(
    "credentials",
    "Verifies an address by a mailed token, and puts it in force where it is a new one",
    "The token is the one in the link that sign-up, or a change of address, mailed."
  )),
  HttpApiEndpoint.post("resendVerification", "/auth/verify-email/resend", {
    success: Accepted
  }).middleware(PlayerOnly).annotateMerge(operation(
    "credentials",
    "Mails the link that verifies the player's address again",
    "Nothing is mailed where the address is verified, or was mailed as often as it may be."
  ))
) {}
