/** What operators look for, in memory. */
import { emailIdentity } from "@ddd/core/accounts/EmailAddress"
import { ticketResult } from "@ddd/core/draws/Ticket"
import { ticketPrice } from "@ddd/core/money/Money"
import { beginsWith, type Found, type FoundKind } from "@ddd/core/operators/Search"
import { Lookup, type SoldTicket } from "@ddd/core/ports/Lookup"
import { houseUserId } from "@ddd/core/values/Ids"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer } from "effect"
import type { TicketRow } from "../../audit/Rows.ts"
import { userOf } from "../accounts/AccountFacts.ts"
import { asTransaction } from "../money/TransactionView.ts"
import { Store } from "../Store.ts"
import type { UserRow } from "../StoredRows.ts"

type Stored = Store["Service"]

const summaryOf = (user: UserRow) => ({ ...userOf(user), frozen: user.frozen, erased: user.erasedAt !== null })

const soldOf = (store: Stored, row: TicketRow): SoldTicket => {
  const draw = store.draws.get(row.drawId)
  if (draw === undefined) throw new Error(`ticket ${row.ticketId} is in no draw`)
  const { drawId, position, purchasedAt, ticketId, userId } = row
  return { ticketId, userId, drawId, drawDate: draw.drawDate, position, purchasedAt, ...ticketResult(position, draw) }
}

/** Everything that has an id or a name, as it would be found. */
const everything = (store: Stored): ReadonlyArray<{ readonly names: ReadonlyArray<string>; readonly found: Found }> => {
  const named = (names: ReadonlyArray<string | null>, kind: FoundKind, found: Omit<Found, "kind">) => ({
    names: names.filter((name) => name !== null),
    found: { kind, ...found }
  })
  return [
    ...[...store.ticketsById.values()].map(({ id, purchasedAt, ticketId, userId }) =>
      named([id, ticketId], "ticket", { id: ticketId, userId, state: "sold", amount: ticketPrice, at: purchasedAt })
    ),
    ...[...store.draws.values()].map(({ drawDate, id, opensAt, prizePool, status }) => {
      const room = store.lobbies.get(id)
      return named([id, drawDate, room?.code ?? null], room === undefined ? "draw" : "room", {
        id,
        userId: room?.hostId ?? null,
        state: status,
        amount: prizePool,
        at: opensAt
      })
    }),
    ...[...store.transactions.values()].flat().filter(({ type }) => type !== "withdrawal").map((row) =>
      named([row.id, row.type === "adjustment" ? row.referenceId : null], "movement", {
        id: row.id,
        userId: row.userId,
        state: row.type,
        amount: row.amount,
        at: row.createdAt
      })
    ),
    ...[...store.withdrawals.values()].map(({ amount, askedAt, id, payout, reversal, status, transfer, userId }) =>
      named([id, transfer.objectId, payout.objectId, reversal.objectId], "withdrawal", {
        id,
        userId,
        state: status,
        amount,
        at: askedAt
      })
    ),
    ...[...store.checkouts.values()].map((
      { checkout: { amount, askedAt, id, paymentId, sessionId, status, userId } }
    ) => named([id, sessionId, paymentId], "checkout", { id, userId, state: status, amount, at: askedAt })),
    ...[...store.fundings.values()].map(({ amount, creditStatus, reference, userId }) =>
      named([reference], "purchase", {
        id: reference,
        userId,
        state: creditStatus,
        amount,
        at: store.fundingsSince.get(reference) ?? store.now()
      })
    ),
    ...[...store.payoutAccounts.entries()].map(([userId, { account, createdAt, status }]) =>
      named([account], "payout account", { id: account, userId, state: status, amount: null, at: createdAt })
    ),
    ...[...store.webhookEvents.values()].map(({ eventId, id, receivedAt, state }) =>
      named([id, eventId], "event", { id, userId: null, state, amount: null, at: receivedAt })
    ),
    ...[...store.approvals.values()].map(({ askedAt, id, money, state }) =>
      named([id, state === "waiting" ? money.reference : null], "approval", {
        id,
        userId: money.userId,
        state,
        amount: money.amount,
        at: askedAt
      })
    ),
    ...[...store.operatorLog.values()].map(({ at, command, id }) =>
      named([id], "log entry", { id, userId: null, state: command, amount: null, at })
    )
  ]
}

export const layer: Layer.Layer<Lookup, never, Store> = Layer.effect(
  Lookup,
  Effect.map(Store, (store) => {
    const players = () =>
      [...store.users.values()].filter(({ erasedAt, id }) => erasedAt === null && id !== houseUserId)

    return Lookup.of({
      find: ({ day, id, outside, references, roomCode, ticketId, told }) =>
        Effect.sync(() => {
          const wanted = new Set<string | null>([day, id, outside, roomCode, ticketId, ...references])
          const tells = told === null ? null : JSON.stringify(told)
          return everything(store).filter(({ found, names }) =>
            names.some((name) => wanted.has(name)) ||
            (tells !== null && found.kind === "event" &&
              store.webhookEvents.get(found.id)?.body.includes(tells) === true)
          )
            .map(({ found }) => found)
            .sort((a, b) => a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : b.at - a.at)
        }),
      players: ({ excluded, frozen, inDebt }, { cursor, limit }) =>
        Effect.sync(() => {
          const listed = players().filter((user) => {
            const wallet = store.wallets.get(user.id)
            return (cursor === null || user.id < cursor) && (!frozen || user.frozen) &&
              (!inDebt || (wallet?.debt ?? 0n) > 0n) && (!excluded || (wallet?.excludedUntil ?? 0) > store.now())
          })
          return pageOf(listed.toSorted((a, b) => a.id < b.id ? 1 : -1).map(summaryOf), limit, (user) => user.id)
        }),
      beginningWith: (prefix, limit) =>
        Effect.sync(() => {
          const isNamed = ({ username }: UserRow) => beginsWith(prefix, { username, identity: null })
          const keyOf = (user: UserRow) =>
            isNamed(user) ? `1${user.username.toLowerCase()}` : `2${emailIdentity(user.email)}`
          return players()
            .filter(({ email, username }) => beginsWith(prefix, { username, identity: emailIdentity(email) }))
            .toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1).slice(0, limit).map(summaryOf)
        }),
      ticket: (id) =>
        Effect.sync(() => {
          const row = store.ticketsById.get(id)
          if (row === undefined) return null
          const movement = store.transactions.get(row.userId)?.find(({ seq }) => seq === row.walletSeq)
          const buyer = store.users.get(row.userId)
          if (buyer === undefined || movement === undefined) {
            throw new Error(`ticket ${id} has no buyer, or no movement`)
          }
          return { ticket: soldOf(store, row), buyer: summaryOf(buyer), movement: asTransaction(movement) }
        }),
      ticketsOf: (userId, limit) =>
        Effect.sync(() =>
          [...store.ticketsById.values()].filter((row) => row.userId === userId)
            .toSorted((a, b) => a.id < b.id ? 1 : -1).slice(0, limit).map((row) => soldOf(store, row))
        )
    })
  })
)
