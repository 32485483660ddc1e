/**
 * All that is kept about a player, as the player is given it: money as decimal strings, times as text (docs/api.md, "Conventions").
 *
 * Years of it are written a page at a time. Secrets are no part of it: neither the password's hash nor those of tokens.
 */
import { Result, Stream } from "effect"
import type { Ticket } from "../draws/Ticket.ts"
import type { Checkout } from "../money/Checkout.ts"
import type { Funding } from "../money/Funding.ts"
import {
  type DepositExcess,
  isMoneyLimit,
  type LimitBook,
  type LimitName,
  limitNames,
  limitText,
  periods,
  type Sums
} from "../money/Limits.ts"
import { type Cents, cents, formatCents, formatSum } from "../money/Money.ts"
import type { PayoutAccount } from "../money/PayoutAccount.ts"
import type { Transaction } from "../money/Transaction.ts"
import type { Wallet } from "../money/Wallet.ts"
import type { WebhookEvent } from "../money/WebhookEvent.ts"
import type { Withdrawal } from "../money/Withdrawal.ts"
import type { UserId } from "../values/Ids.ts"
import { formatInstant, formatInstantOrNull, type Instant } from "../values/Instant.ts"
import { jsonOfLong, type LongList } from "../values/JsonText.ts"
import type { KycStatus } from "../values/KycStatus.ts"
import type { Pages } from "../values/Page.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import type { MailedTokenPurpose } from "./MailedToken.ts"
import type { TooManyChanges } from "./Refusals.ts"
import { operatorOrigin, type RequestOrigin, type SecurityEventType } from "./SecurityEvent.ts"
import { refusalOfChange } from "./SecurityLogLimit.ts"
import type { SessionEndReason, SessionId } from "./Session.ts"
import type { User } from "./User.ts"

/** All that is kept about a player, as JSON text, a piece at a time. */
export type PersonalExport<E> = Stream.Stream<string, E>

/** What is kept about a player and may be much. */
export interface PersonalLists {
  readonly transactions: Transaction & { readonly metadata: Readonly<Record<string, unknown>> | null }
  readonly fundings: Funding
  /** Deposits that were more than they allowed themselves. */
  readonly depositExcesses: DepositExcess & { readonly transactionId: string; readonly at: Instant }
  /** The names by which shops know them. */
  readonly buyerNames: string
  /** What shops told of their purchases. */
  readonly shopEvents: Omit<WebhookEvent, "id">
  /** What who checks identities told of them. */
  readonly identityMessages: Omit<WebhookEvent, "id">
  readonly withdrawals: Withdrawal
  /** What they asked to pay in by a provider's page. */
  readonly checkouts: Checkout
  readonly tickets: Omit<Ticket, "userId" | "ownerSalt">
  readonly sessions: {
    readonly id: string
    readonly createdAt: Instant
    readonly lastUsedAt: Instant
    readonly endedAt: Instant | null
    readonly endReason: SessionEndReason | null
    readonly userAgent: string | null
  }
  readonly securityEvents: {
    readonly id: string
    readonly at: Instant
    readonly type: SecurityEventType
    readonly sessionId: string | null
    /** Where it came from, what was changed. */
    readonly details: Readonly<Record<string, unknown>> | null
  }
  /** What operators did about them and their money by hand. Who did, and why, is the operators', and no part of it. */
  readonly operatorActions: { readonly at: Instant; readonly command: string }
  readonly mailedTokens: {
    readonly purpose: MailedTokenPurpose
    readonly email: string | null
    readonly createdAt: Instant
    readonly expiresAt: Instant
    readonly usedAt: Instant | null
  }
  /** What mail servers said of mails to them that failed. */
  readonly mailFailures: { readonly at: Instant; readonly reason: string }
  /** Under which keys answers are kept for retries. The answers say again what stands in the other lists. */
  readonly idempotencyKeys: { readonly key: string; readonly keptAt: Instant }
  readonly rooms: {
    readonly id: string
    readonly code: string
    readonly name: string
    readonly isHost: boolean
    readonly joinedAt: Instant
  }
  /** Where they are told by push notifications. */
  readonly devices: {
    readonly deviceId: string
    readonly pushToken: string
    readonly platform: string
    readonly locale: string
    readonly putAt: Instant
  }
}

