/** All that the store holds about a player. */
import type { PersonalRecords } from "@ddd/core/accounts/PersonalExport"
import type { UserId } from "@ddd/core/values/Ids"
import type { Store } from "../Store.ts"
import type { UserRow } from "../StoredRows.ts"

/** Null for an unknown or erased user. */
export const readPersonalRecords = (store: Store["Service"], user: UserId): PersonalRecords | null => {
  const row = store.users.get(user)
  return row === undefined || row.erasedAt !== null ? null : recordsOf(store, row)
}

const recordsOf = (store: Store["Service"], user: UserRow): PersonalRecords => {
  const own = <A extends { readonly userId: unknown }>(rows: Iterable<A>): ReadonlyArray<A> =>
    [...rows].filter((row) => row.userId === user.id)
  const wallet = store.wallets.get(user.id)
  const payoutAccount = store.payoutAccounts.get(user.id)
  if (wallet === undefined) throw new Error("every user has a wallet")
  const { country, createdAt, email, emailVerified, frozen, id, kycStatus, username } = user
  return {
    user: { id, email, username, emailVerified, createdAt, kycStatus, country, frozen },
    wallet,
    transactions: (store.transactions.get(user.id) ?? []).map(
      ({ amount, balanceAfter, createdAt, id, referenceId, status, type }) => ({
        id,
        type,
        amount,
        balanceAfter,
        status,
        referenceId,
        createdAt,
        metadata: null
      })
    ),
    fundings: own(store.fundings.values()),
    depositExcesses: own(store.depositExcesses).map(({ amount, at, limit, transactionId }) => ({
      transactionId,
      limit,
      amount,
      at
    })),
    buyerNames: [...store.buyerNames].flatMap(([name, owner]) => owner === user.id ? [name] : []).toSorted(),
    payoutAccount: payoutAccount === undefined
      ? null
      : {
        account: payoutAccount.account,
        provider: payoutAccount.provider,
        status: payoutAccount.status,
        createdAt: payoutAccount.createdAt
      },
    withdrawals: own(store.withdrawals.values()),
    tickets: own([...store.tickets.values()].flat()).map((ticket) => {
      const draw = store.draws.get(ticket.drawId)
      if (draw === undefined) throw new Error(`ticket ${ticket.ticketId} is in no draw`)
      const won = draw.status === "drawn" && draw.winningPosition === ticket.position
      return {
        id: ticket.id,
        ticketId: ticket.ticketId,
        drawId: ticket.drawId,
        drawDate: draw.drawDate,
        position: ticket.position,
        totalEntriesAtPurchase: ticket.totalEntriesAtPurchase,
        ticketHash: ticket.ticketHash,
        ownerCommit: ticket.ownerCommit,
        status: won ? "won" : draw.status === "drawn" ? "lost" : "active",
        prizeAmount: won ? draw.prizePool : null,
        purchasedAt: ticket.purchasedAt
      }
    }),
    sessions: own(store.sessions.values()).map(({ createdAt, endReason, endedAt, id, lastUsedAt, userAgent }) => ({
      id,
      createdAt,
      lastUsedAt,
      endedAt,
      endReason,
      userAgent
    })),
    securityEvents: own(store.securityEvents).map(({ at, details, id, sessionId, type }) => ({
      id,
      at,
      type,
      sessionId,
      details
    })),
    mailedTokens: own(store.mailedTokens.values()).map(({ createdAt, email, expiresAt, purpose, usedAt }) => ({
      purpose,
      email,
      createdAt,
      expiresAt,
      usedAt
    })),
    idempotencyKeys: own(store.answers.values()).length,
    rooms: [...store.lobbies.values()].flatMap(({ code, hostId, id, members, name }) =>
      own(members).map(({ joinedAt }) => ({ id, code, name, isHost: hostId === user.id, joinedAt }))
    ).toSorted((a, b) => a.joinedAt - b.joinedAt)
  }
}
