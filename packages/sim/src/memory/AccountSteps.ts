/** What operations on accounts and sessions have in common, in memory. Each is a piece of a write that was decided. */
import { mailWaitMillis } from "@ddd/core/accounts/MailAllowance"
import { mailedTokenMillis, type MailedTokenPurpose } from "@ddd/core/accounts/MailedToken"
import type { RequestOrigin, SecurityEventType } from "@ddd/core/accounts/SecurityEvent"
import { type NewSession, type SessionEndReason, type SessionId, sessionId } from "@ddd/core/accounts/Session"
import type { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { Job } from "@ddd/core/ports/Outbox"
import type { UserId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import type { Store } from "./Store.ts"
import type { MailedTokenRow } from "./StoredRows.ts"

type Stored = Store["Service"]

export interface Happening {
  readonly type: SecurityEventType
  readonly userId: UserId | null
  readonly sessionId?: string
  readonly origin: RequestOrigin | null
  readonly details?: Readonly<Record<string, string>>
}

/** Appends an event; gives its id. */
export const record = (store: Stored, { details, origin, sessionId, type, userId }: Happening): string => {
  const id = store.newId()
  store.securityEvents.push({
    id,
    at: store.now(),
    type,
    userId,
    sessionId: sessionId ?? null,
    details: origin === null ? null : { ...origin, ...details }
  })
  return id
}

/** Adds a job; the same id once, ever. Whether it is new. */
export const addJob = (store: Stored, id: string, job: Job): boolean => {
  if (store.jobs.has(id)) return false
  store.jobs.set(id, { id, job, createdAt: store.now() })
  return true
}

export const openSession = (store: Stored, userId: UserId, session: NewSession): SessionId => {
  const id = sessionId(store.newId())
  const at = store.now()
  store.sessions.set(id, {
    id,
    userId,
    userAgent: session.userAgent,
    createdAt: at,
    lastUsedAt: at,
    endedAt: null,
    endReason: null
  })
  store.refreshTokens.set(session.refreshTokenHash, { sessionId: id, issuedAt: at, usedAt: null })
  return id
}

/** Ends the living sessions of a player that `which` picks; gives how many. */
export const endSessions = (
  store: Stored,
  userId: UserId,
  reason: SessionEndReason,
  which: (id: SessionId) => boolean = () => true
): number => {
  const living = [...store.sessions.values()].filter((row) =>
    row.userId === userId && row.endedAt === null && which(row.id)
  )
  for (const row of living) {
    store.sessions.set(row.id, { ...row, endedAt: store.now(), endReason: reason })
    store.tellEnded({ sessionId: row.id, userId })
  }
  return living.length
}

/** Makes the unused mailed tokens that `which` picks useless. */
export const cancelTokens = (store: Stored, which: (row: MailedTokenRow) => boolean): void => {
  for (const row of store.mailedTokens.values()) {
    if (row.usedAt === null && which(row)) store.mailedTokens.set(row.id, { ...row, usedAt: store.now() })
  }
}

/** How long the next mail must wait where those before it are the ones that `which` picks, in milliseconds. */
export const mailWaitOf = (store: Stored, which: (row: MailedTokenRow) => boolean): number =>
  mailWaitMillis([...store.mailedTokens.values()].filter(which).map(({ createdAt }) => createdAt), store.now())

/** Makes a token that is mailed to `email`; earlier ones of that purpose stop working. Gives its id. */
export const issueToken = (
  store: Stored,
  tokens: MailedTokens["Service"],
  userId: UserId,
  purpose: MailedTokenPurpose,
  email: string,
  previousEmail: string | null = null
): string => {
  cancelTokens(store, (row) => row.userId === userId && row.purpose === purpose)
  const id = store.newId()
  const createdAt = store.now()
  store.mailedTokens.set(id, {
    id,
    tokenHash: tokens.hashOf(tokens.tokenOf(id)),
    userId,
    purpose,
    email,
    previousEmail,
    createdAt,
    expiresAt: instant(createdAt + mailedTokenMillis[purpose]),
    usedAt: null
  })
  return id
}

/** The token of that hash, where it still works. */
export const workingToken = (
  store: Stored,
  purpose: MailedTokenPurpose,
  tokenHash: string
): (MailedTokenRow & { readonly email: string }) | undefined => {
  const row = [...store.mailedTokens.values()].find((token) =>
    token.purpose === purpose && token.tokenHash === tokenHash
  )
  if (row === undefined || row.email === null || row.usedAt !== null || row.expiresAt <= store.now()) return undefined
  return { ...row, email: row.email }
}
