/**
 * How a notice gets to a device: it is sent, whoever delivers it gives a receipt, and the receipt says later what became of it.
 *
 * It is sent at least once: where the answer is lost, it is sent again. Twice is rare, and does no harm.
 */
import { isStillTold, type Notice } from "../draws/Notices.ts"
import type { Barring } from "../money/Barring.ts"
import { dayMillis, type Instant, instant } from "../values/Instant.ts"
import type { Device, DeviceKey } from "./Device.ts"

/** Which notice to which device. */
export interface MessageKey extends DeviceKey, Pick<Notice, "drawId" | "kind"> {}

/** A message whose turn has come. */
export interface DueMessage extends MessageKey {
  /** From when on it is not told any more. */
  readonly until: Instant
  /** How often it was begun to be sent, this time included: from 1 on. */
  readonly attempts: number
  /** The device as it is now; null once it is gone. */
  readonly device: Pick<Device, "locale" | "platform" | "pushToken"> | null
  readonly barring: Barring
}

/** A message to a device that is there. */
export interface Sendable extends DueMessage {
  readonly device: NonNullable<DueMessage["device"]>
}

/** A message that was sent and whose receipt is due. */
export interface SentMessage extends MessageKey {
  readonly receiptId: string
  readonly sentAt: Instant
}

/**
 * Who delivers takes it, or says why not. `Later`: not now. `UnknownDevice`: the app is gone from it. `ForeignDevice`: its token alone is not
 * taken, as that of another app.
 */
export type SendAnswer =
  | { readonly _tag: "Taken"; readonly receiptId: string }
  | { readonly _tag: "Later" }
  | { readonly _tag: "UnknownDevice" }
  | { readonly _tag: "ForeignDevice" }
  | { readonly _tag: "Refused"; readonly reason: string }

/** What a receipt says; null where there is none yet. */
export type ReceiptAnswer =
  | { readonly _tag: "Delivered" }
  | Exclude<SendAnswer, { readonly _tag: "Taken" | "ForeignDevice" }>
  | null

/** How a message ends. */
export const messageEnds = ["delivered", "refused", "device gone", "untold", "no receipt"] as const
export type MessageEnd = typeof messageEnds[number]

/** What becomes of a message: it is tried again, its receipt is read later, or it is over. */
export type MessageFate =
  | { readonly _tag: "SendAgain"; readonly dueAt: Instant }
  /** `receiptId`: of one that was just sent, now and to `pushToken`. */
  | {
    readonly _tag: "ReadReceipt"
    readonly dueAt: Instant
    readonly sent: { readonly receiptId: string; readonly pushToken: string } | null
  }
  /** `forgetsDevice`: nothing can be sent to the token that it was sent to. */
  | { readonly _tag: "Over"; readonly end: MessageEnd; readonly forgetsDevice: boolean }

/** A message and what becomes of it. */
export interface ConcludedMessage {
  readonly key: MessageKey
  readonly fate: MessageFate
}

/** For how long who takes a message has it to himself, in milliseconds: after that it is taken again, as where a process died. */
export const claimMillis = 2 * 60_000
/** Receipts are there after some fifteen minutes, and for a day. */
export const receiptMillis = 15 * 60_000
const receiptMillisMax = dayMillis
const againMillisMin = 5_000
const againMillisMax = 10 * 60_000

const over = (end: MessageEnd, forgetsDevice = false): MessageFate => ({ _tag: "Over", end, forgetsDevice })

export const isSendable = (message: DueMessage, now: Instant): message is Sendable =>
  message.device !== null && isStillTold(message, message.barring, now)

/** What becomes of a message that is not to be sent any more. */
export const unsent: MessageFate = over("untold")

/** When a message is sent again that could not be now: after 5 seconds, 10, 20, up to every ten minutes. */
export const sendAgain = ({ attempts }: Pick<DueMessage, "attempts">, now: Instant): MessageFate => ({
  _tag: "SendAgain",
  dueAt: instant(now + Math.min(againMillisMin * 2 ** Math.min(attempts - 1, 20), againMillisMax))
})

/** What becomes of a message that was sent at `now` and answered so. */
export const afterSending = (message: Sendable, answer: SendAnswer, now: Instant): MessageFate => {
  switch (answer._tag) {
    case "Taken": {
      const { receiptId } = answer
      const { pushToken } = message.device
      return { _tag: "ReadReceipt", dueAt: instant(now + receiptMillis), sent: { receiptId, pushToken } }
    }
    case "Later":
      return sendAgain(message, now)
    case "UnknownDevice":
      return over("device gone", true)
    case "ForeignDevice":
      return over("refused", true)
    case "Refused":
      return over("refused")
  }
}

/** What becomes of a message whose receipt says so at `now`. One that was taken is not sent again, whatever became of it. */
export const afterReceipt = ({ sentAt }: SentMessage, answer: ReceiptAnswer, now: Instant): MessageFate => {
  if (answer === null) {
    return now >= sentAt + receiptMillisMax
      ? over("no receipt")
      : { _tag: "ReadReceipt", dueAt: instant(now + receiptMillis), sent: null }
  }
  switch (answer._tag) {
    case "Delivered":
      return over("delivered")
    case "UnknownDevice":
      return over("device gone", true)
    case "Later":
    case "Refused":
      return over("refused")
  }
}
