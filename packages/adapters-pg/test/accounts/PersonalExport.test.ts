/** What a player is given of their own holds all that is kept about them, however much it is; and statements find it where it stands. */
import { zero } from "@ddd/core/money/Money"
import { lastBefore } from "@ddd/core/money/Statement"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Ledger } from "@ddd/core/ports/Ledger"
import { instant } from "@ddd/core/values/Instant"
import { exportOf, newPlayer } from "@ddd/sim/contract/Players"
import { present } from "@ddd/sim/scenario/Steps"
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule, Stream } from "effect"
import * as fc from "fast-check"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

/** Tables whose rows about a player are in their export, and where. */
const exported: Readonly<Record<string, string | ReadonlyArray<string>>> = {
  users: "user",
  wallets: "wallet",
  payout_accounts: "payoutAccount",
  transactions: "transactions",
  fundings: "fundings",
  deposit_excesses: "depositExcesses",
  buyer_names: "buyerNames",
  webhook_events: ["shopEvents", "identityMessages"],
  withdrawals: "withdrawals",
  checkouts: "checkouts",
  tickets: "tickets",
  sessions: "sessions",
  security_events: "securityEvents",
  // without who it was and the reason that they wrote, which may be a suspicion
  operator_log: "operatorActions",
  mailed_tokens: "mailedTokens",
  jobs: "mailFailures",
  idempotency_keys: "idempotencyKeys",
  lobbies: "rooms",
  lobby_members: "rooms",
  devices: "devices"
}

/** Tables of which nothing is in it, and why. A table that is new stands in neither list, and has this test fail until it does. */
const notExported: Readonly<Record<string, string>> = {
  excluded_names: "digests of names that nobody has any more: which they were, nobody can say",
  exclusion_key: "the secret of these digests",
  user_keys: "the key of the player's security events: a secret, which says nothing of them",
  email_identities: "which mailbox their address is: follows from the address",
  refresh_tokens: "hashes of secrets; the sessions are told",
  throttles: "keyed hashes of accounts and networks, which nobody can turn back, for an hour",
  known_networks: "keyed hashes of accounts and networks, which nobody can turn back",
  adjustments: "which of their movements, which are told, follows from which entry of operators, which is told",
  approvals: "what operators ask each other; what comes of it is a movement, or an entry, which are told",
  request_counts: "of networks and players, for minutes",
  purchases_to_match: "references of purchases that are nobody's yet",
  identity_waiting: "follows from their identity check and the prizes that wait for it, which are told",
  draws: "public",
  draw_secrets: "of draws, not of people",
  tree_tiles: "public: hashes of tickets",
  ticket_mails: "counts of draws",
  push_messages: "on which of their devices they are yet to be told of which of their draws, for days: both are told",
  draw_closings: "how far those who have tickets in a draw are told that it closes: a device's id among others'",
  sale_batches: "of many buyers at once, without them",
  early_voids: "of operators",
  beacon_chains: "public",
  followed_chains: "public",
  secret_checks: "of this server's secrets",
  epochs: "of the database",
  lost_records: "public records",
  known_losses: "ids of withdrawals and events that nobody has any more",
  put_back: "of the database",
  database_identity: "of the database",
  app_clock: "of the database",
  schema_migrations: "of the database",
  jobs_migrations: "of the database"
}

const asAdmin = Effect.flatMap(TestDatabase, ({ admin }) => session(admin))

