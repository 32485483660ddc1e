/** Writes what was decided about accounts and sessions, in memory. */
import type { AccountChange } from "@ddd/core/accounts/AccountChange"
import { emailIdentity, isSameAddress } from "@ddd/core/accounts/EmailAddress"
import { mailedTokenMillis, type NewMailedToken, type TokensToCancel } from "@ddd/core/accounts/MailedToken"
import type { NewSecurityEvent, StrangerEvent } from "@ddd/core/accounts/SecurityEvent"
import { countedSince, mayRecord } from "@ddd/core/accounts/SecurityLogLimit"
import type { OpenedSession, SessionEndReason, WhichSessions } from "@ddd/core/accounts/Session"
import type { SessionsEnding } from "@ddd/core/accounts/SessionEnding"
import type { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { UserId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { addJob } from "../jobs/OutboxMemory.ts"
import { barName, disownNames } from "../money/FundingSteps.ts"
import { writeEntry } from "../operators/OperatorLogMemory.ts"
import type { Store } from "../Store.ts"
import type { SecurityEventRow, UserRow } from "../StoredRows.ts"
import { knownNetworksOf } from "./ThrottlesMemory.ts"

type Stored = Store["Service"]

/** Writes an event, unless strangers have caused too many of its kind today. */
const write = (store: Stored, row: Omit<SecurityEventRow, "at">): void => {
  const at = store.now()
  const counted =
    store.securityEvents.filter((event) =>
      event.type === row.type && event.userId === row.userId && event.subject === row.subject &&
      event.at >= countedSince(at)
    ).length
  if (mayRecord(row.type, counted)) store.securityEvents.push({ ...row, at })
}

export const recordEvent = (store: Stored, event: NewSecurityEvent): void => {
  const { details, id, origin, sessionId, type, userId } = event
  const members = origin === null ? null : { ...origin, ...details }
  write(store, { id, type, userId, sessionId, subject: null, details: members })
}

export const recordStranger = (store: Stored, { id, subject, type }: StrangerEvent): void =>
  write(store, { id, type, userId: null, sessionId: null, subject, details: null })

const openSession = (store: Stored, userId: UserId, { id, refreshTokenHash, userAgent }: OpenedSession): void => {
  const at = store.now()
  store.sessions.set(id, { id, userId, userAgent, createdAt: at, lastUsedAt: at, endedAt: null, endReason: null })
  store.refreshTokens.set(refreshTokenHash, { sessionId: id, issuedAt: at, usedAt: null })
}

/** Ends living sessions of a player; gives how many. */
const endSessions = (store: Stored, userId: UserId, which: WhichSessions, reason: SessionEndReason): number => {
  const ending = [...store.sessions.values()].filter((row) =>
    row.userId === userId && row.endedAt === null &&
    ("only" in which ? which.only.includes(row.id) : row.id !== which.except)
  )
  for (const row of ending) {
    for (const [key, { sessionId }] of store.devices) if (sessionId === row.id) store.devices.delete(key)
    store.sessions.set(row.id, { ...row, endedAt: store.now(), endReason: reason })
    store.tellEnded({ sessionId: row.id, userId })
  }
  return ending.length
}

/** Ends sessions as was decided; whether any was living. */
export const writeEnding = (store: Stored, { event, reason, userId, which }: SessionsEnding): boolean => {
  const hasEnded = endSessions(store, userId, which, reason) > 0
  if (hasEnded) recordEvent(store, event)
  return hasEnded
}

const cancelTokens = (store: Stored, userId: UserId, { exceptTo, purpose }: TokensToCancel): void => {
  for (const row of store.mailedTokens.values()) {
    const isKept = exceptTo !== null && row.email !== null && isSameAddress(row.email, exceptTo)
    if (row.userId !== userId || row.purpose !== purpose || row.usedAt !== null || isKept) continue
    store.mailedTokens.set(row.id, { ...row, usedAt: store.now() })
  }
}

const issueToken = (
  store: Stored,
  tokens: MailedTokens["Service"],
  userId: UserId,
  token: NewMailedToken
): void => {
  cancelTokens(store, userId, { purpose: token.purpose, exceptTo: null })
  const createdAt = store.now()
  store.mailedTokens.set(token.id, {
    ...token,
    userId,
    tokenHash: tokens.hashOf(tokens.tokenOf(token.id)),
    createdAt,
    expiresAt: instant(createdAt + mailedTokenMillis[token.purpose]),
    usedAt: null
  })
}

/** Rooms of a host who is gone fall due to be closed. */
const abandonRooms = (store: Stored, userId: UserId): void => {
  for (const lobby of store.lobbies.values()) {
    const isOpen = store.draws.get(lobby.id)?.status === "open"
    if (lobby.hostId !== userId || !isOpen || lobby.hostGoneAt !== null) continue
    store.lobbies.set(lobby.id, { ...lobby, hostGoneAt: store.now() })
  }
}

const forgetNetworks = (store: Stored, { email }: UserRow): void => {
  const known = knownNetworksOf(emailIdentity(email))
  for (const key of store.knownNetworks.keys()) if (key.startsWith(known)) store.knownNetworks.delete(key)
}

export const writeChange = (store: Stored, tokens: MailedTokens["Service"], change: AccountChange): void => {
  const { endSessions: ending, issueToken: issued, openSession: opened, userId, useToken } = change
  const token = useToken === null ? undefined : store.mailedTokens.get(useToken)
  if (token !== undefined) store.mailedTokens.set(token.id, { ...token, usedAt: store.now() })
  const user = store.users.get(userId)
  if (change.unlinkPayoutAccount) store.payoutAccounts.delete(userId)
  if (change.forgetNetworks && user !== undefined) forgetNetworks(store, user)
  if (user !== undefined) {
    const identity = emailIdentity(user.email)
    if (change.set.email !== undefined && emailIdentity(change.set.email) !== identity) {
      barName(store, userId, "mailbox", identity)
    }
    store.users.set(userId, { ...user, ...change.set })
    if (change.set.erasedAt !== undefined) disownNames(store, userId)
  }
  for (const cancelled of change.cancelTokens) cancelTokens(store, userId, cancelled)
  if (opened !== null) openSession(store, userId, opened)
  if (change.abandonsRooms) abandonRooms(store, userId)
  if (ending !== null) endSessions(store, userId, ending.which, ending.reason)
  if (issued !== null) issueToken(store, tokens, userId, issued)
  for (const event of change.events) recordEvent(store, event)
  for (const { id, job } of change.jobs) addJob(store, id, job)
  if (change.log !== null) writeEntry(store, change.log)
}
