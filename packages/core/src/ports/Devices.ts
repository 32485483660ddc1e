/** Port: the devices that players are told on. */
import { Context, type Effect } from "effect"
import type { SessionId } from "../accounts/Session.ts"
import type { DevicePut } from "../push/Device.ts"
import type { UserId } from "../values/Ids.ts"
import type { Unavailable } from "./Unavailable.ts"

export class Devices extends Context.Service<Devices, {
  /**
   * Keeps a device of a player, under the session in which it is put; `displacedBy` says which others go. False where the session has
   * ended: nothing is kept then.
   */
  readonly put: (userId: UserId, sessionId: SessionId, device: DevicePut) => Effect.Effect<boolean, Unavailable>
  /** Forgets a device of a player; nothing where there is none. */
  readonly remove: (userId: UserId, deviceId: string) => Effect.Effect<void, Unavailable>
}>()("@ddd/core/ports/Devices") {}
