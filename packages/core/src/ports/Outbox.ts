/** Port: what must happen outside the books, because of what happened in them. */
import { Context, type Effect } from "effect"
import type { UserId } from "../Ids.ts"
import type { Unavailable } from "./Unavailable.ts"

/** A mail to a player. It names ids alone: address, name and token are read, or derived, when it is written. */
export type Job =
  | { readonly _tag: "MailWelcome"; readonly userId: UserId; readonly mailedTokenId: string }
  | { readonly _tag: "MailVerifyAddress"; readonly userId: UserId; readonly mailedTokenId: string }
  | { readonly _tag: "MailResetPassword"; readonly userId: UserId; readonly mailedTokenId: string }
  | { readonly _tag: "MailPasswordChanged"; readonly userId: UserId }
  | { readonly _tag: "MailAddressChanged"; readonly userId: UserId; readonly mailedTokenId: string }

export class Outbox extends Context.Service<Outbox, {
  /** Part of the caller's transaction: it is done at least once if that commits, and never if it does not. The same `id` is taken once, ever. */
  readonly add: (id: string, job: Job) => Effect.Effect<void, Unavailable>
}>()("@ddd/core/ports/Outbox") {}
