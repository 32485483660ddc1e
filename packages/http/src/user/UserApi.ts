/** The contract of a player's own profile (docs/api.md, "User"). */
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { operation } from "../schemas/Described.ts"
import { ChangeProfile, EraseUser, ProfileBody } from "./UserBodies.ts"

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
    error: problems(
      ...bodyProblems,
      "invalid_credentials",
      "forbidden",
      "under_age",
      "rate_limited",
      "email_taken",
      "username_taken"
    )
  }).annotateMerge(operation(
    "credentials",
    "Changes name or address; a new address is in force once it is verified",
    "Fields that are left out stay. A new address wants `currentPassword`, and the old one stays in force until the new one is verified by the mailed link. `dateOfBirth` is sent by itself, and once: another one is `forbidden`."
  )),
  HttpApiEndpoint.get("export", "/user/export", {
    success: HttpApiSchema.StreamUint8Array({ contentType: "application/json" }),
    error: problems("rate_limited")
  }).annotateMerge(operation(
    "heavy",
    "Everything that is kept about the player",
    "One JSON object, streamed: `user`, `wallet`, `payoutAccount`, and a list each of movements, purchases, withdrawals, tickets, sessions, security events, mailed links, rooms, and what else there is. One at a time, ten a UTC day."
  )),
  HttpApiEndpoint.delete("erase", "/user", {
    payload: EraseUser,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, "invalid_credentials", "rate_limited", "erasure_refused")
  }).annotateMerge(operation(
    "credentials",
    "Erases the player",
    "Everything personal goes, for good, and every session ends; movements, tickets and proofs stay under the id alone. Refused while there is money, a debt, an undrawn ticket or a hosted room with tickets of others: `reasons` names all that stands in the way, and what to do."
  ))
).middleware(PlayerOnly) {}
