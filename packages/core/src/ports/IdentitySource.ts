/** Port: who checks identities, and tells of it by webhook. */
import { Context, type Effect } from "effect"
import type { IdentityMessage } from "../accounts/IdentityCheck.ts"
import type { WebhookRequest, WebhookVerdict } from "./WebhookInbox.ts"

/** What a message comes to. */
export type IdentityNotice =
  | { readonly _tag: "Message"; readonly message: IdentityMessage }
  /** It is no message of the form that was agreed on. `why`, a clause, may quote it. */
  | { readonly _tag: "Unusable"; readonly why: string }

export class IdentitySource extends Context.Service<IdentitySource, {
  /** Whether the request comes from who checks identities; compares in constant time. */
  readonly authenticate: (request: WebhookRequest) => Effect.Effect<WebhookVerdict>
  /** Reads a body that was found genuine. Pure. */
  readonly read: (body: string) => IdentityNotice
}>()("@ddd/core/ports/IdentitySource") {}
