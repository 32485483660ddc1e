/** Devices of players, in contract tests: each has a token of some name. */
import { Devices } from "@ddd/core/ports/Devices"
import { Sessions } from "@ddd/core/ports/Sessions"
import type { UserId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { buy, dollars, drawNow, fundedPlayer, openSales, present } from "../scenario/Steps.ts"
import { exportOf } from "./Players.ts"

export const deviceOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
export const tokenOf = (name: string) => `ExponentPushToken[${name}]`

/** The newest session of a player. */
const livingSession = (userId: UserId) =>
  Sessions.use((sessions) => Effect.map(sessions.list(userId), ([session]) => present(session).id))

/** Puts a device of a player, with a token of that name, in the newest session; gives whether it is kept. */
export const put = Effect.fnUntraced(function*(userId: UserId, number: number, token: string, locale = "en") {
  const session = yield* livingSession(userId)
  const device = { deviceId: deviceOf(number), pushToken: tokenOf(token), platform: "ios", locale } as const
  return yield* Devices.use((devices) => devices.put(userId, session, device))
})

/** The names of the tokens that a player has, in the order of the devices. */
export const tokensOf = Effect.fnUntraced(function*(userId: UserId) {
  const devices: ReadonlyArray<object> = Object((yield* exportOf(userId))?.["devices"])
  return devices.map((device) => String(Reflect.get(device, "pushToken")).slice("ExponentPushToken[".length, -1))
})

/** A draw that Ada alone has tickets in and so wins, of which her devices are to be told; gives Ada. */
export const wonByAda = Effect.gen(function*() {
  yield* openSales
  const ada = yield* fundedPlayer("ada", dollars(5))
  yield* put(ada, 1, "a1")
  yield* buy(ada, 1)
  yield* drawNow
  return ada
})
