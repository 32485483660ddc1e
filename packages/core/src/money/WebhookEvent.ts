/** An event of an outside service, and what follows where it is kept, acted on once more, or concluded. */
import type { Instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"

export const webhookSenders = ["revenuecat", "stripe"] as const
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
  /** The funding that it is about; null where it is about none, or nobody has looked yet. */
  readonly reference: string | null
  readonly receivedAt: Instant
  readonly handledAt: Instant | null
}

export interface WebhookConclusion {
  readonly state: Exclude<WebhookState, "received">
  readonly outcome: string
  readonly reference: string | null
}

/** The job that acts on an event which is kept for the first time. */
export const webhookJob = (id: string): NewJob => ({
  id: `webhook ${id}`,
  job: { _tag: "HandleWebhook", eventId: id }
})

/** The job that acts on a kept event once more, whatever came of it. `replayId`: another one each time. */
export const replayJob = (id: string, replayId: string): NewJob => ({
  id: `webhook ${id} ${replayId}`,
  job: { _tag: "HandleWebhook", eventId: id }
})

/** What is written of an event that was acted on. */
export interface ConcludedEvent extends WebhookConclusion {
  /** Whether the event's body is removed. */
  readonly isBodyRemoved: boolean
}

/**
 * How an event is concluded. `isBuyerErased`: of the funding that the conclusion names. An event that was not acted on yet keeps its body
 * through its buyer's erasure, and until now.
 */
export const concludeEvent = (conclusion: WebhookConclusion, isBuyerErased: boolean): ConcludedEvent => ({
  ...conclusion,
  isBodyRemoved: isBuyerErased
})
