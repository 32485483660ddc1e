/** What is to be told on which devices, in memory. */
import { isAboutToClose } from "@ddd/core/draws/Notices"
import { notBarred } from "@ddd/core/money/Barring"
import { PushMessages } from "@ddd/core/ports/PushMessages"
import { claimMillis, type ConcludedMessage, type MessageKey } from "@ddd/core/push/Delivery"
import { instant } from "@ddd/core/values/Instant"
import { Effect, Layer } from "effect"
import { Store } from "../Store.ts"
import type { PushMessageRow } from "../StoredRows.ts"
import { deviceKeyText } from "./DevicesMemory.ts"
import { addMessage, messageKeyText } from "./Notices.ts"

const keyOf = ({ deviceId, drawId, kind, userId }: PushMessageRow): MessageKey => ({ userId, deviceId, drawId, kind })

export const layer: Layer.Layer<PushMessages, never, Store> = Layer.effect(
  PushMessages,
  Effect.gen(function*() {
    const store = yield* Store

    /** Takes rows that are due, and changes them so that they are due again later. */
    const taken = (which: (row: PushMessageRow) => boolean, limit: number): ReadonlyArray<PushMessageRow> => {
      const now = store.now()
      const due = [...store.pushMessages.values()].filter((row) => which(row) && row.dueAt <= now)
        .toSorted((a, b) => a.dueAt - b.dueAt).slice(0, limit)
      return due.map((row) => {
        const attempts = row.attempts + (row.sent === null ? 1 : 0)
        const next = { ...row, attempts, dueAt: instant(now + claimMillis) }
        store.pushMessages.set(messageKeyText(row), next)
        return next
      })
    }

    const conclude = ({ fate, key }: ConcludedMessage): void => {
      const row = store.pushMessages.get(messageKeyText(key))
      if (row === undefined) return
      if (fate._tag !== "Over") {
        const sent = fate._tag === "ReadReceipt" && fate.sent !== null ? { ...fate.sent, at: store.now() } : row.sent
        store.pushMessages.set(messageKeyText(key), { ...row, dueAt: fate.dueAt, sent })
        return
      }
      store.pushMessages.delete(messageKeyText(key))
      const device = store.devices.get(deviceKeyText(key))
      if (!fate.forgetsDevice || device === undefined) return
      const isTheSame = row.sent === null || row.sent.pushToken === device.pushToken
      if (isTheSame && device.putAt <= (row.sent?.at ?? store.now())) store.devices.delete(deviceKeyText(key))
    }

    const announceClosing = (): boolean => {
      const now = store.now()
      const draw = [...store.draws.values()].find((one) => isAboutToClose(one, now) && !store.announced.has(one.id))
      if (draw === undefined || draw.closesAt === null) return false
      const holders = new Set((store.tickets.get(draw.id) ?? []).map(({ userId }) => userId))
      for (const device of store.devices.values()) {
        if (!holders.has(device.userId)) continue
        addMessage(store, device, { drawId: draw.id, kind: "closing", until: draw.closesAt })
      }
      store.announced.add(draw.id)
      return false
    }

    return PushMessages.of({
      announceClosing: store.exclusive(Effect.sync(announceClosing)),
      take: (which, limit) =>
        store.exclusive(
          Effect.sync(() =>
            taken(({ kind, sent }) => sent === null && (kind === "closing") === (which === "closing"), limit).map(
              (row) => {
                const device = store.devices.get(deviceKeyText(row))
                const { attempts, until } = row
                const { excludedUntil, timedOutUntil } = store.wallets.get(row.userId) ?? notBarred
                return {
                  ...keyOf(row),
                  attempts,
                  until,
                  device: device ?? null,
                  barring: { excludedUntil, timedOutUntil }
                }
              }
            )
          )
        ),
      takeSent: (limit) =>
        store.exclusive(
          Effect.sync(() =>
            taken(({ sent }) => sent !== null, limit).flatMap((row) =>
              row.sent === null ? [] : [{ ...keyOf(row), receiptId: row.sent.receiptId, sentAt: row.sent.at }]
            )
          )
        ),
      conclude: (messages) =>
        store.exclusive(Effect.sync(() => {
          for (const message of messages) conclude(message)
        }))
    })
  })
)
