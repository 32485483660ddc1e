/** The contract of what players decide about their own play (docs/api.md, "Auth and user"; docs/play.md). */
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { operation } from "../schemas/Described.ts"
import { ChangeLimits, LimitsBody, SelfExclusion, TimeOut, UntilBody } from "./PlayBodies.ts"

export class PlayApi extends HttpApiGroup.make("play").add(
  HttpApiEndpoint.get("limits", "/user/limits", {
    success: LimitsBody
  }).annotateMerge(operation(
    "read",
    "The player's limits, and what is to be raised",
    "Days, weeks from Monday and months are those of the calendar in UTC."
  )),
  HttpApiEndpoint.put("changeLimits", "/user/limits", {
    payload: ChangeLimits,
    success: LimitsBody,
    error: problems(...bodyProblems, "rate_limited")
  }).annotateMerge(operation(
    "money",
    "Changes limits: lower at once, higher after a day and a confirmation",
    "A lower limit is in force at once, and takes back a rise that waits. A higher one, or none, waits for 24 hours and is confirmed by POST `/user/limits/confirm` within 72 hours; of two rises the lower waits on. What is left out stays. A hundred times a UTC day: `rate_limited`."
  )),
  HttpApiEndpoint.post("confirmLimits", "/user/limits/confirm", {
    success: LimitsBody
  }).annotateMerge(operation(
    "money",
    "Puts in force what has waited for 24 hours",
    "What has not waited for so long waits on; `pending` says until when."
  )),
  HttpApiEndpoint.post("timeOut", "/user/time-out", {
    payload: TimeOut,
    success: UntilBody,
    error: problems(...bodyProblems, "rate_limited")
  }).annotateMerge(operation(
    "money",
    "Stops buying for a day to six weeks",
    "It can be made longer and never shorter. Withdrawing goes on."
  )),
  HttpApiEndpoint.post("selfExclude", "/user/self-exclusion", {
    payload: SelfExclusion,
    success: UntilBody,
    error: problems(...bodyProblems, "rate_limited")
  }).annotateMerge(operation(
    "money",
    "Excludes the player for half a year to five years",
    "It can be made longer and never shorter, and outlives the account: nobody signs up again under its address meanwhile. Rooms that the player hosts are closed, with refunds. Withdrawing, and closing the account, go on."
  ))
).middleware(PlayerOnly) {}
