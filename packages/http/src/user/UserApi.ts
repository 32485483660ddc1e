/** The contract of a player's own profile (docs/api.md, "User"). */
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { ChangeProfile, ProfileBody } from "./UserBodies.ts"

export class UserApi extends HttpApiGroup.make("user").add(
  HttpApiEndpoint.get("profile", "/user/profile", {
    success: ProfileBody
  }).annotate(OpenApi.Summary, "The signed-in player, with the wallet"),
  HttpApiEndpoint.patch("changeProfile", "/user/profile", {
    payload: ChangeProfile,
    success: ProfileBody,
    error: problems(...bodyProblems, "invalid_credentials", "rate_limited", "email_taken", "username_taken")
  }).annotate(OpenApi.Summary, "Changes name or address; a new address is in force once it is verified")
).middleware(PlayerOnly) {}
