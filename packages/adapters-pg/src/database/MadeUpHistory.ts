/**
 * Years of use, made up: what the tables hold once thousands have played for long. For tests and benchmarks of what that costs.
 *
 * The rows are as large and as many as those of real use, and their times and states are such that queries meet what they would meet.
 * They are no consistent books: nothing may audit them.
 */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"

/** How much there is of it. The rest follows from these. */
export interface HistorySize {
  /** Days with a draw, before today. */
  readonly days: number
  readonly rooms: number
  readonly players: number
  readonly sessions: number
  /** Tickets, movements and kept answers, each so many; and half as many webhooks, jobs and security events. */
  readonly tickets: number
}

/** Ten years, made small: enough that reading all of it is not what a planner would choose, nor anybody overlook. */
export const smallHistory: HistorySize = {
  days: 3_650,
  rooms: 20_000,
  players: 10_000,
  sessions: 40_000,
  tickets: 40_000
}

/** A player who is there already, and has played and signed in all those years. */
export interface Veteran {
  readonly id: string
  readonly email: string
  /** How many of the tickets, and of the sessions, are theirs. */
  readonly tickets: number
  readonly sessions: number
}

// UUIDs v7 of an instant, with a number that tells those of an instant apart
const functions = `
  CREATE FUNCTION pg_temp.id_at(at timestamptz, nth bigint) RETURNS uuid LANGUAGE sql AS $f$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(nth), 15, '0'))::uuid
  $f$;
  CREATE FUNCTION pg_temp.player(nth bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $f$
    SELECT pg_temp.id_at(timestamptz '2020-01-01Z', nth)
  $f$;
  CREATE FUNCTION pg_temp.ticket_id(nth bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $f$
    SELECT 'DDL-20200101-' || lpad(nth::text, 8, '0')
  $f$;
  CREATE FUNCTION pg_temp.hash(kind text, nth bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $f$
    SELECT encode(sha256(convert_to(kind || nth, 'UTF8')), 'hex')
  $f$;
  CREATE TEMPORARY TABLE now_is AS SELECT app_now() AS at, date_trunc('day', app_now(), 'UTC') AS today`

const people = ({ players }: HistorySize) => [
  `INSERT INTO users (id, email, username, password_hash, created_at, email_verified)
   SELECT pg_temp.player(n), 'history' || n || '@example.com', 'history' || n, '!', n.at, true
   FROM (SELECT g AS n, timestamptz '2020-01-01Z' + g * interval '1 minute' AS at FROM generate_series(1, ${players}) g) n`,
  `INSERT INTO email_identities (user_id, identity) SELECT id, email FROM users WHERE username LIKE 'history%'`,
  `INSERT INTO wallets (id, user_id, balance, seq) SELECT pg_temp.player(g + 10000000), pg_temp.player(g), 5.00, 1000
   FROM generate_series(1, ${players}) g`,
  `INSERT INTO user_keys (user_id, key) SELECT pg_temp.player(g), sha256(int8send(g)) FROM generate_series(1, ${players}) g`,
  `INSERT INTO buyer_names (name, user_id) SELECT '$RCAnonymousID:' || g, pg_temp.player(g) FROM generate_series(1, ${players}) g`,
  `INSERT INTO payout_accounts (user_id, account, status, created_at, check_at)
   SELECT pg_temp.player(g), 'acct_' || g, 'ready', at - interval '1 year', at - interval '1 year'
   FROM generate_series(1, ${players}) g, now_is`
]

// every draw in the state that an old one has; of rooms nearly half drawn, a third closed before their lock, the others never bought in
const drawColumns =
  `id, kind, draw_date, prize_pool, total_entries, commitment_hash, seed, status, winning_position, created_at,
  drawn_at, opens_at, closes_at, locked_at, draws_at, draw_at, last_purchased_at, seal_key_id, tree_frontier, entries_root, tiled_at,
  open_note, lock_note, result_note`
const commitment = (id: string, seed: string) =>
  `encode(sha256('\\x6464642f636f6d6d69742f76310a00000024'::bytea
  || convert_to(${id}::text, 'UTF8') || decode(${seed}, 'hex')), 'hex')`
const note = "repeat('a record and its signature ', 30)"

