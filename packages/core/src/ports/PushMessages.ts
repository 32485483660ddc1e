/**
 * Port: what is to be told on which devices.
 *
 * A message is a row a notice and device. Those of a draw's end, and of a room's lock, are written in the transaction of that. A device that
 * goes takes its messages with it.
 */
import { Context, type Effect } from "effect"
import type { ConcludedMessage, DueMessage, SentMessage } from "../push/Delivery.ts"
import type { Unavailable } from "./Unavailable.ts"

export class PushMessages extends Context.Service<PushMessages, {
  /**
   * Writes messages to the next devices of those who have tickets in the draw that is about to close (`isAboutToClose`): a page of devices at
   * a time, each once, whatever node does it. Gives whether there may be more to do.
   */
  readonly announceClosing: Effect.Effect<boolean, Unavailable>
  /**
   * Takes messages that are due to be sent, those that are due for longest first: they are due again after `claimMillis`. `closing`: those of
   * draws that close, or all others.
   */
  readonly take: (which: "closing" | "others", limit: number) => Effect.Effect<ReadonlyArray<DueMessage>, Unavailable>
  /** The same of messages whose receipts are due to be read. */
  readonly takeSent: (limit: number) => Effect.Effect<ReadonlyArray<SentMessage>, Unavailable>
  /** Writes what became of messages. One that is over goes, and with it the device, where it is not put again since. */
  readonly conclude: (messages: ReadonlyArray<ConcludedMessage>) => Effect.Effect<void, Unavailable>
}>()("@ddd/core/ports/PushMessages") {}
