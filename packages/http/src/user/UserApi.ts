/** The contract of a player's own page (API.md, "User"). */
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { PlayerOnly } from "../Authentication.ts"
import { problems } from "../Problem.ts"
import { ProfileBody } from "./UserBodies.ts"

export class UserApi extends HttpApiGroup.make("user").add(
  HttpApiEndpoint.get("profile", "/user/profile", {
    success: ProfileBody,
    error: problems("unavailable")
  }).annotate(OpenApi.Summary, "The signed-in player, with the wallet")
).middleware(PlayerOnly) {}