const draws = ({ days, rooms }: HistorySize) => [
  `INSERT INTO draws (${drawColumns})
   SELECT id, 'daily', day::date, 0.95, 1, ${
    commitment("id", "seed")
  }, seed, 'drawn', 1, day - interval '7 days', day + interval '1 day',
     day, day + interval '1 day', day + interval '1 day', day + interval '1 day', day + interval '1 day', day + interval '1 hour',
     '1', '', seed, day + interval '1 day', ${note}, ${note}, ${note}
   FROM (SELECT pg_temp.id_at(today - g * interval '1 day', g) AS id, today - g * interval '1 day' AS day, pg_temp.hash('day', g) AS seed
     FROM generate_series(1, ${days}) g, now_is) d`,
  `INSERT INTO draws (${drawColumns})
   SELECT id, 'room', NULL, CASE WHEN is_bought THEN 0.95 ELSE 0 END, is_bought::int, ${commitment("id", "seed")},
     CASE WHEN status <> 'open' THEN seed END, status, CASE WHEN status = 'drawn' THEN 1 END, at,
     CASE WHEN status = 'drawn' THEN later END, at, NULL, CASE WHEN status = 'drawn' THEN later END,
     CASE WHEN status = 'drawn' THEN later END, CASE WHEN status = 'drawn' THEN later END, CASE WHEN is_bought THEN later END,
     '1', '', CASE WHEN status = 'drawn' THEN seed END, CASE WHEN status = 'drawn' THEN later END, ${note},
     CASE WHEN status = 'drawn' THEN ${note} END, CASE WHEN status <> 'open' THEN ${note} END
   FROM (
     SELECT pg_temp.id_at(at, 100000 + n) AS id, pg_temp.hash('room', n) AS seed, at, at + interval '1 hour' AS later,
       (ARRAY['drawn', 'void', 'open', 'drawn', 'void'])[1 + n % 5] AS status, n % 5 <> 2 AS is_bought
     FROM (SELECT g AS n, today - interval '1 day' - g * interval '3650 days' / ${rooms} AS at FROM generate_series(1, ${rooms}) g, now_is) g
   ) r`,
  `INSERT INTO draw_secrets (draw_id, key_id, nonce, ciphertext) SELECT id, '1', '\\x00', '\\x00' FROM draws
   ON CONFLICT DO NOTHING`,
  `INSERT INTO ticket_mails (draw_id, confirmed, complete)
   SELECT id, total_entries, status IN ('drawn', 'void') FROM draws WHERE total_entries > 0 ON CONFLICT DO NOTHING`,
  `CREATE TEMPORARY TABLE old_rooms AS SELECT row_number() OVER (ORDER BY id) AS n, id, opens_at AS at FROM draws WHERE kind = 'room'`,
  `INSERT INTO lobbies (id, code, name, host_id, created_at)
   SELECT id, 'old' || n, 'An old room', pg_temp.player(1 + n % 100), at FROM old_rooms`,
  `INSERT INTO lobby_members (id, lobby_id, user_id, joined_at)
   SELECT pg_temp.id_at(at, 10 * n + m), id, pg_temp.player(1 + (n * 10 + m) % 5000), at FROM old_rooms, generate_series(1, 2) m`
]

