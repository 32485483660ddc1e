/** Port: a shop that sells credit and tells of it by webhook. */
import { Context, type Effect } from "effect"
import type { FundingEvent } from "../money/Funding.ts"
import type { WebhookRequest, WebhookVerdict } from "./WebhookInbox.ts"

/** What an event of the shop comes to. */
export type FundingNotice =
  | {
    readonly _tag: "Event"
    readonly event: FundingEvent
    /** By which names it knows its buyer. */
    readonly names: ReadonlyArray<string>
  }
  /** These names, two or more, belong to one buyer. */
  | { readonly _tag: "Names"; readonly names: ReadonlyArray<string> }
  /** Nothing is to be done. */
  | { readonly _tag: "Ignored"; readonly why: string }
  /** It is about money, and cannot be acted on as things are: an unknown product, a part that is missing. */
  | { readonly _tag: "Unusable"; readonly why: string }

export class FundingSource extends Context.Service<FundingSource, {
  /** Whether the request comes from the shop; compares in constant time. */
  readonly authenticate: (request: WebhookRequest) => Effect.Effect<WebhookVerdict>
  /** Reads a body that was found genuine. Pure: replaying an event reads it again, by the catalogue of then. */
  readonly read: (body: string) => FundingNotice
}>()("@ddd/core/ports/FundingSource") {}
