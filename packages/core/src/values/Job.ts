/** What is to be done outside the books because of what happened in them: data, which a decision asks for and `Outbox` takes. */
import type { DeviceKind } from "./DeviceKind.ts"
import type { DrawId, UserId } from "./Ids.ts"

/** A mail with a link. */
export interface LinkMail {
  readonly userId: UserId
  readonly mailedTokenId: string
  /** What the link was asked for from; absent where that is not known. */
  readonly askedFrom?: DeviceKind
}

/** A mail to a player. It names no person but by ids: address, name and token are read, or derived, when it is written. */
export type MailJob =
  | LinkMail & { readonly _tag: "MailWelcome" }
  | LinkMail & { readonly _tag: "MailVerifyAddress" }
  | LinkMail & { readonly _tag: "MailResetPassword" }
  /** `unlinkedPayoutAccount`: of a reset that removed the link to the payout account. */
  | { readonly _tag: "MailPasswordChanged"; readonly userId: UserId; readonly unlinkedPayoutAccount?: true }
  | { readonly _tag: "MailAddressChanged"; readonly userId: UserId; readonly mailedTokenId: string }
  /** What a player bought in a draw from `from` on, for a minute: Unix milliseconds. */
  | { readonly _tag: "MailTickets"; readonly userId: UserId; readonly drawId: DrawId; readonly from: number }
  | { readonly _tag: "MailWinner"; readonly userId: UserId; readonly drawId: DrawId }
  /** To whoever had tickets in a daily draw that was declared void. */
  | { readonly _tag: "MailDrawVoid"; readonly userId: UserId; readonly drawId: DrawId }
  /** To whoever had a ticket in a room that was closed, but for a host who closed it. */
  | { readonly _tag: "MailRoomClosed"; readonly userId: UserId; readonly drawId: DrawId }
  | {
    readonly _tag: "MailWithdrawal"
    readonly userId: UserId
    readonly withdrawalId: string
    readonly event: WithdrawalEvent
  }
  | { readonly _tag: "MailIdentity"; readonly userId: UserId; readonly status: MailedIdentityStatus }

/** Of which states of an identity check a player is told. */
export const mailedIdentityStatuses = ["verified", "rejected"] as const
export type MailedIdentityStatus = typeof mailedIdentityStatuses[number]

/** What a player is told of a withdrawal. */
export const withdrawalEvents = ["started", "paid", "failed", "returned"] as const
export type WithdrawalEvent = typeof withdrawalEvents[number]

/** Acts on an event of the inbox. */
export type WebhookJob = { readonly _tag: "HandleWebhook"; readonly eventId: string }

/** Takes the turns of a withdrawal that are due. */
export type PayoutJob = { readonly _tag: "PayOut"; readonly withdrawalId: string }

/** Something to be done outside the transaction that causes it. */
export type Job = MailJob | WebhookJob | PayoutJob

/** A job under its id, as a decision asks for it. The same id is taken once, ever. */
export interface NewJob {
  readonly id: string
  readonly job: Job
}

/** The queues and their jobs. Jobs wait for others of their queue alone: a mail server that hangs delays no money. */
export interface JobQueues {
  readonly outbox: MailJob
  readonly webhooks: WebhookJob
  readonly payouts: PayoutJob
}
export type JobQueueName = keyof JobQueues
