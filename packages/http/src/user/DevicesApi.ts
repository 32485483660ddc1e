/** The contract of the devices on which a player is told by push notifications (docs/api.md, "Auth and user"; docs/push.md). */
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { operation } from "../schemas/Described.ts"
import { UuidText } from "../schemas/Ids.ts"
import { PutDevice } from "./DeviceBodies.ts"

/** A `deviceId` of more than a hundred characters, or with a `%`, is at no path of ours: `not_found`. */
const device = {
  deviceId: UuidText.annotate({ description: "A UUID that the app made for itself when it was installed" })
}

export class DevicesApi extends HttpApiGroup.make("devices").add(
  HttpApiEndpoint.put("putDevice", "/user/devices/:deviceId", {
    params: device,
    payload: PutDevice,
    success: HttpApiSchema.NoContent,
    error: problems(...bodyProblems, "not_found")
  }).annotateMerge(operation(
    "credentials",
    "Has the player told on a device",
    "An app does so at each of its starts, and where its token or language changes. The token is the player's from then on, and nobody else's; of eleven devices that goes which was put longest ago. The device goes with the session, and after 120 days in which it is not put."
  )),
  HttpApiEndpoint.delete("removeDevice", "/user/devices/:deviceId", {
    params: device,
    success: HttpApiSchema.NoContent,
    error: problems("invalid_request", "not_found")
  }).annotateMerge(operation(
    "credentials",
    "Tells the player nothing more on a device",
    "Also where there is no such device."
  ))
).middleware(PlayerOnly) {}
