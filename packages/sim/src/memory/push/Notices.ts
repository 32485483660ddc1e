/** What is to be told on devices, in memory. */
import type { Notice, NoticeKind } from "@ddd/core/draws/Notices"
import type { DeviceKey } from "@ddd/core/push/Device"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { Store } from "../Store.ts"

type Stored = Store["Service"]

/** Writes a message to a device, once. */
export const addMessage = (
  store: Stored,
  { deviceId, userId }: DeviceKey,
  { drawId, kind, until }: { readonly drawId: DrawId; readonly kind: NoticeKind; readonly until: Instant }
): void => {
  const key = messageKeyText({ userId, deviceId, drawId, kind })
  if (store.pushMessages.has(key)) return
  store.pushMessages.set(key, { userId, deviceId, drawId, kind, until, dueAt: store.now(), attempts: 0, sent: null })
}

export const messageKeyText = (
  key: { readonly userId: UserId; readonly deviceId: string; readonly drawId: DrawId; readonly kind: NoticeKind }
): string => `${key.userId} ${key.deviceId} ${key.drawId} ${key.kind}`

const audienceOf = (store: Stored, { drawId, to }: Notice): ReadonlySet<UserId> =>
  to._tag === "Player"
    ? new Set([to.userId])
    : new Set(
      (store.lobbies.get(drawId)?.members ?? []).map(({ userId }) => userId).filter((userId) => userId !== to.except)
    )

/** Writes a message to each device that the audiences have now. */
export const addNotices = (store: Stored, notices: ReadonlyArray<Notice>): void => {
  for (const notice of notices) {
    const audience = audienceOf(store, notice)
    for (const device of store.devices.values()) if (audience.has(device.userId)) addMessage(store, device, notice)
  }
}
