/** All that the store holds about a player. */
import { identityReferenceOf } from "@ddd/core/accounts/IdentityCheck"
import type { PersonalLists, PersonalRecords } from "@ddd/core/accounts/PersonalExport"
import type { UserId } from "@ddd/core/values/Ids"
import type { Pages } from "@ddd/core/values/Page"
import { Stream } from "effect"
import { asTransaction } from "../money/TransactionView.ts"
import type { Store } from "../Store.ts"
import type { UserRow } from "../StoredRows.ts"

/** Null for an unknown or erased user. */
export const readPersonalRecords = (store: Store["Service"], user: UserId): PersonalRecords<never> | null => {
  const row = store.users.get(user)
  return row === undefined || row.erasedAt !== null ? null : recordsOf(store, row)
}

/** A list that is at hand, as one page. */
const page = <A>(items: ReadonlyArray<A>): Pages<A, never> => Stream.succeed(items)

const recordsOf = (store: Store["Service"], user: UserRow): PersonalRecords<never> => {
  const wallet = store.wallets.get(user.id)
  const payoutAccount = store.payoutAccounts.get(user.id)
  if (wallet === undefined) throw new Error("every user has a wallet")
  const { ageVerified, country, createdAt, email, emailVerified, frozen, id, kycStatus, username } = user
  const { identityAt, identityReference } = user
  return {
    user: {
      id,
      email,
      username,
      emailVerified,
      createdAt,
      kycStatus,
      identityAt,
      identityReference,
      country,
      ageVerified,
      frozen
    },
    wallet,
    payoutAccount: payoutAccount === undefined
      ? null
      : {
        account: payoutAccount.account,
        provider: payoutAccount.provider,
        status: payoutAccount.status,
        createdAt: payoutAccount.createdAt
      },
    lists: { ...moneyLists(store, user.id), ...accountLists(store, user.id) }
  }
}

type Lists<Name extends keyof PersonalLists> = Pick<PersonalRecords<never>["lists"], Name>

const ownOf = (user: UserId) => <A extends { readonly userId: unknown }>(rows: Iterable<A>): ReadonlyArray<A> =>
  [...rows].filter((row) => row.userId === user)

const moneyLists = (
  store: Store["Service"],
  user: UserId
): Lists<
  | "transactions"
  | "fundings"
  | "depositExcesses"
  | "buyerNames"
  | "shopEvents"
  | "identityMessages"
  | "withdrawals"
  | "checkouts"
  | "tickets"
> => {
  const own = ownOf(user)
  const fundings = own(store.fundings.values())
  const references = new Set<string | null>(fundings.map(({ reference }) => reference))
  /** What outside services told under some references. */
  const told = (isAbout: (reference: string | null) => boolean) =>
    [...store.webhookEvents.values()].filter(({ reference }) => isAbout(reference)).map((event) => {
      const { id: _, ...rest } = event
      return rest
    })
  return {
    transactions: page(
      (store.transactions.get(user) ?? []).map((row) => ({ ...asTransaction(row), metadata: null }))
    ),
    fundings: page(fundings.toSorted((a, b) => a.reference < b.reference ? -1 : 1)),
    depositExcesses: page(
      own(store.depositExcesses).map(({ amount, at, limit, transactionId }) => ({ transactionId, limit, amount, at }))
    ),
    buyerNames: page([...store.buyerNames].flatMap(([name, owner]) => owner === user ? [name] : []).toSorted()),
    shopEvents: page(told((reference) => references.has(reference))),
    identityMessages: page(told((reference) => reference === identityReferenceOf(user))),
    withdrawals: page(own(store.withdrawals.values())),
    checkouts: page(own([...store.checkouts.values()].map(({ checkout }) => checkout))),
    tickets: page(
      own([...store.tickets.values()].flat()).map((ticket) => {
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
      })
    )
  }
}

const accountLists = (
  store: Store["Service"],
  user: UserId
): Lists<
  | "sessions"
  | "securityEvents"
  | "operatorActions"
  | "mailedTokens"
  | "mailFailures"
  | "idempotencyKeys"
  | "rooms"
  | "devices"
> => {
  const own = ownOf(user)
  return {
    sessions: page(
      own(store.sessions.values()).map(({ createdAt, endReason, endedAt, id, lastUsedAt, userAgent }) => ({
        id,
        createdAt,
        lastUsedAt,
        endedAt,
        endReason,
        userAgent
      }))
    ),
    securityEvents: page(
      own(store.securityEvents).map(({ at, details, id, sessionId, type }) => ({ id, at, type, sessionId, details }))
    ),
    operatorActions: page(
      [...store.operatorLog.values()].filter(({ details, subject }) =>
        subject.kind === "user" ? subject.id === user : details["user"] === user
      ).map(({ at, command }) => ({ at, command }))
    ),
    mailedTokens: page(
      own(store.mailedTokens.values()).map(({ createdAt, email, expiresAt, purpose, usedAt }) => ({
        purpose,
        email,
        createdAt,
        expiresAt,
        usedAt
      }))
    ),
    // nobody does the jobs
    mailFailures: page([]),
    idempotencyKeys: page(own(store.answers.values()).map(({ key, keptAt }) => ({ key, keptAt }))),
    rooms: page(
      [...store.lobbies.values()].flatMap(({ code, hostId, id, members, name }) =>
        own(members).map(({ joinedAt }) => ({ id, code, name, isHost: hostId === user, joinedAt }))
      )
    ),
    devices: page(
      own(store.devices.values()).map(({ deviceId, locale, platform, pushToken, putAt }) => ({
        deviceId,
        pushToken,
        platform,
        locale,
        putAt
      }))
    )
  }
}
