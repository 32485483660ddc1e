/** Reads all that is kept about a player. Which tables that is of, and why not of others, holds PersonalExport.test. */
import type { MailedTokenPurpose } from "@ddd/core/accounts/MailedToken"
import type { PersonalRecords } from "@ddd/core/accounts/PersonalExport"
import type { PayoutAccountStatus } from "@ddd/core/money/PayoutAccount"
import { type StoredProvider, unrecordedProvider } from "@ddd/core/money/ProviderId"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import type { UserId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect, type Stream } from "effect"
import { mapPages, readPages } from "../database/ReadPages.ts"
import { instantOf, instantOrNull, walletOf } from "../database/Rows.ts"
import { idBeforeAll } from "../database/UuidTimes.ts"
import { readPersonalMoney } from "../money/ReadPersonalMoney.ts"
import { personOf, readProfileRow } from "./AccountRows.ts"
import type { SecurityEvents } from "./SecurityEvents.ts"

/** Rows of a page that lie far apart. */
const pageSize = 100

interface SessionRow {
  readonly id: string
  readonly created_at: Date
  readonly last_used_at: Date
  readonly ended_at: Date | null
  readonly end_reason: PersonalSession["endReason"]
  readonly user_agent: string | null
}

type Lists = PersonalRecords<Unavailable>["lists"]
type PersonalSession = Stream.Success<Lists["sessions"]>[number]

interface MailedTokenRow {
  readonly id: string
  readonly purpose: MailedTokenPurpose
  readonly email: string | null
  readonly created_at: Date
  /** The same, as PostgreSQL writes it. */
  readonly at: string
  readonly expires_at: Date
  readonly used_at: Date | null
}

interface FailureRow {
  readonly sequence: bigint
  readonly last_failure: string
  readonly updated_at: Date
}

interface MembershipRow {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly is_host: boolean
  readonly joined_at: Date
}

interface DeviceRow {
  readonly device_id: string
  readonly push_token: string
  readonly platform: string
  readonly locale: string
  readonly put_at: Date
}

