/**
 * All that is held about a player, as the player is given it: money as decimal strings, times as text (docs/api.md, "Conventions").
 *
 * Secrets are no part of it: neither the password's hash nor those of tokens.
 */
import type { Ticket } from "../draws/Ticket.ts"
import type { Funding } from "../money/Funding.ts"
import {
  type DepositExcess,
  type LimitBook,
  type LimitName,
  limitNames,
  moneyLimitNames,
  periods,
  type Sums
} from "../money/Limits.ts"
import { type Cents, cents, formatCents } from "../money/Money.ts"
import type { PayoutAccount } from "../money/PayoutAccount.ts"
import type { Transaction } from "../money/Transaction.ts"
import type { Wallet } from "../money/Wallet.ts"
import type { Withdrawal } from "../money/Withdrawal.ts"
import type { UserId } from "../values/Ids.ts"
import { formatInstant, formatInstantOrNull, type Instant } from "../values/Instant.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import type { MailedTokenPurpose } from "./MailedToken.ts"
import { operatorOrigin, type SecurityEventType } from "./SecurityEvent.ts"
import type { SessionEndReason } from "./Session.ts"
import type { KycStatus, User } from "./User.ts"

/** All that is held about a player, as plain data for JSON. */
export type PersonalExport = Readonly<Record<string, unknown>>

/** What a store holds about a player. Lists are oldest first. */
export interface PersonalRecords {
  readonly user: User & { readonly kycStatus: KycStatus; readonly country: string | null; readonly frozen: boolean }
  readonly wallet: Wallet & { readonly updatedAt: Instant }
  readonly transactions: ReadonlyArray<
    Transaction & { readonly metadata: Readonly<Record<string, unknown>> | null }
  >
  readonly fundings: ReadonlyArray<Funding>
  /** Deposits that were more than they allowed themselves. */
  readonly depositExcesses: ReadonlyArray<DepositExcess & { readonly transactionId: string; readonly at: Instant }>
  /** The names by which shops know them. */
  readonly buyerNames: ReadonlyArray<string>
  readonly payoutAccount: (Omit<PayoutAccount, "userId"> & { readonly createdAt: Instant }) | null
  readonly withdrawals: ReadonlyArray<Withdrawal>
  readonly tickets: ReadonlyArray<Omit<Ticket, "userId" | "ownerSalt">>
  readonly sessions: ReadonlyArray<{
    readonly id: string
    readonly createdAt: Instant
    readonly lastUsedAt: Instant
    readonly endedAt: Instant | null
    readonly endReason: SessionEndReason | null
    readonly userAgent: string | null
  }>
  readonly securityEvents: ReadonlyArray<{
    readonly id: string
    readonly at: Instant
    readonly type: SecurityEventType
    readonly sessionId: string | null
    /** Where it came from, what was changed. */
    readonly details: Readonly<Record<string, unknown>> | null
  }>
  readonly mailedTokens: ReadonlyArray<{
    readonly purpose: MailedTokenPurpose
    readonly email: string | null
    readonly createdAt: Instant
    readonly expiresAt: Instant
    readonly usedAt: Instant | null
  }>
  /** How many answers are kept for retries. */
  readonly idempotencyKeys: number
  readonly rooms: ReadonlyArray<{
    readonly id: string
    readonly code: string
    readonly name: string
    readonly isHost: boolean
    readonly joinedAt: Instant
  }>
}

const formatCentsOrNull = (amount: Cents | null): string | null => amount === null ? null : formatCents(amount)

const isMoneyLimit = (name: LimitName): boolean => moneyLimitNames.some((money) => money === name)

/** A limit's value as it is exported: an amount, or a number of tickets. */
const exportValue = (name: LimitName, value: bigint | null): string | number | null =>
  value === null ? null : isMoneyLimit(name) ? formatCents(cents(value)) : Number(value)

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

/** The records as data for JSON. */
const personalExport = (records: PersonalRecords): PersonalExport => ({
  user: { ...records.user, createdAt: formatInstant(records.user.createdAt) },
  wallet: {
    balance: formatCents(records.wallet.balance),
    winnings: formatCents(records.wallet.withdrawable),
    maturing: records.wallet.maturing.map(({ amount, maturesAt }) => ({
      amount: formatCents(amount),
      maturesAt: formatInstant(maturesAt)
    })),
    pendingWithdrawal: formatCents(records.wallet.pendingWithdrawal),
    debt: formatCents(records.wallet.debt),
    updatedAt: formatInstant(records.wallet.updatedAt)
  },
  limits: exportLimits(records.wallet.limits),
  timedOutUntil: formatInstantOrNull(records.wallet.timedOutUntil),
  excludedUntil: formatInstantOrNull(records.wallet.excludedUntil),
  depositExcesses: records.depositExcesses.map(({ amount, at, ...excess }) => ({
    ...excess,
    amount: formatCents(amount),
    at: formatInstant(at)
  })),
  transactions: records.transactions.map((transaction) => ({
    ...transaction,
    amount: formatCents(transaction.amount),
    balanceAfter: formatCents(transaction.balanceAfter),
    createdAt: formatInstant(transaction.createdAt)
  })),
  fundings: records.fundings.map((funding) => ({
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
  })),
  buyerNames: records.buyerNames,
  payoutAccount: records.payoutAccount === null ? null : {
    ...records.payoutAccount,
    createdAt: formatInstant(records.payoutAccount.createdAt)
  },
  withdrawals: records.withdrawals.map((withdrawal) => ({
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
  })),
  tickets: records.tickets.map((ticket) => ({
    ...ticket,
    prizeAmount: ticket.prizeAmount === null ? null : formatCents(ticket.prizeAmount),
    purchasedAt: formatInstant(ticket.purchasedAt)
  })),
  sessions: records.sessions.map((session) => ({
    ...session,
    createdAt: formatInstant(session.createdAt),
    lastUsedAt: formatInstant(session.lastUsedAt),
    endedAt: formatInstantOrNull(session.endedAt)
  })),
  securityEvents: records.securityEvents.map((event) => ({ ...event, at: formatInstant(event.at) })),
  mailedTokens: records.mailedTokens.map((token) => ({
    ...token,
    createdAt: formatInstant(token.createdAt),
    expiresAt: formatInstant(token.expiresAt),
    usedAt: formatInstantOrNull(token.usedAt)
  })),
  idempotencyKeys: records.idempotencyKeys,
  rooms: records.rooms.map((room) => ({ ...room, joinedAt: formatInstant(room.joinedAt) }))
})

export interface ExportFacts {
  /** As one state of the store; null for an unknown or erased user. */
  readonly records: PersonalRecords | null
  readonly newIds: { readonly event: string }
}

/** Gives an operator all that is held about a player, which leaves its trace. Null where there is nobody. */
export const exportAccount = (
  { newIds, records }: ExportFacts,
  userId: UserId
): { readonly all: PersonalExport | null; readonly change: AccountChange } =>
  records === null ? { all: null, change: noChange(userId) } : {
    all: personalExport(records),
    change: {
      ...noChange(userId),
      events: [{ id: newIds.event, type: "exported", userId, sessionId: null, origin: operatorOrigin, details: {} }]
    }
  }
