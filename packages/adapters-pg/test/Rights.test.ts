/** What the application's role may not do at all, whatever the triggers say (SECURITY-CHECKS, 30). */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { session } from "../src/database/Provision.ts"
import { TestDatabase } from "../src/testing/TestDatabase.ts"
import * as PgWorld from "./support/PgWorld.ts"
import { ada, draws, makeTries, Sessions } from "./support/Refusing.ts"

layer(Sessions.layer)("30. the application's role", (it) => {
  const { refuses } = makeTries(it)
  const statements = [
    "UPDATE tickets SET ticket_hash = repeat('0', 64)",
    "DELETE FROM tickets",
    "TRUNCATE tickets",
    "UPDATE transactions SET amount = 1000000.00",
    "UPDATE transactions SET status = 'failed', amount = 1000000.00",
    "DELETE FROM transactions",
    "TRUNCATE transactions",
    "DELETE FROM wallets",
    "UPDATE wallets SET user_id = user_id",
    `INSERT INTO wallets (id, user_id, balance) VALUES (gen_random_uuid(), '${ada}', 1000000.00)`,
    "DELETE FROM draws",
    "UPDATE draws SET account_balance = 0",
    "UPDATE draws SET opens_at = opens_at",
    "UPDATE draws SET open_note = open_note",
    "UPDATE draws SET commitment_hash = commitment_hash",
    `INSERT INTO draws (id, kind, commitment_hash, status, opens_at, seal_key_id, tree_frontier, open_note, total_entries)
     SELECT gen_random_uuid(), 'room', commitment_hash, 'open', opens_at, 'key', '', '', 100 FROM draws WHERE id = '${draws.open}'`,
    "UPDATE beacon_chains SET period = 1",
    "DELETE FROM beacon_chains",
    "UPDATE early_voids SET operator = 'nobody'",
    "DELETE FROM early_voids",
    "UPDATE approvals SET amount = amount",
    "DELETE FROM approvals",
    "TRUNCATE approvals",
    `INSERT INTO approvals (id, kind, user_id, amount, reference, is_winnings, requester, command, state)
     VALUES (gen_random_uuid(), 'deposit', '${ada}', 1.00, 'none', false, 'ann', 'x', 'done')`,
    `INSERT INTO approvals (id, kind, user_id, amount, reference, is_winnings, requester, command, expires_at)
     VALUES (gen_random_uuid(), 'deposit', '${ada}', 1.00, 'none', false, 'ann', 'x', 'infinity')`,
    "UPDATE adjustments SET amount = amount",
    "DELETE FROM adjustments",
    "TRUNCATE adjustments",
    "UPDATE operator_log SET reason = 'another'",
    "DELETE FROM operator_log",
    "TRUNCATE operator_log",
    `INSERT INTO operator_log (id, operator, role, command, subject_kind, subject_id)
     VALUES (gen_random_uuid(), 'ann', 'somebody', 'user freeze', 'user', '${ada}')`,
    `INSERT INTO operator_log (id, operator, at, command, subject_kind, subject_id)
     VALUES (gen_random_uuid(), 'ann', app_now(), 'user freeze', 'user', '${ada}')`,
    "UPDATE draw_secrets SET ciphertext = ''",
    "DELETE FROM draw_secrets",
    "DELETE FROM users",
    "UPDATE users SET id = id",
    "UPDATE idempotency_keys SET body = ''",
    "UPDATE sale_batches SET abandoned = false",
    "UPDATE tree_tiles SET hashes = ''",
    "DELETE FROM tree_tiles",
    "UPDATE user_keys SET key = key",
    "UPDATE security_events SET type = type",
    "DELETE FROM security_events",
    "TRUNCATE security_events",
    "UPDATE mailed_tokens SET expires_at = 'infinity'",
    "UPDATE sessions SET user_id = user_id",
    "UPDATE refresh_tokens SET session_id = session_id",
    "DELETE FROM fundings",
    "TRUNCATE fundings",
    "UPDATE fundings SET reference = reference",
    "UPDATE fundings SET created_at = created_at",
    "UPDATE buyer_names SET user_id = user_id",
    "TRUNCATE buyer_names",
    "UPDATE payout_accounts SET account = account",
    "UPDATE payout_accounts SET user_id = user_id",
    "DELETE FROM checkouts",
    "TRUNCATE checkouts",
    "UPDATE checkouts SET amount = amount",
    "UPDATE checkouts SET user_id = user_id",
    "UPDATE checkouts SET provider = provider",
    "DELETE FROM withdrawals",
    "TRUNCATE withdrawals",
    "UPDATE withdrawals SET amount = amount",
    "UPDATE withdrawals SET account = account",
    "UPDATE withdrawals SET user_id = user_id",
    "DELETE FROM webhook_events",
    "TRUNCATE webhook_events",
    "UPDATE webhook_events SET event_id = event_id",
    "UPDATE webhook_events SET received_at = received_at",
    "TRUNCATE devices",
    "TRUNCATE push_messages",
    "DELETE FROM draw_closings",
    "UPDATE draw_closings SET draw_id = draw_id",
    "DELETE FROM ticket_mails",
    "UPDATE ticket_mails SET draw_id = draw_id",
    "DELETE FROM lobbies",
    "TRUNCATE lobbies CASCADE",
    "UPDATE lobbies SET host_id = host_id",
    "UPDATE lobbies SET max_participants = 50",
    "UPDATE lobby_members SET user_id = user_id",
    "TRUNCATE lobby_members",
    "INSERT INTO jobs_migrations VALUES (3, now(), 'x')",
    "UPDATE app_clock SET shift = interval '1 day'",
    "INSERT INTO app_clock DEFAULT VALUES",
    "INSERT INTO schema_migrations VALUES (99, 'x', 'x')",
    "ALTER TABLE tickets DISABLE TRIGGER ALL",
    "ALTER TABLE transactions DISABLE TRIGGER transactions_continue",
    "ALTER TABLE wallets DROP CONSTRAINT wallets_balance_check",
    "DROP TRIGGER tickets_fixed ON tickets",
    "DROP TABLE tickets",
    "DROP FUNCTION app_now()",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION public.app_now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz 'epoch' $$",
    "CREATE FUNCTION public.sha256(text) RETURNS bytea LANGUAGE sql AS $$ SELECT ''::bytea $$",
    "CREATE TABLE public.mine (id int)",
    "CREATE TEMPORARY TABLE draws (id int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "COPY tickets TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/hostname')"
  ]
  for (const statement of statements) {
    refuses(statement.replace(/\s+/g, " "), [statement], "insufficient_privilege", { roles: ["app"] })
  }
})

