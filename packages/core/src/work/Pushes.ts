/**
 * Tells players on their devices: sends what is due, reads the receipts, forgets devices that are gone.
 *
 * Every node does it. What cannot be told delays nothing else, and changes nothing in the books.
 */
import { Duration, Effect } from "effect"
import { Now } from "../ports/Now.ts"
import { PushMessages } from "../ports/PushMessages.ts"
import { messagesAtOnce, PushSender, receiptsAtOnce } from "../ports/PushSender.ts"
import {
  afterReceipt,
  afterSending,
  type ConcludedMessage,
  type DueMessage,
  isSendable,
  messageEnds,
  sendAgain,
  unsent
} from "../push/Delivery.ts"
import { noticeText } from "../push/NoticeText.ts"
import { counters } from "../values/Measure.ts"
import { repeated } from "./Repeated.ts"
import { makeSeldomLog } from "./SeldomLog.ts"

/** How often it is looked for what is due, and how long a node waits after what failed, in milliseconds. */
const pauseMillis = 1_000
const failedPauseMillis = 5_000
/** Between two full batches: 400 messages a second at most, where a project of Expo's may send 600. */
const batchPauseMillis = 250
const receiptsPauseMillis = 10_000
/** How often it is looked whether a draw is about to close, and between two pages of devices: the database has time for others. */
const closingLookMillis = 5_000
const pagePauseMillis = 100

const countEnds = counters(
  "ddd_push_messages_total",
  "Notices that were to be told on a device, by how that ended.",
  "end",
  messageEnds
)

/** Operators are told of what is refused once a minute. */
const say = makeSeldomLog("Error")
const refusedText = "a push notification was refused"

const conclude = Effect.fnUntraced(function*(concluded: ReadonlyArray<ConcludedMessage>) {
  if (concluded.length === 0) return
  yield* PushMessages.use((messages) => messages.conclude(concluded))
  for (const { fate } of concluded) if (fate._tag === "Over") countEnds(fate.end)
})

const keyOf = ({ deviceId, drawId, kind, userId }: ConcludedMessage["key"]): ConcludedMessage["key"] => ({
  userId,
  deviceId,
  drawId,
  kind
})

/** Sends what was taken; gives whether who delivers could be asked. */
const sendAll = Effect.fnUntraced(function*(taken: ReadonlyArray<DueMessage>) {
  const { now } = yield* Now
  const sender = yield* PushSender
  const begun = yield* now
  const sendable = taken.filter((message) => isSendable(message, begun))
  const others = taken.filter((message) => !isSendable(message, begun))
  yield* conclude(others.map((message) => ({ key: keyOf(message), fate: unsent })))
  if (sendable.length === 0) return true
  const written = sendable.map((message) => ({ message, text: noticeText(message.kind, message.device.locale) }))
  const answers = yield* sender.send(written).pipe(
    Effect.catchTag(
      "Unavailable",
      ({ message }) =>
        Effect.as(say("send", `push notifications could not be sent; they are tried again: ${message}`), null)
    )
  )
  const at = yield* now
  for (const answer of answers ?? []) {
    if (answer._tag === "Refused") yield* say(answer.reason, `${refusedText}: ${answer.reason}`)
    if (answer._tag === "ForeignDevice") yield* say(answer._tag, `${refusedText}: a token of another app`)
  }
  yield* conclude(sendable.map((message, nth) => {
    const answer = answers?.[nth]
    return {
      key: keyOf(message),
      fate: answer === undefined ? sendAgain(message, at) : afterSending(message, answer, at)
    }
  }))
  return answers !== null
})

/** Of each batch so many are kept for those of draws that close: nobody who causes many others can keep them back. */
const closingsAtOnce = messagesAtOnce / 4

/**
 * Takes what is due, up to `messagesAtOnce`: most of them others than those of draws that close, as far as there are others, and either kind
 * what the other leaves.
 */
const takeDue = Effect.fnUntraced(function*() {
  const { take } = yield* PushMessages
  const first = yield* take("others", messagesAtOnce - closingsAtOnce)
  const closing = yield* take("closing", messagesAtOnce - first.length)
  const left = messagesAtOnce - first.length - closing.length
  const isMore = left > 0 && first.length === messagesAtOnce - closingsAtOnce
  return [...first, ...closing, ...(isMore ? yield* take("others", left) : [])]
})

/** Sends what is due, up to `messagesAtOnce`. Gives how many, and whether they could be sent. */
export const sendDue = Effect.fn("Pushes.sendDue")(function*() {
  const taken = yield* takeDue()
  const isAsked = taken.length === 0 || (yield* sendAll(taken))
  return { taken: taken.length, isAsked }
})

/** Reads receipts that are due, up to `receiptsAtOnce`; gives how many. */
export const readReceipts = Effect.fn("Pushes.readReceipts")(function*() {
  const { now } = yield* Now
  const messages = yield* PushMessages
  const sender = yield* PushSender
  const sent = yield* messages.takeSent(receiptsAtOnce)
  if (sent.length === 0) return 0
  const answers = yield* sender.receipts(sent.map(({ receiptId }) => receiptId)).pipe(
    Effect.catchTag(
      "Unavailable",
      ({ message }) =>
        Effect.as(say("receipts", `the receipts of push notifications could not be read: ${message}`), null)
    )
  )
  if (answers === null) return 0
  const at = yield* now
  for (const answer of answers) {
    if (answer?._tag === "Refused") yield* say(answer.reason, `${refusedText}: ${answer.reason}`)
  }
  yield* conclude(sent.map((message, nth) => ({
    key: keyOf(message),
    fate: afterReceipt(message, answers[nth] ?? null, at)
  })))
  return sent.length
})

/** Has those told who have tickets in a draw that is about to close, a page of devices at a time. */
const announceClosing = Effect.fn("Pushes.announceClosing")(function*() {
  const messages = yield* PushMessages
  while (yield* messages.announceClosing) yield* Effect.sleep(Duration.millis(pagePauseMillis))
})

const sending = Effect.gen(function*() {
  for (;;) {
    const { isAsked, taken } = yield* sendDue()
    if (!isAsked) return yield* Effect.sleep(Duration.millis(failedPauseMillis))
    if (taken < messagesAtOnce) return
    yield* Effect.sleep(Duration.millis(batchPauseMillis))
  }
})

const reading = Effect.gen(function*() {
  while ((yield* readReceipts()) === receiptsAtOnce) yield* Effect.sleep(Duration.millis(batchPauseMillis))
})

/** Runs until it is interrupted. Never fails. */
export const run = Effect.fn("Pushes.run")(function*() {
  yield* Effect.forkScoped(
    announceClosing().pipe(repeated(closingLookMillis, "players could not be told of a draw that closes"))
  )
  yield* Effect.forkScoped(
    reading.pipe(repeated(receiptsPauseMillis, "the receipts of push notifications could not be read"))
  )
  return yield* sending.pipe(repeated(pauseMillis, "push notifications could not be sent"))
}, Effect.scoped)
