/** Port: what outside services told us, kept as it came before it is acted on. */
import { Context, type Effect } from "effect"
import type { Instant } from "../values/Instant.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { Unavailable } from "./Unavailable.ts"

export const webhookSenders = ["revenuecat", "stripe"] as const
export type WebhookSender = typeof webhookSenders[number]

/** A request to a webhook. */
export interface WebhookRequest {
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** Who a request is from. `Genuine` carries how the sender names the event: the same at each repeat. */
export type WebhookVerdict =
  | { readonly _tag: "Genuine"; readonly eventId: string; readonly type: string }
  /** Not from the sender, or too old. `why` is for the log. */
  | { readonly _tag: "Forged"; readonly why: string }
  /** This server has no secret to know the sender by. */
  | { readonly _tag: "NotConfigured" }

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

export interface NewWebhookEvent {
  readonly sender: WebhookSender
  /** 1 … 255 characters. */
  readonly eventId: string
  /** 1 … 100 characters. */
  readonly type: string
  readonly body: Uint8Array
}

export class WebhookInbox extends Context.Service<WebhookInbox, {
  /** Keeps an event and enqueues the job that acts on it, together; an event of the same sender and id is kept once, ever. */
  readonly receive: (event: NewWebhookEvent) => Effect.Effect<{ readonly isNew: boolean }, Unavailable>
  readonly find: (id: string) => Effect.Effect<WebhookEvent | null, Unavailable>
  /** Writes down what came of an event. */
  readonly conclude: (id: string, conclusion: WebhookConclusion) => Effect.Effect<void, Unavailable>
  /** Newest first; the cursor is an event's id. */
  readonly list: (
    filter: { readonly sender?: WebhookSender; readonly state?: WebhookState },
    page: PageRequest
  ) => Effect.Effect<Page<WebhookEvent>, Unavailable>
  /** Has an event acted on once more, whatever came of it; false for an unknown one. */
  readonly replay: (id: string) => Effect.Effect<boolean, Unavailable>
}>()("@ddd/core/ports/WebhookInbox") {}