/** What is kept of a player beside money and tickets. */
const readAccountLists = (sql: PgClient.PgClient, events: SecurityEvents, user: UserId) => ({
  sessions: mapPages(
    readPages(
      sql,
      idBeforeAll,
      (after, limit) =>
        sql<SessionRow>`
        SELECT id, created_at, last_used_at, ended_at, end_reason, user_agent FROM sessions
        WHERE user_id = ${user}::uuid AND id > ${after}::uuid ORDER BY id LIMIT ${limit}`,
      ({ id }) => id,
      pageSize
    ),
    (row) => ({
      id: row.id,
      createdAt: instantOf(row.created_at),
      lastUsedAt: instantOf(row.last_used_at),
      endedAt: instantOrNull(row.ended_at),
      endReason: row.end_reason,
      userAgent: row.user_agent
    })
  ),
  securityEvents: mapPages(
    readPages(sql, idBeforeAll, (after, limit) => events.readAfter(user, after, limit), ({ id }) => id, pageSize),
    ({ at, details, id, sessionId, type }) => ({ id, at, type, sessionId, details })
  ),
  operatorActions: mapPages(
    readPages(
      sql,
      idBeforeAll,
      (after, limit) =>
        // as the index says it
        sql<{ readonly id: string; readonly at: Date; readonly command: string }>`
        SELECT id, at, command FROM operator_log
        WHERE CASE WHEN subject_kind = 'user' THEN subject_id ELSE details->>'user' END = ${user} AND id > ${after}::uuid
        ORDER BY id LIMIT ${limit}`,
      ({ id }) => id,
      pageSize
    ),
    ({ at, command }) => ({ at: instantOf(at), command })
  ),
  // in the order of the index that there is
  mailedTokens: mapPages(
    readPages(
      sql,
      { purpose: "", at: "-infinity", id: idBeforeAll },
      (after, limit) =>
        sql<MailedTokenRow>`
          SELECT id, purpose, email, created_at, created_at::text AS at, expires_at, used_at FROM mailed_tokens
          WHERE user_id = ${user}::uuid AND (purpose, created_at) >= (${after.purpose}, ${after.at}::timestamptz)
            AND (purpose, created_at, id) > (${after.purpose}, ${after.at}::timestamptz, ${after.id}::uuid)
          ORDER BY purpose, created_at, id LIMIT ${limit}`,
      ({ at, id, purpose }): { readonly purpose: string; readonly at: string; readonly id: string } => ({
        purpose,
        at,
        id
      }),
      pageSize
    ),
    (row) => ({
      purpose: row.purpose,
      email: row.email,
      createdAt: instantOf(row.created_at),
      expiresAt: instantOf(row.expires_at),
      usedAt: instantOrNull(row.used_at)
    })
  ),
  mailFailures: mapPages(
    readPages(sql, 0n, (after, limit) =>
      // as the index says it
      sql<FailureRow>`
        SELECT sequence, last_failure, updated_at FROM jobs
        WHERE last_failure IS NOT NULL AND substring(element FROM '"userId" ?: ?"([0-9a-f-]{36})"') = ${user}
          AND sequence > ${after}::bigint ORDER BY sequence LIMIT ${limit}`, ({ sequence }) => sequence),
    (row) => ({ at: instantOf(row.updated_at), reason: row.last_failure })
  ),
  idempotencyKeys: mapPages(
    readPages(sql, "", (after, limit) =>
      sql<{ readonly key: string; readonly created_at: Date }>`
        SELECT key, created_at FROM idempotency_keys
        WHERE user_id = ${user}::uuid AND key > ${after} ORDER BY key LIMIT ${limit}`, ({ key }) => key),
    (row) => ({ key: row.key, keptAt: instantOf(row.created_at) })
  ),
  rooms: mapPages(
    readPages(
      sql,
      idBeforeAll,
      (after, limit) =>
        // each room by its id: a join may go through all that there are
        sql<MembershipRow>`
        SELECT m.lobby_id AS id, l.code, l.name, l.host_id = ${user}::uuid AS is_host, m.joined_at
        FROM (
          SELECT lobby_id, joined_at FROM lobby_members
          WHERE user_id = ${user}::uuid AND lobby_id > ${after}::uuid ORDER BY lobby_id LIMIT ${limit}
        ) m JOIN LATERAL (SELECT code, name, host_id FROM lobbies WHERE id = m.lobby_id OFFSET 0) l ON true
        ORDER BY m.lobby_id`,
      ({ id }) => id,
      pageSize
    ),
    (row) => ({
      id: row.id,
      code: row.code,
      name: row.name,
      isHost: row.is_host,
      joinedAt: instantOf(row.joined_at)
    })
  ),
  // a few at most
  devices: mapPages(
    readPages(
      sql,
      idBeforeAll,
      (after, limit) =>
        sql<DeviceRow>`
        SELECT device_id, push_token, platform, locale, put_at FROM devices
        WHERE user_id = ${user}::uuid AND device_id > ${after}::uuid ORDER BY device_id LIMIT ${limit}`,
      (row) => row.device_id,
      pageSize
    ),
    (row) => ({
      deviceId: row.device_id,
      pushToken: row.push_token,
      platform: row.platform,
      locale: row.locale,
      putAt: instantOf(row.put_at)
    })
  )
})

/** Null for an unknown or erased user. Its lists are read when they are taken. */
export const readPersonalRecords = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  events: SecurityEvents,
  user: UserId
) {
  const row = yield* readProfileRow(sql, user)
  if (row === undefined) return null
  const [payoutAccount] = yield* sql<{
    readonly account: string
    readonly provider: StoredProvider | null
    readonly status: PayoutAccountStatus
    readonly created_at: Date
  }>`SELECT account, provider, status, created_at FROM payout_accounts WHERE user_id = ${user}::uuid`
  return {
    user: {
      ...personOf(row),
      identityAt: instantOrNull(row.kyc_at),
      identityReference: row.kyc_reference,
      frozen: !row.is_active
    },
    wallet: walletOf(row),
    payoutAccount: payoutAccount === undefined ? null : {
      account: payoutAccount.account,
      provider: payoutAccount.provider ?? unrecordedProvider(payoutAccount.account),
      status: payoutAccount.status,
      createdAt: instantOf(payoutAccount.created_at)
    },
    lists: { ...readPersonalMoney(sql, user, row.seq), ...readAccountLists(sql, events, user) }
  } satisfies PersonalRecords<Unavailable>
})
