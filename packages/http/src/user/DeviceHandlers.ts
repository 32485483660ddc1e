/** The handlers of `DevicesApi`. */
import { Devices } from "@ddd/core/ports/Devices"
import { languageOf } from "@ddd/core/push/Device"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseEnded } from "../requests/Authentication.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { PutDevice } from "./DeviceBodies.ts"

const putDeviceBody = jsonBody(PutDevice)

export const layer = withoutPorts(Effect.gen(function*() {
  const devices = yield* Devices
  return HttpApiBuilder.group(Api, "devices", (handlers) =>
    handlers
      .handleRaw("putDevice", ({ params: { deviceId }, request }) =>
        Effect.gen(function*() {
          const { value } = yield* putDeviceBody(request)
          const { sessionId, userId } = yield* CurrentUser
          const isKept = yield* devices.put(userId, sessionId, { deviceId, ...value, locale: languageOf(value.locale) })
          return isKept ? HttpServerResponse.empty() : yield* refuseEnded
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handle("removeDevice", ({ params: { deviceId } }) =>
        Effect.flatMap(CurrentUser, ({ userId }) =>
          devices.remove(userId, deviceId)).pipe(
            Effect.catchTag("Unavailable", refuseUnavailable)
          )))
}))
