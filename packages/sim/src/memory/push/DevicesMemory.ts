/** The devices of players, in memory. */
import { Devices } from "@ddd/core/ports/Devices"
import { type DeviceKey, displacedBy } from "@ddd/core/push/Device"
import { Effect, Layer } from "effect"
import { Store } from "../Store.ts"

export const deviceKeyText = ({ deviceId, userId }: DeviceKey): string => `${userId} ${deviceId}`

export const layer: Layer.Layer<Devices, never, Store> = Layer.effect(
  Devices,
  Effect.map(Store, (store) =>
    Devices.of({
      put: (userId, sessionId, put) =>
        store.exclusive(Effect.sync(() => {
          const session = store.sessions.get(sessionId)
          if (session === undefined || session.userId !== userId || session.endedAt !== null) return false
          const device = { ...put, userId, sessionId, putAt: store.now() }
          const held = [...store.devices.values()].filter((one) =>
            one.userId === userId || one.pushToken === put.pushToken
          )
          for (const gone of displacedBy(device, held)) store.devices.delete(deviceKeyText(gone))
          store.devices.set(deviceKeyText(device), device)
          return true
        })),
      remove: (userId, deviceId) =>
        store.exclusive(Effect.sync(() => {
          store.devices.delete(deviceKeyText({ userId, deviceId }))
        }))
    }))
)
