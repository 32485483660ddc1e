/** What decisions about accounts read, in memory. */
import { emailIdentity, isSameAddress, pickAddressed } from "@ddd/core/accounts/EmailAddress"
import type { Holdings } from "@ddd/core/accounts/Erase"
import { mailWaitMillis } from "@ddd/core/accounts/MailAllowance"
import { type CountedChange, countedSince } from "@ddd/core/accounts/SecurityLogLimit"
import { openSessionsMax, type SessionId } from "@ddd/core/accounts/Session"
import { isSameName, type TakenNames, type WantedNames } from "@ddd/core/accounts/TakenNames"
import { type Account, playersAccount, type User } from "@ddd/core/accounts/User"
import { cents } from "@ddd/core/money/Money"
import { emptyWallet } from "@ddd/core/money/Wallet"
import { awaitingIdentity } from "@ddd/core/money/Withdrawable"
import { isUnderWay } from "@ddd/core/money/Withdrawal"
import { isOpen } from "@ddd/core/rooms/RoomState"
import type { UserId } from "@ddd/core/values/Ids"
import type { Store } from "../Store.ts"
import type { MailedTokenRow, UserRow } from "../StoredRows.ts"

type Stored = Store["Service"]

export const findUser = (store: Stored, matches: (user: UserRow) => boolean): UserRow | undefined =>
  [...store.users.values()].find(matches)

export const userOf = ({ createdAt, email, emailVerified, id, username }: UserRow): User => ({
  id,
  email,
  username,
  emailVerified,
  createdAt
})

const accountOf = (row: UserRow): Account => ({
  user: userOf(row),
  passwordHash: row.passwordHash,
  frozen: row.frozen,
  erased: row.erasedAt !== null
})

/** Null where there is no such user. */
export const readAccount = (store: Stored, id: UserId): Account | null => {
  const row = store.users.get(id)
  return row === undefined ? null : accountOf(row)
}

/** By the address; null also where it is no player's. */
export const readAccountOf = (store: Stored, email: string): Account | null => {
  const row = pickAddressed(email, [...store.users.values()])
  return row === null ? null : playersAccount(accountOf(row))
}

/** Whether a player who is barred had the mailbox before. */
const isBarred = (store: Stored, identity: string): boolean =>
  (store.excludedNames.get(`mailbox\n${identity}`)?.until ?? store.now()) > store.now()

/** Which of the wanted address and name another than `except` has. */
export const readTaken = (store: Stored, { email, username }: WantedNames, except: UserId | null): TakenNames => {
  const others = [...store.users.values()].filter(({ id }) => id !== except)
  return {
    email: email !== undefined &&
      (others.some((user) => isSameAddress(user.email, email)) || isBarred(store, emailIdentity(email))),
    username: username !== undefined && others.some((user) => isSameName(user.username, username))
  }
}

const waitAfter = (store: Stored, isCounted: (row: MailedTokenRow) => boolean): number =>
  mailWaitMillis([...store.mailedTokens.values()].filter(isCounted).map(({ createdAt }) => createdAt), store.now())

/** How long the next mail to an address must wait, in milliseconds. */
export const mailWaitOf = (store: Stored, address: string): number =>
  waitAfter(store, ({ email }) => email !== null && isSameAddress(email, address))

/** The same of the notices that others were to replace a player's address. */
export const noticeWaitOf = (store: Stored, id: UserId): number =>
  waitAfter(store, ({ previousEmail, userId }) => userId === id && previousEmail !== null)

/** How often a player has done it this UTC day. */
export const doneToday = (store: Stored, id: UserId, type: CountedChange): number =>
  store.securityEvents.filter((event) =>
    event.userId === id && event.type === type && event.at >= countedSince(store.now())
  ).length

/** The player's living sessions that are too many beside a new one: those that were unused for longest. */
export const surplusSessions = (store: Stored, id: UserId): ReadonlyArray<SessionId> =>
  [...store.sessions.values()].filter((row) => row.userId === id && row.endedAt === null)
    .toSorted((a, b) => b.lastUsedAt - a.lastUsedAt || (a.id < b.id ? 1 : -1))
    .slice(openSessionsMax - 1).map((row) => row.id)

/** A token that somebody shows, its player's account, and the clock. */
export const readShown = (store: Stored, tokenHash: string) => {
  const token = [...store.mailedTokens.values()].find((row) => row.tokenHash === tokenHash) ?? null
  return {
    token,
    account: token === null ? null : readAccount(store, token.userId),
    now: store.now(),
    taken: token !== null && token.email !== null && readTaken(store, { email: token.email }, token.userId).email
  }
}

/** A player's unused token that verifies an address, whether or not it is too old by now. */
export const unusedVerification = (store: Stored, id: UserId): MailedTokenRow | null =>
  [...store.mailedTokens.values()].findLast(({ purpose, usedAt, userId }) =>
    userId === id && purpose === "verify_email" && usedAt === null
  ) ?? null

export const readHoldings = (store: Stored, id: UserId): Holdings => {
  const wallet = store.wallets.get(id) ?? emptyWallet
  const { balance, debt, pendingWithdrawal } = wallet
  const undrawnTickets = [...store.tickets.values()].flat().filter((ticket) => {
    const status = store.draws.get(ticket.drawId)?.status
    return ticket.userId === id && status !== "drawn" && status !== "void"
  }).length
  const paid = [...store.withdrawals.values()].filter(({ status, userId }) => userId === id && status === "paid")
  const roomsWithOthers = [...store.lobbies.values()].filter((lobby) => {
    const draw = store.draws.get(lobby.id)
    return lobby.hostId === id && draw !== undefined && isOpen(draw) &&
      (store.tickets.get(lobby.id) ?? []).some(({ userId }) => userId !== id)
  }).length
  return {
    balance,
    awaitingIdentity: awaitingIdentity(wallet),
    pendingWithdrawal,
    comingBack: cents(paid.reduce((sum, withdrawal) => isUnderWay(withdrawal) ? sum + withdrawal.amount : sum, 0n)),
    debt,
    lastPaidAskedAt: paid.at(-1)?.askedAt ?? null,
    undrawnTickets,
    roomsWithOthers
  }
}