/** What a store holds about a player: what is little, and the lists, each in an order of its own that is that of its ids, or of time. */
export interface PersonalRecords<E> {
  readonly user: User & {
    readonly kycStatus: KycStatus
    /** Of when that is, and what who checked calls the check. */
    readonly identityAt: Instant | null
    readonly identityReference: string | null
    readonly country: string | null
    readonly ageVerified: boolean
    readonly frozen: boolean
  }
  readonly wallet: Wallet & { readonly updatedAt: Instant }
  readonly payoutAccount: (Omit<PayoutAccount, "userId"> & { readonly createdAt: Instant }) | null
  /** Movements are those that made the wallet what it is here. */
  readonly lists: { readonly [Name in keyof PersonalLists]: Pages<PersonalLists[Name], E> }
}

const formatCentsOrNull = (amount: Cents | null): string | null => amount === null ? null : formatCents(amount)

/** A limit's value as it is exported: an amount, or a number of tickets. */
const exportValue = (name: LimitName, value: bigint | null): string | number | null =>
  value === null ? null : isMoneyLimit(name) ? limitText(name, value) : Number(value)

/** What a player limited, and what is counted against that; null where nothing is limited. */
const exportLimits = (book: LimitBook | null) => {
  if (book === null) return null
  const { counted, inForce, rises } = book
  const sums = (amounts: Sums) =>
    Object.fromEntries(periods.map((period) => [period, formatCents(cents(amounts[period]))]))
  return {
    inForce: Object.fromEntries(limitNames.map((name) => [name, exportValue(name, inForce[name])])),
    pending: rises.map(({ askedAt, limit, value }) => ({
      limit,
      value: exportValue(limit, value),
      askedAt: formatInstant(askedAt)
    })),
    counted: { day: counted.day, spent: sums(counted.spent), deposited: sums(counted.deposited) }
  }
}

const exportEvent = (event: Omit<WebhookEvent, "id">) => ({
  ...event,
  receivedAt: formatInstant(event.receivedAt),
  handledAt: formatInstantOrNull(event.handledAt)
})

/** How an item of each list is told. Their order is that of the export. */
const listForms: { readonly [Name in keyof PersonalLists]: (item: PersonalLists[Name]) => unknown } = {
  transactions: (transaction) => ({
    ...transaction,
    amount: formatCents(transaction.amount),
    balanceAfter: formatCents(transaction.balanceAfter),
    createdAt: formatInstant(transaction.createdAt)
  }),
  fundings: (funding) => ({
    reference: funding.reference,
    purchased: funding.purchased,
    refunded: funding.refunded,
    refundReversed: funding.refundReversed,
    given: funding.creditStatus,
    amount: formatCentsOrNull(funding.amount),
    price: formatCentsOrNull(funding.price),
    refundPrice: formatCentsOrNull(funding.refundPrice),
    refundAmount: formatCentsOrNull(funding.refundAmount),
    names: funding.names
  }),
  depositExcesses: ({ amount, at, ...excess }) => ({ ...excess, amount: formatCents(amount), at: formatInstant(at) }),
  buyerNames: (name) => name,
  shopEvents: exportEvent,
  identityMessages: exportEvent,
  withdrawals: (withdrawal) => ({
    id: withdrawal.id,
    amount: formatCents(withdrawal.amount),
    account: withdrawal.account,
    askedAt: formatInstant(withdrawal.askedAt),
    status: withdrawal.status,
    transferId: withdrawal.transfer.objectId,
    payoutId: withdrawal.payout.objectId,
    payoutStatus: withdrawal.providerPayoutStatus,
    reversalId: withdrawal.reversal.objectId,
    held: withdrawal.held?.reason ?? null,
    problem: withdrawal.problem
  }),
  checkouts: (checkout) => ({
    id: checkout.id,
    amount: formatCents(checkout.amount),
    askedAt: formatInstant(checkout.askedAt),
    expiresAt: formatInstant(checkout.expiresAt),
    status: checkout.status,
    sessionId: checkout.sessionId,
    url: checkout.url,
    paymentId: checkout.paymentId,
    problem: checkout.problem
  }),
  tickets: (ticket) => ({
    ...ticket,
    prizeAmount: formatCentsOrNull(ticket.prizeAmount),
    purchasedAt: formatInstant(ticket.purchasedAt)
  }),
  sessions: (session) => ({
    ...session,
    createdAt: formatInstant(session.createdAt),
    lastUsedAt: formatInstant(session.lastUsedAt),
    endedAt: formatInstantOrNull(session.endedAt)
  }),
  securityEvents: (event) => ({ ...event, at: formatInstant(event.at) }),
  operatorActions: (action) => ({ ...action, at: formatInstant(action.at) }),
  mailedTokens: (token) => ({
    ...token,
    createdAt: formatInstant(token.createdAt),
    expiresAt: formatInstant(token.expiresAt),
    usedAt: formatInstantOrNull(token.usedAt)
  }),
  mailFailures: (failure) => ({ ...failure, at: formatInstant(failure.at) }),
  idempotencyKeys: (kept) => ({ ...kept, keptAt: formatInstant(kept.keptAt) }),
  rooms: (room) => ({ ...room, joinedAt: formatInstant(room.joinedAt) }),
  devices: (device) => ({ ...device, putAt: formatInstant(device.putAt) })
}

