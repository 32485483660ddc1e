/** An event of an outside service, and what follows where it is kept, acted on once more, or concluded. */
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"
import { visible } from "../values/Visible.ts"

export const webhookSenders = ["revenuecat", "stripe", "kyc"] as const
export type WebhookSender = typeof webhookSenders[number]

/**
 * `received`: not yet acted on. `waiting`: its buyer is unknown. `failed`: it cannot be acted on as things are, and a person should
 * look. `done` and `ignored` are final.
 */
export const webhookStates = ["received", "done", "ignored", "waiting", "failed"] as const
export type WebhookState = typeof webhookStates[number]

export interface WebhookEvent {
  readonly id: string
  readonly sender: WebhookSender
  readonly eventId: string
  readonly type: string
  /** As it came; empty once the person that it is about was erased. */
  readonly body: string
  readonly state: WebhookState
  /** What came of it, for people; null until then. */
  readonly outcome: string | null
  /** The funding that it is about, or `identity:<player>`; null where it is about neither, or nobody has looked yet. */
  readonly reference: string | null
  readonly receivedAt: Instant
  readonly handledAt: Instant | null
}

/** What others call something of theirs, such as an event or a check: 1 to 255 printable characters. */
export const isForeignId = (text: string): boolean => /^[\x20-\x7e]{1,255}$/.test(text)

/** How a sender names an event and its type, as it said; `undefined` where these are no names. */
export const namedEvent = (id: unknown, type: unknown): Pick<WebhookEvent, "eventId" | "type"> | undefined =>
  typeof id === "string" && isForeignId(id) && typeof type === "string" && /^[\x20-\x7e]{1,100}$/.test(type)
    ? { eventId: id, type }
    : undefined

export interface WebhookConclusion {
  readonly state: Exclude<WebhookState, "received">
  readonly outcome: string
  readonly reference: string | null
  /** Whose identity check it is about; absent where it is about none. */
  readonly userId?: UserId
}

/** The states in which an erasure removes the body of an event about the person: one that is not yet acted on is still needed. */
export const erasableStates: ReadonlyArray<WebhookState> = webhookStates.filter((state) => state !== "received")

/** What is written of an event that is to be acted on, and the job that does it. */
export interface AwaitedEvent {
  readonly state: "received"
  readonly jobs: ReadonlyArray<NewJob>
}

const awaited = (eventId: string, jobId: string): AwaitedEvent => ({
  state: "received",
  jobs: [{ id: jobId, job: { _tag: "HandleWebhook", eventId } }]
})

/** An event that is kept for the first time. */
export const receiveEvent = (id: string): AwaitedEvent => awaited(id, `webhook ${id}`)

/** A kept event that is to be acted on once more, whatever came of it. `replayId`: another one each time. */
export const replayEvent = (id: string, replayId: string): AwaitedEvent => awaited(id, `webhook ${id} ${replayId}`)

/**
 * Whether a sender's bodies go once nothing is to be done about them, and not only when they are old: a message about an identity check may
 * hold what is nowhere else kept of a person (docs/identity.md).
 */
const isKeptUntilOver = (sender: WebhookSender): boolean => sender === "kyc"

/** What is written where a person says that nothing is to be done about an event; null where it is not one that a person has to look at. */
export const dismissEvent = (
  { outcome, sender, state }: Pick<WebhookEvent, "outcome" | "sender" | "state">
): Pick<ConcludedEvent, "isBodyRemoved" | "outcome" | "state"> | null =>
  state === "failed" || state === "waiting"
    ? {
      state: "ignored",
      outcome: `dismissed by an operator; ${state} before: ${outcome ?? ""}`,
      isBodyRemoved: isKeptUntilOver(sender)
    }
    : null

/** Read under a lock of the user's row which an erasure excludes, and then that on the event's row. */
export interface ConcludeEventFacts {
  readonly sender: WebhookSender
  readonly state: WebhookState
  /** Whether the player of the funding that the conclusion names, or whom it names, is erased; false where there is none. */
  readonly isPlayerErased: boolean
}

/** What is written of an event that was acted on. */
export interface ConcludedEvent extends Omit<WebhookConclusion, "userId"> {
  /** Whether the event's body is removed. */
  readonly isBodyRemoved: boolean
}

/** An event in one of these is over: whoever acted on it at the same time, and says so later, changes nothing of it. */
export const finalStates: ReadonlyArray<WebhookState> = ["done", "ignored"]

/**
 * How an event is concluded; null where it is over. The erasure of a person leaves the events that were not acted on yet as they are
 * (`erasableStates`): of those the body is removed here. What it says may quote its sender.
 */
export const concludeEvent = (
  { isPlayerErased, sender, state: before }: ConcludeEventFacts,
  { outcome, reference, state }: WebhookConclusion
): ConcludedEvent | null =>
  finalStates.includes(before)
    ? null
    : {
      state,
      outcome: visible(outcome),
      reference,
      isBodyRemoved: isPlayerErased || (isKeptUntilOver(sender) && finalStates.includes(state))
    }

/** What is written of all events of a funding that are in the state `from`. */
export interface ConcludedWaiting {
  readonly from: "waiting"
  readonly state: "done"
  readonly outcome: string
}

/** How the events are concluded that waited for the buyer of a purchase, once it is credited. */
export const concludeWaiting = (outcome: string): ConcludedWaiting => ({ from: "waiting", state: "done", outcome })
