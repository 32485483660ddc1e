/** Port: hands notices to whoever delivers them to devices, and asks what became of them. */
import { Context, type Effect } from "effect"
import type { ReceiptAnswer, Sendable, SendAnswer } from "../push/Delivery.ts"
import type { NoticeText } from "../push/NoticeText.ts"
import type { Unavailable } from "./Unavailable.ts"

/** A message as it is sent. */
export interface WrittenMessage {
  readonly message: Sendable
  readonly text: NoticeText
}

/** How many messages are handed over at once, and how many receipts are asked for. */
export const messagesAtOnce = 100
export const receiptsAtOnce = 300

export class PushSender extends Context.Service<PushSender, {
  /**
   * Hands over up to `messagesAtOnce`; gives an answer for each, in their order: `Later` where there was no time to ask. After `Unavailable`
   * none of them was answered; some or all of them may have been taken.
   */
  readonly send: (messages: ReadonlyArray<WrittenMessage>) => Effect.Effect<ReadonlyArray<SendAnswer>, Unavailable>
  /** What the receipts say, up to `receiptsAtOnce`, in their order. */
  readonly receipts: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<ReceiptAnswer>, Unavailable>
}>()("@ddd/core/ports/PushSender") {}