layer(PgWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("a player's export", (it) => {
  it.effect("is made from every table there is, but for those of which a reason is given", () =>
    Effect.scoped(Effect.gen(function*() {
      const sql = yield* asAdmin
      const tables = yield* sql<{ readonly name: string }>`
        SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`
      assert.sameMembers(
        tables.map(({ name }) => name),
        [...Object.keys(exported), ...Object.keys(notExported)]
      )
      const { id } = yield* newPlayer("everything")
      const all = present(yield* exportOf(id))
      assert.sameMembers([...new Set(Object.values(exported).flat())], Object.keys(all))
    })))

  it.effect(
    "has each of thousands of rows once, and holds no connection between two pages",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const sql = yield* asAdmin
        const { id } = yield* newPlayer("veteran")
        const rows = 1_234
        yield* sql`SET session_replication_role = replica`
        yield* sql`
        INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, wallet_seq, counter_account)
        SELECT gen_random_uuid(), ${id}::uuid, 'deposit', 1, g, 'test:' || g, g, 'deposits:test' FROM generate_series(1, ${rows}) g`
        yield* sql`UPDATE wallets SET seq = ${rows}, balance = ${rows} WHERE user_id = ${id}::uuid`
        yield* sql`
        INSERT INTO fundings (reference, purchased, given, user_id, amount)
        SELECT 'test:' || g, true, 'credited', ${id}::uuid, 1 FROM generate_series(1, ${rows}) g`
        // several of each purchase, so that a page ends among those of one
        yield* sql`
        INSERT INTO webhook_events (id, sender, event_id, type, body, state, reference)
        SELECT gen_random_uuid(), 'revenuecat', g::text, 'TEST', convert_to('{"of":' || g || '}', 'UTF8'), 'done', 'test:' || g % 7 + 1
        FROM generate_series(1, 123) g`
        yield* sql`
        INSERT INTO mailed_tokens (id, token_hash, user_id, purpose, email, created_at, expires_at, used_at)
        SELECT gen_random_uuid(), encode(sha256(int8send(g)), 'hex'), ${id}::uuid,
          CASE WHEN g % 2 = 0 THEN 'verify_email' ELSE 'reset_password' END, 'veteran' || g || '@example.com',
          app_now() - g / 5 * interval '1 minute', app_now(), app_now() FROM generate_series(1, ${rows}) g`
        const text = present(yield* (yield* Accounts).export(id, { _tag: "Operator" }))
        const heldWhile = sql<{ readonly held: number }>`
        SELECT count(*)::int AS held FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'ddd test' AND state <> 'idle'`
        const pieces: Array<string> = []
        yield* Stream.runForEach(text, (piece) =>
          Effect.andThen(
            Effect.sync(() => pieces.push(piece)),
            // what the server does by itself may be at work for a moment
            heldWhile.pipe(
              Effect.repeat({ until: ([row]) => row?.held === 0, schedule: Schedule.spaced("20 millis") }),
              Effect.timeout("30 seconds")
            )
          ))
        const all = Object(JSON.parse(pieces.join("")))
        const distinct = (list: string, name: string) =>
          new Set(Array.from(all[list] as ReadonlyArray<object>, (row) => Reflect.get(row, name))).size
        assert.deepStrictEqual([all.transactions.length, distinct("transactions", "id")], [rows, rows])
        assert.deepStrictEqual([all.fundings.length, distinct("fundings", "reference")], [rows, rows])
        assert.deepStrictEqual([all.shopEvents.length, distinct("shopEvents", "eventId")], [123, 123])
        // one more from when they signed up
        assert.deepStrictEqual([all.mailedTokens.length, distinct("mailedTokens", "email")], [rows + 1, rows + 1])
        assert.isAbove(pieces.length, 20)
      })),
    180_000
  )
})

layer(PgWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("a statement", (it) => {
  it.effect(
    "parts a wallet's movements where core does, also where a clock was put back",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const sql = yield* asAdmin
        const ledger = yield* Ledger
        const { id } = yield* newPlayer("ada")
        yield* sql`SET session_replication_role = replica`
        const start = Date.UTC(2026, 0, 31, 23, 59, 59)
        const cases = fc.sample(
          fc.record({
            steps: fc.array(fc.integer({ min: -3, max: 5 }), { maxLength: 60 }),
            from: fc.integer({ min: -3, max: 60 }),
            length: fc.nat(60)
          }),
          { numRuns: 40, seed: 2_026 }
        )
        for (const { from, length, steps } of cases) {
          const times = steps.reduce<Array<number>>((all, step) => [...all, (all.at(-1) ?? start) + step], [])
          yield* sql`DELETE FROM transactions WHERE user_id = ${id}::uuid`
          if (times.length > 0) {
            yield* sql`
            INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, wallet_seq, counter_account, created_at)
            SELECT gen_random_uuid(), ${id}::uuid, 'deposit', 1, n, 'test:' || n, n, 'deposits:test', at
            FROM unnest(${
              times.map((time) => new Date(time).toISOString())
            }::timestamptz[]) WITH ORDINALITY AS made(at, n)`
          }
          yield* sql`UPDATE wallets SET seq = ${times.length}, balance = ${times.length} WHERE user_id = ${id}::uuid`
          const period = { from: instant(start + from), until: instant(start + from + length) }
          const { movements, openingBalance } = yield* ledger.statement(id, period)
          const before = (at: number) => lastBefore(times.length, (seq) => (times[seq - 1] ?? Infinity) < at)
          const [first, last] = [before(period.from), before(period.until)]
          assert.strictEqual(openingBalance, first === 0 ? zero : BigInt(first) * 100n)
          assert.deepStrictEqual(
            (yield* Stream.runCollect(movements)).flat().map(({ referenceId }) => referenceId),
            Array.from({ length: last - first }, (_, at) => `test:${first + at + 1}`)
          )
        }
      })),
    180_000
  )
})
