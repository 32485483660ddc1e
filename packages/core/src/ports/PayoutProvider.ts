/**
 * Port: who pays players out.
 *
 * A provider does a request under one key once, however often it is sent, for at least 24 hours. An answer that says for certain
 * what happened is a `ProviderReport`; whatever leaves a doubt is `Unknown`.
 */
import { Context, Data, type Effect } from "effect"
import type { Cents } from "../money/Money.ts"
import type { AccountOpening, PayoutAccountStatus } from "../money/PayoutAccount.ts"
import type { OwnProvider } from "../money/ProviderId.ts"
import type { ProviderReport } from "../money/ProviderReport.ts"
import type { ProviderStep, Withdrawal } from "../money/Withdrawal.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { WebhookRequest, WebhookVerdict } from "./WebhookInbox.ts"

/** The provider could not be asked, or would not answer. Nothing is known to have changed. */
export class ProviderUnavailable extends Data.TaggedError("ProviderUnavailable")<{
  readonly message: string
  readonly cause?: unknown
}> {}

/** The provider has no such account any more, or lets us do nothing with it: it was closed, or its owner has left us. For ever. */
export class PayoutAccountGone extends Data.TaggedError("PayoutAccountGone")<{ readonly account: string }> {}

/** A page of the provider's where a player tells it who they are and where their money goes. */
export interface Onboarding {
  readonly url: URL
  readonly expiresAt: Instant
}

/** How the answer to a request is to be understood; as `ProviderAction` says it. */
export interface SentRequest {
  readonly step: ProviderStep
  readonly attempt: number
  readonly isFirst: boolean
  /** The withdrawal's turn. */
  readonly turn: number
}

/** What a notice of the provider is about. */
export type PayoutNotice =
  /** What became known of a withdrawal. */
  | { readonly _tag: "Withdrawal"; readonly withdrawalId: string; readonly report: ProviderReport }
  /** Something changed about an account: ask for it. */
  | { readonly _tag: "Account"; readonly account: string }
  | { readonly _tag: "Ignored"; readonly why: string }

/** A transfer that bears the name of a withdrawal of ours, as the provider has it. */
export interface NamedTransfer {
  readonly withdrawalId: string
  /** The provider's name for it. */
  readonly objectId: string
  /** Where it went; null where the provider does not say. */
  readonly account: string | null
  readonly amount: Cents
  /** What of it came back. */
  readonly reversed: Cents
}

export class PayoutProvider extends Context.Service<PayoutProvider, {
  /** As people know it: `Stripe`, `simulated`. */
  readonly name: string
  /** Which it is, and by which account of ours. Asked for once, and known from then on. */
  readonly identity: Effect.Effect<OwnProvider, ProviderUnavailable>
  /** Opens an account for a player, once an opening while the provider remembers keys; gives its name. */
  readonly openAccount: (
    player: { readonly userId: UserId; readonly email: string; readonly username: string },
    opening: AccountOpening
  ) => Effect.Effect<string, ProviderUnavailable>
  readonly onboarding: (account: string) => Effect.Effect<Onboarding, ProviderUnavailable | PayoutAccountGone>
  readonly accountStatus: (
    account: string
  ) => Effect.Effect<PayoutAccountStatus, ProviderUnavailable | PayoutAccountGone>

  /** Sends the request of a step. Never fails: what goes wrong is a report too. */
  readonly send: (withdrawal: Withdrawal, request: SentRequest) => Effect.Effect<ProviderReport>
  /** Looks for what became of a step by what the withdrawal wrote on it, however long ago. `Absent` where there is nothing. */
  readonly lookUp: (withdrawal: Withdrawal, step: ProviderStep) => Effect.Effect<ProviderReport>
  /** Looks at an object by the provider's name for it; `Ambiguous` where it is not this withdrawal's. */
  readonly inspect: (
    withdrawal: Withdrawal,
    step: "transfer" | "payout",
    objectId: string
  ) => Effect.Effect<ProviderReport>
  /** Every transfer since then that bears the name of a withdrawal, whether or not the books know that. Changes nothing. */
  readonly transfersSince: (since: Instant) => Effect.Effect<ReadonlyArray<NamedTransfer>, ProviderUnavailable>

  /** Whether a notice comes from the provider. */
  readonly authenticate: (request: WebhookRequest) => Effect.Effect<WebhookVerdict>
  /** Reads a notice that was found genuine. */
  readonly read: (body: string) => PayoutNotice
}>()("@ddd/core/ports/PayoutProvider") {}
