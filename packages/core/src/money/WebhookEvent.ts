/** What follows where an event of an outside service is kept, acted on once more, or concluded. */
import type { WebhookConclusion } from "../ports/WebhookInbox.ts"
import type { NewJob } from "../values/Job.ts"

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
