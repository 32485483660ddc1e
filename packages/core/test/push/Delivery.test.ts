import { assert, describe, it } from "@effect/vitest"
import { isAboutToClose, isStillTold, noticeKinds, noticesOfLock, noticesOfResult } from "../../src/draws/Notices.ts"
import { notBarred } from "../../src/money/Barring.ts"
import {
  afterReceipt,
  afterSending,
  isSendable,
  receiptMillis,
  type Sendable,
  sendAgain,
  type SentMessage
} from "../../src/push/Delivery.ts"
import { noticeText } from "../../src/push/NoticeText.ts"
import { drawId, userId } from "../../src/values/Ids.ts"
import { dayMillis, type Instant, instant } from "../../src/values/Instant.ts"

const ada = userId("01900000-0000-7000-8000-00000000000a")
const id = drawId("01900000-0000-7000-8000-0000000000d1")
const now = instant(Date.UTC(2026, 1, 3, 12))
const later = (millis: number): Instant => instant(now + millis)
const key = { userId: ada, deviceId: "01900000-0000-7000-8000-00000000000d", drawId: id, kind: "won" } as const
const message: Sendable = {
  ...key,
  until: later(1_000),
  attempts: 1,
  device: { pushToken: "ExponentPushToken[a]", platform: "ios", locale: "en" },
  barring: notBarred
}

describe("notices", () => {
  it("tell the winner of a draw, and of a room its other members too", () => {
    const toWinner = {
      kind: "won",
      drawId: id,
      to: { _tag: "Player", userId: ada },
      until: later(3 * dayMillis)
    } as const
    const toMembers = (except: typeof ada | null) =>
      ({ kind: "room_drawn", drawId: id, to: { _tag: "Members", except }, until: later(dayMillis) }) as const
    assert.deepStrictEqual(noticesOfResult({ id, kind: "daily" }, ada, now), [toWinner])
    assert.deepStrictEqual(noticesOfResult({ id, kind: "daily" }, null, now), [])
    assert.deepStrictEqual(noticesOfResult({ id, kind: "room" }, ada, now), [toWinner, toMembers(ada)])
    assert.deepStrictEqual(noticesOfLock(id, ada, now), [{ ...toMembers(ada), kind: "room_locked" }])
  })

  it("tell that a draw closes within half an hour before it does, and of a room never", () => {
    const closesAt = later(30 * 60_000)
    const at = (millis: number) => isAboutToClose({ status: "open", closesAt }, later(millis))
    assert.deepStrictEqual([-1, 0, 30 * 60_000 - 1, 30 * 60_000].map(at), [false, true, true, false])
    for (const status of ["locked", "drawn", "void"] as const) assert.isFalse(isAboutToClose({ status, closesAt }, now))
    assert.isFalse(isAboutToClose({ status: "open", closesAt: null }, now))
  })

  it("are not told once they are late, nor that a draw closes to who is barred", () => {
    const barred = { ...notBarred, timedOutUntil: later(500) }
    for (const kind of noticeKinds) {
      assert.isTrue(isStillTold({ kind, until: later(1) }, notBarred, now))
      assert.isFalse(isStillTold({ kind, until: now }, notBarred, now))
      assert.strictEqual(isStillTold({ kind, until: later(1) }, barred, now), kind !== "closing")
      assert.isTrue(isStillTold({ kind, until: later(1_000) }, barred, later(500)))
    }
    assert.isFalse(isSendable({ ...message, device: null }, now))
    assert.isTrue(isSendable(message, now))
  })

  it("are in Spanish where the device speaks it, else in English; short, and with nothing of a player's or a host's", () => {
    for (const kind of noticeKinds) {
      const english = noticeText(kind, "en-US")
      const spanish = noticeText(kind, "es-MX")
      for (const locale of ["fr", "est", "zh-Hant-TW"]) assert.strictEqual(noticeText(kind, locale), english)
      for (const locale of ["es", "ES-es"]) assert.strictEqual(noticeText(kind, locale), spanish)
      assert.notStrictEqual(english.title, spanish.title)
      for (const { body, title } of [english, spanish]) {
        assert.isAtMost(title.length, 40)
        assert.isAtMost(body.length, 110)
        assert.notMatch(title + body, /[0-9$]/)
      }
    }
  })
})

describe("a message to a device", () => {
  it("that was taken waits for its receipt, and is never sent again", () => {
    const sent = { receiptId: "r", pushToken: "ExponentPushToken[a]" }
    assert.deepStrictEqual(afterSending(message, { _tag: "Taken", receiptId: "r" }, now), {
      _tag: "ReadReceipt",
      dueAt: later(receiptMillis),
      sent
    })
    const waiting: SentMessage = { ...key, receiptId: "r", sentAt: now }
    assert.deepStrictEqual(afterReceipt(waiting, null, later(dayMillis - 1)), {
      _tag: "ReadReceipt",
      dueAt: later(dayMillis - 1 + receiptMillis),
      sent: null
    })
    const ends = [
      afterReceipt(waiting, null, later(dayMillis)),
      afterReceipt(waiting, { _tag: "Delivered" }, now),
      afterReceipt(waiting, { _tag: "Later" }, now),
      afterReceipt(waiting, { _tag: "Refused", reason: "MessageTooBig" }, now),
      afterReceipt(waiting, { _tag: "UnknownDevice" }, now)
    ]
    const over = (end: string, forgetsDevice = false) => ({ _tag: "Over", end, forgetsDevice })
    assert.deepStrictEqual<ReadonlyArray<unknown>>(ends, [
      over("no receipt"),
      over("delivered"),
      over("refused"),
      over("refused"),
      over("device gone", true)
    ])
  })

  it("that could not be sent is sent again, after pauses that grow to ten minutes; one that is refused is not", () => {
    const pauses = [1, 2, 3, 8, 20, 200].map((attempts) => {
      const fate = sendAgain({ attempts }, now)
      return fate._tag === "SendAgain" ? fate.dueAt - now : 0
    })
    assert.deepStrictEqual(pauses, [5_000, 10_000, 20_000, 600_000, 600_000, 600_000])
    assert.deepStrictEqual(afterSending(message, { _tag: "Later" }, now), sendAgain(message, now))
    const refused = afterSending(message, { _tag: "Refused", reason: "MessageTooBig" }, now)
    assert.deepStrictEqual<unknown>(refused, { _tag: "Over", end: "refused", forgetsDevice: false })
    const gone = afterSending(message, { _tag: "UnknownDevice" }, now)
    assert.deepStrictEqual<unknown>(gone, { _tag: "Over", end: "device gone", forgetsDevice: true })
    const foreign = afterSending(message, { _tag: "ForeignDevice" }, now)
    assert.deepStrictEqual<unknown>(foreign, { _tag: "Over", end: "refused", forgetsDevice: true })
  })
})
