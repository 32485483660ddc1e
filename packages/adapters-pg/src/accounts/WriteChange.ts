/** Writes what was decided about an account, in the caller's transaction. */
import type { AccountChange } from "@ddd/core/accounts/AccountChange"
import { emailIdentity } from "@ddd/core/accounts/EmailAddress"
import type { OpenedSession } from "@ddd/core/accounts/Session"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import type { Outbox } from "@ddd/core/ports/Outbox"
import type { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { afterCommit } from "../database/AfterCommit.ts"
import { clockOf } from "../database/ClockCheck.ts"
import { type LogServices, writeEntry } from "../operators/OperatorLogRows.ts"
import { updateUser } from "./AccountRows.ts"
import type { MailedTokenRows } from "./MailedTokenRows.ts"
import type { SecurityEvents } from "./SecurityEvents.ts"
import type { SessionEnds } from "./SessionEnds.ts"
import { accountPseudonym } from "./ThrottlesPg.ts"

export interface ChangeWriters {
  readonly acknowledged: AcknowledgedService
  readonly seal: PersonalSeal["Service"]
  readonly sql: PgClient.PgClient
  readonly newId: LogServices["newId"]
  readonly ends: SessionEnds["Service"]
  readonly events: SecurityEvents
  readonly outbox: Outbox["Service"]
  readonly tokens: MailedTokenRows
}

const insertSession = Effect.fnUntraced(
  function*(sql: PgClient.PgClient, user: string, { id, refreshTokenHash, userAgent }: OpenedSession) {
    // its age is counted from now
    yield* clockOf(sql)
    yield* sql`INSERT INTO sessions (id, user_id, user_agent) VALUES (${id}::uuid, ${user}::uuid, ${userAgent})`
    yield* sql`INSERT INTO refresh_tokens (token_hash, session_id) VALUES (${refreshTokenHash}, ${id}::uuid)`
  }
)

/** Rooms of a host who is gone fall due to be closed. Locks their draws, in the order of their ids, after wallet and user. */
const abandonRooms = (sql: PgClient.PgClient, user: string) =>
  sql`
    UPDATE draws SET host_gone_at = app_now() WHERE id IN (
      SELECT d.id FROM lobbies l JOIN draws d ON d.id = l.id
      WHERE l.host_id = ${user}::uuid AND d.status = 'open' AND d.host_gone_at IS NULL ORDER BY d.id FOR NO KEY UPDATE OF d
    )`

/** Before the address is overwritten, by which networks are known. */
const forgetNetworks = Effect.fnUntraced(function*({ seal, sql }: ChangeWriters, user: string) {
  const [row] = yield* sql<{ readonly email: string }>`SELECT email FROM users WHERE id = ${user}::uuid`
  if (row === undefined) return
  yield* sql`DELETE FROM known_networks WHERE account = ${accountPseudonym(seal, emailIdentity(row.email))}`
})

/** What protects the player is remembered outside too, by the event that stands for it. */
const rememberMeasure = ({ acknowledged }: ChangeWriters, { events: [event], measure, userId }: AccountChange) =>
  measure === null || event === undefined
    ? Effect.void
    : afterCommit(() => acknowledged.took([{ id: event.id, userId, measure }]))

export const makeWriteChange = (writers: ChangeWriters) => {
  const { ends, events, outbox, sql, tokens } = writers
  return Effect.fnUntraced(function*(change: AccountChange) {
    const { endSessions, issueToken, openSession, userId, useToken } = change
    if (useToken !== null) yield* tokens.use(useToken)
    if (change.unlinkPayoutAccount) yield* sql`DELETE FROM payout_accounts WHERE user_id = ${userId}::uuid`
    if (change.forgetNetworks) yield* forgetNetworks(writers, userId)
    yield* updateUser(sql, userId, change.set)
    for (const cancelled of change.cancelTokens) yield* tokens.cancel(userId, cancelled)
    if (openSession !== null) yield* insertSession(sql, userId, openSession)
    if (change.abandonsRooms) yield* abandonRooms(sql, userId)
    if (endSessions !== null) yield* ends.end(userId, endSessions.which, endSessions.reason)
    if (issueToken !== null) yield* tokens.issue(userId, issueToken)
    for (const event of change.events) yield* events.record(event)
    for (const { id, job } of change.jobs) yield* outbox.add(id, job)
    if (change.log !== null) yield* writeEntry(writers, change.log)
    yield* rememberMeasure(writers, change)
  })
}
