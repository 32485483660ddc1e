/** The contract of a player's own profile (docs/api.md, "User"). */
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { operation } from "../schemas/Described.ts"
import { ChangeProfile, ProfileBody } from "./UserBodies.ts"

export class UserApi extends HttpApiGroup.make("user").add(
  HttpApiEndpoint.get("profile", "/user/profile", {
    success: ProfileBody
  }).annotateMerge(operation(
    "read",
    "The signed-in player, with the wallet",
    "What the player may know of the own account."
  )),
  HttpApiEndpoint.patch("changeProfile", "/user/profile", {
    payload: ChangeProfile,
    success: ProfileBody,
    error: problems(...bodyProblems, "invalid_credentials", "rate_limited", "email_taken", "username_taken")
  }).annotateMerge(operation(
    "credentials",
    "Changes name or address; a new address is in force once it is verified",
    "Fields that are left out stay. A new address wants `currentPassword`, and the old one stays in force until the new one is verified by the mailed link."
  ))
).middleware(PlayerOnly) {}