layer(PgWorld.migrated)("30. the application's role", (it) => {
  /** Names that a query gives, asked by the administrator about the application's role, `$app`. */
  const names = Effect.fnUntraced(function*(query: string) {
    const { admin, app } = yield* TestDatabase
    const sql = yield* session(admin)
    const rows = yield* sql.unsafe<{ readonly name: string }>(query.replaceAll("$app", `'${app.username}'`))
    return rows.map(({ name }) => name)
  })
  const tablesWith = (condition: string) =>
    names(`
      SELECT relname AS name FROM pg_class c
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND (${condition}) ORDER BY 1`)

  it.effect("owns nothing, is nobody special, and belongs to no other role", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* names("SELECT relname AS name FROM pg_class WHERE pg_get_userbyid(relowner) = $app"),
        []
      )
      assert.deepStrictEqual(
        yield* names("SELECT proname AS name FROM pg_proc WHERE pg_get_userbyid(proowner) = $app"),
        []
      )
      assert.deepStrictEqual(
        yield* names("SELECT datname AS name FROM pg_database WHERE pg_get_userbyid(datdba) = $app"),
        []
      )
      assert.deepStrictEqual(
        yield* names(`SELECT rolname AS name FROM pg_roles
          WHERE rolname = $app AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)`),
        []
      )
      assert.deepStrictEqual(
        yield* names("SELECT rolname AS name FROM pg_roles WHERE rolname <> $app AND pg_has_role($app, oid, 'MEMBER')"),
        []
      )
    }))

  it.effect("removes rows of no table but those that are kept for a while, and those that erasing destroys; empties none", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* tablesWith("has_table_privilege($app, c.oid, 'DELETE')"),
        [
          "buyer_names",
          "devices",
          "excluded_names",
          "idempotency_keys",
          "jobs",
          "known_networks",
          "lobby_members",
          "mailed_tokens",
          "payout_accounts",
          "purchases_to_match",
          "push_messages",
          "refresh_tokens",
          "request_counts",
          "sale_batches",
          "sessions",
          "throttles",
          "user_keys"
        ]
      )
      assert.deepStrictEqual(yield* tablesWith("has_table_privilege($app, c.oid, 'TRUNCATE, TRIGGER, REFERENCES')"), [])
    }))

  it.effect("changes rows of no table but those that change", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* tablesWith("has_any_column_privilege($app, c.oid, 'UPDATE')"),
        [
          "approvals",
          "checkouts",
          "devices",
          "draw_closings",
          "draws",
          "email_identities",
          "followed_chains",
          "fundings",
          "jobs",
          // to be locked: its rows are fixed by a trigger
          "jobs_migrations",
          "known_networks",
          "lobbies",
          "mailed_tokens",
          "payout_accounts",
          "push_messages",
          "refresh_tokens",
          "request_counts",
          "sessions",
          "throttles",
          "ticket_mails",
          "transactions",
          "users",
          "wallets",
          "webhook_events",
          "withdrawals"
        ]
      )
    }))

  it.effect("cannot give itself another right", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* names(
          "SELECT table_name AS name FROM information_schema.role_table_grants WHERE is_grantable = 'YES' AND grantee = $app"
        ),
        []
      )
    }))

  it.effect("cannot reach into a function that runs as the owner: each has its search_path pinned", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* names(`SELECT proname AS name FROM pg_proc
          WHERE pronamespace = 'public'::regnamespace AND prosecdef AND NOT coalesce(proconfig::text ~ 'search_path=', false)`),
        []
      )
    }))
})
