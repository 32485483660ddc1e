/** Port: what outside services told us, kept as it came before it is acted on. */
import { Context, type Effect } from "effect"
import type { WebhookConclusion, WebhookEvent, WebhookSender, WebhookState } from "../money/WebhookEvent.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { Unavailable } from "./Unavailable.ts"

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
  readonly replay: (id: string, act: OperatorAct) => Effect.Effect<boolean, Unavailable>
  /** Has nobody look at a failed or waiting event any more; no money is decided about. False where it is in another state, or unknown. */
  readonly dismiss: (id: string, act: OperatorAct) => Effect.Effect<boolean, Unavailable>
}>()("@ddd/core/ports/WebhookInbox") {}