const listNames = Object.keys(listForms) as ReadonlyArray<keyof PersonalLists>

const listText = <Name extends keyof PersonalLists, E>(
  name: Name,
  pages: Pages<PersonalLists[Name], E>
): LongList<E> => ({ name, pages: Stream.map(pages, (page) => page.map(listForms[name])) })

/** The records as JSON. */
const personalExport = <E>({ lists, payoutAccount, user: all, wallet }: PersonalRecords<E>): PersonalExport<E> => {
  const { identityAt, identityReference, ...user } = all
  return jsonOfLong({
    user: {
      ...user,
      kycAt: formatInstantOrNull(identityAt),
      kycReference: identityReference,
      dateOfBirth: wallet.bornOn,
      createdAt: formatInstant(user.createdAt)
    },
    wallet: {
      balance: formatCents(wallet.balance),
      winnings: formatCents(wallet.withdrawable),
      maturing: wallet.maturing.map(({ amount, maturesAt }) => ({
        amount: formatCents(amount),
        maturesAt: formatInstant(maturesAt)
      })),
      awaitingIdentity: wallet.awaiting.map(({ amount, maturesAt }) => ({
        amount: formatCents(amount),
        maturesAt: formatInstantOrNull(maturesAt)
      })),
      pendingWithdrawal: formatCents(wallet.pendingWithdrawal),
      withdrawn: formatSum(wallet.withdrawn),
      debt: formatCents(wallet.debt),
      limits: exportLimits(wallet.limits),
      timedOutUntil: formatInstantOrNull(wallet.timedOutUntil),
      excludedUntil: formatInstantOrNull(wallet.excludedUntil),
      updatedAt: formatInstant(wallet.updatedAt)
    },
    payoutAccount: payoutAccount === null
      ? null
      : { ...payoutAccount, createdAt: formatInstant(payoutAccount.createdAt) }
  }, listNames.map((name) => listText(name, lists[name])))
}

/** Who takes it: an operator, for the player; or the player. */
export type ExportedBy =
  | { readonly _tag: "Operator" }
  | { readonly _tag: "Player"; readonly sessionId: SessionId; readonly origin: RequestOrigin }

export interface ExportFacts<E> {
  readonly now: Instant
  /** Null for an unknown or erased user. */
  readonly records: PersonalRecords<E> | null
  /** How often it was taken since this UTC day began. Those that are taken at the same moment may exceed it by as many as they are. */
  readonly takenToday: number
  readonly newIds: { readonly event: string }
}

/** Gives all that is kept about a player, which leaves its trace. Null where there is nobody. */
export const exportAccount = <E>(
  { newIds, now, records, takenToday }: ExportFacts<E>,
  userId: UserId,
  by: ExportedBy
): Result.Result<{ readonly all: PersonalExport<E> | null; readonly change: AccountChange }, TooManyChanges> => {
  if (records === null) return Result.succeed({ all: null, change: noChange(userId) })
  const refusal = by._tag === "Player" ? refusalOfChange("exported", takenToday, now) : null
  if (refusal !== null) return Result.fail(refusal)
  const { origin, sessionId } = by._tag === "Player" ? by : { origin: operatorOrigin, sessionId: null }
  return Result.succeed({
    all: personalExport(records),
    change: {
      ...noChange(userId),
      events: [{ id: newIds.event, type: "exported", userId, sessionId, origin, details: {} }]
    }
  })
}
