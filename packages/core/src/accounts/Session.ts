/** Sessions: each is a family of refresh tokens, each of which is used once and then followed by its successor. */
import type { Brand } from "effect"
import { isUuid, type UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"

/** The id of a session, that is of a family of refresh tokens: UUID, lower case. */
export type SessionId = string & Brand.Brand<"SessionId">

/** `text` as a session's id. Throws `TypeError` unless it is a lower-case UUID: for ids the program itself made or stored. */
export const sessionId = (text: string): SessionId => {
  if (!isUuid(text)) throw new TypeError(`${JSON.stringify(text)} is not a session's id`)
  return text as SessionId
}

/** A living session as its player sees it. */
export interface Session {
  readonly id: SessionId
  readonly createdAt: Instant
  readonly lastUsedAt: Instant
  readonly userAgent: string | null
}

/** A session to be opened: a family of refresh tokens, of which only hashes are stored. */
export interface NewSession {
  /** Hex SHA-256 of the first refresh token. */
  readonly refreshTokenHash: string
  readonly userAgent: string | null
}

/** A session to be opened, under its id. */
export interface OpenedSession extends NewSession {
  readonly id: SessionId
}

/** How many sessions of a player are open: a new one ends the one that was unused for longest. */
export const openSessionsMax = 100

/** How many are ended at a sign-in at most: more than one where there were more before there was a limit. */
export const surplusSessionsMax = 1_000

/** Which living sessions of a player end: some, or all but `except`. */
export type WhichSessions = { readonly only: ReadonlyArray<SessionId> } | { readonly except: SessionId | null }

/** Why a session ended. */
export type SessionEndReason = "signed_out" | "ended" | "everywhere" | "reused" | "password" | "frozen" | "erased"

/** A session that ended, as every process hears it. */
export interface EndedSession {
  readonly sessionId: SessionId
  readonly userId: UserId
}