const ticketsAndMoney = ({ days, players, tickets }: HistorySize) => [
  `CREATE TEMPORARY TABLE old_tickets AS
   SELECT n, pg_temp.id_at(at, n) AS id, pg_temp.ticket_id(n) AS ticket_id, pg_temp.player(1 + n % ${players}) AS user_id, at,
     pg_temp.id_at(day, nth_day) AS draw_id, 1 + n / ${days} AS position, 1 + n / ${players} AS seq
   FROM (SELECT g AS n, 1 + g % ${days} AS nth_day, today - (1 + g % ${days}) * interval '1 day' AS day,
       today - (1 + g % ${days}) * interval '1 day' + interval '1 minute' AS at
     FROM generate_series(0, ${tickets - 1}) g, now_is) t`,
  `INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit, seal_key_id,
     wallet_seq, created_at)
   SELECT id, ticket_id, draw_id, user_id, position, position, repeat('0', 64), sha256(''), '1', seq, at FROM old_tickets`,
  `INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit, seal_key_id,
     wallet_seq, created_at)
   SELECT pg_temp.id_at(at, 50000000 + n), pg_temp.ticket_id(50000000 + n), d.id, pg_temp.player(1 + (n * 10 + 1) % 5000), 1, 1, repeat('0', 64), sha256(''),
     '1', 900 + n, at
   FROM old_rooms r JOIN draws d ON d.id = r.id WHERE d.total_entries = 1`,
  `INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, created_at, wallet_seq, counter_account)
   SELECT id, user_id, 'ticket_purchase', -1, 5, ticket_id, at, seq, 'draw:' || draw_id FROM old_tickets`,
  `INSERT INTO idempotency_keys (user_id, key, fingerprint, status, body, created_at)
   SELECT user_id, 'old-' || n, sha256(int8send(n)), 201, repeat('a kept answer ', 10), at.at - (n % 365) * interval '1 day'
   FROM old_tickets, now_is at`,
  `INSERT INTO sale_batches (id, abandoned, created_at)
   SELECT pg_temp.id_at(at - g % 365 * interval '1 day', 60000000 + g), false, at - g % 365 * interval '1 day'
   FROM generate_series(1, ${tickets}) g, now_is`,
  `INSERT INTO fundings (reference, purchased, given, user_id, amount, names, created_at)
   SELECT 'app_store:old' || g, true, 'credited', pg_temp.player(1 + g % ${players}), 5, ARRAY['old buyer ' || g], at - interval '1 year'
   FROM generate_series(1, ${tickets / 4}) g, now_is`,
  // buyers who never became known
  `INSERT INTO fundings (reference, purchased, amount, names, created_at)
   SELECT 'app_store:nobody' || g, true, 5, ARRAY['nobody ' || g, 'nobody else ' || g], at - interval '1 year' - g * interval '1 minute'
   FROM generate_series(1, ${tickets / 2}) g, now_is`,
  `INSERT INTO withdrawals (id, user_id, amount, account, asked_at, status, transfer_status, transfer_id, payout_status, payout_id,
     payout_state, provider_payout_status, turn)
   SELECT pg_temp.id_at(at - interval '1 year', 70000000 + g), pg_temp.player(1 + g % ${players}), 5, 'acct_' || g, at - interval '1 year',
     'paid', 'done', 'tr_' || g, 'done', 'po_' || g, 'paid', 'paid', 2
   FROM generate_series(1, ${tickets / 4}) g, now_is`
]

const identities = ({ players, sessions, tickets }: HistorySize) => [
  `CREATE TEMPORARY TABLE old_sessions AS
   SELECT g AS n, pg_temp.id_at(at - g % 3650 * interval '1 day' - interval '1 day', 80000000 + g) AS id,
     pg_temp.player(1 + g % ${players}) AS user_id, at - g % 3650 * interval '1 day' - interval '1 day' AS at
   FROM generate_series(1, ${sessions}) g, now_is`,
  `INSERT INTO sessions (id, user_id, user_agent, created_at, last_used_at, ended_at, end_reason)
   SELECT id, user_id, 'a browser', at, at, CASE WHEN n % 4 > 0 THEN at + interval '1 hour' END, CASE WHEN n % 4 > 0 THEN 'signed_out' END
   FROM old_sessions`,
  `INSERT INTO refresh_tokens (token_hash, session_id, created_at, used_at)
   SELECT pg_temp.hash('token', n * 2 + m), id, at + m * interval '15 minutes', CASE m WHEN 0 THEN at + interval '15 minutes' END
   FROM old_sessions, generate_series(0, 1) m`,
  `INSERT INTO mailed_tokens (id, token_hash, user_id, purpose, email, created_at, expires_at, used_at)
   SELECT pg_temp.id_at(at, 90000000 + n), pg_temp.hash('mailed', n), user_id, 'reset_password', 'history' || n || '@example.com', at,
     at + interval '30 minutes', at + interval '1 minute'
   FROM old_sessions`,
  `INSERT INTO security_events (id, at, type, user_id, subject, sealed)
   SELECT pg_temp.id_at(at - g % 3650 * interval '1 day', g), at - g % 3650 * interval '1 day', 'sign_in_failed',
     CASE WHEN g % 2 = 0 THEN pg_temp.player(1 + g % ${players}) END, CASE WHEN g % 2 = 1 THEN pg_temp.hash('subject', g) END, '\\x00'
   FROM generate_series(1, ${tickets / 2}) g, now_is`,
  `INSERT INTO throttles (key, failures, failed_at, wait_until)
   SELECT pg_temp.hash('throttle', g), 1, at - g * interval '1 second', at FROM generate_series(1, ${
    tickets / 2
  }) g, now_is`,
  `INSERT INTO known_networks (account, network, seen_at)
   SELECT pg_temp.hash('account', g), pg_temp.hash('network', g), at - g % 365 * interval '1 day'
   FROM generate_series(1, ${tickets / 2}) g, now_is`,
  `INSERT INTO webhook_events (id, sender, event_id, type, body, state, outcome, received_at, handled_at)
   SELECT pg_temp.id_at(at - g % 365 * interval '1 day', g), 'revenuecat', 'old-' || g, 'INITIAL_PURCHASE',
     convert_to('{"event":{"id":"old-' || g || '","app_user_id":"history' || g || '","aliases":["a","b"],"more":"' || repeat('x', 500) || '"}}',
       'UTF8'),
     (ARRAY['done', 'ignored', 'done', 'failed'])[1 + g % 4], 'done', at - g % 365 * interval '1 day', at - g % 365 * interval '1 day'
   FROM generate_series(1, ${tickets / 2}) g, now_is`,
  `INSERT INTO jobs (id, queue_name, element, attempts, last_failure, created_at, updated_at, state, visible_at)
   SELECT 'old ' || g, 'outbox', '{"_tag":"MailPasswordChanged","userId":"' || pg_temp.player(1 + g % ${players}) || '"}', 1,
     CASE WHEN g % 10 = 0 THEN '550 no such mailbox' END, now() - interval '20 days', now() - interval '20 days',
     CASE WHEN g % 10 = 0 THEN 'failed' ELSE 'completed' END, now() - interval '20 days'
   FROM generate_series(1, ${tickets / 2}) g`
]

const veterans = ({ email, id, sessions, tickets }: Veteran, { days }: HistorySize) => [
  `CREATE TEMPORARY TABLE own AS
   SELECT n, 1 + n % ${days} AS nth_day, today - (1 + n % ${days}) * interval '1 day' AS day, pg_temp.id_at(
     today - (1 + n % ${days}) * interval '1 day' + interval '1 minute', 100000000 + n) AS id
   FROM generate_series(0, ${tickets - 1}) n, now_is`,
  `INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit, seal_key_id,
     wallet_seq, created_at)
   SELECT id, pg_temp.ticket_id(70000000 + n), pg_temp.id_at(day, nth_day), '${id}', 1000000 + n, 1000000 + n, repeat('0', 64), sha256(''), '1', n + 1,
     day + interval '1 minute' FROM own`,
  `INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, created_at, wallet_seq, counter_account)
   SELECT id, '${id}', 'ticket_purchase', -1, ${
    tickets + 100
  } - n, pg_temp.ticket_id(70000000 + n), day + interval '1 minute', n + 1,
     'draw:' || pg_temp.id_at(day, nth_day) FROM own`,
  `UPDATE wallets SET seq = ${tickets}, balance = 101 WHERE user_id = '${id}'`,
  `INSERT INTO idempotency_keys (user_id, key, fingerprint, status, body, created_at)
   SELECT '${id}', 'own-' || n, sha256(int8send(n)), 201, repeat('a kept answer ', 10), day FROM own`,
  `INSERT INTO sessions (id, user_id, user_agent, created_at, last_used_at, ended_at, end_reason)
   SELECT pg_temp.id_at(today - g * interval '1 hour', 110000000 + g), '${id}', 'a browser', today - g * interval '1 hour',
     today - g * interval '1 hour', today - g * interval '1 hour', 'signed_out' FROM generate_series(1, ${sessions}) g, now_is`,
  `INSERT INTO mailed_tokens (id, token_hash, user_id, purpose, email, created_at, expires_at, used_at)
   SELECT pg_temp.id_at(today - g * interval '1 day', 120000000 + g), pg_temp.hash('own', g), '${id}', 'verify_email', '${email}',
     today - g * interval '1 day', today, today - g * interval '1 day' FROM generate_series(1, 2000) g, now_is`,
  `INSERT INTO lobby_members (id, lobby_id, user_id, joined_at) SELECT pg_temp.id_at(at, 130000000 + n), id, '${id}', at
   FROM old_rooms WHERE n % 10 = 0`
]

/**
 * Fills a migrated database. `sql` is one session, of a superuser: triggers, which would refuse all of it, are switched off. The
 * tables' CHECKs hold.
 */
export const fillHistory = (
  sql: PgClient.PgClient,
  size: HistorySize,
  veteran?: Veteran
): Effect.Effect<void, SqlError.SqlError> =>
  Effect.gen(function*() {
    const statements = [
      "SET session_replication_role = replica",
      ...functions.split(";\n"),
      ...people(size),
      ...draws(size),
      ...ticketsAndMoney(size),
      ...identities(size),
      ...veteran === undefined ? [] : veterans(veteran, size),
      "SET session_replication_role = origin",
      "ANALYZE"
    ]
    yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
  }).pipe(Effect.withSpan("History.fillHistory"))
