import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Fiber, Latch } from "effect"
import type { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { indexStatements, migrate, type Migration, readMigrations, schemaProblem } from "../../src/database/Migrator.ts"
import { layer as client, type PgConnection, session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"
import * as PgWorld from "../support/PgWorld.ts"

const as = (connection: PgConnection) => <A, E>(effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.provide(effect, client(connection))

const made = (number: number, name: string, body: string): Migration => ({
  number,
  name,
  checksum: `${name} ${body}`,
  body
})

const pots = made(1, "pots", "CREATE TABLE pots (cents bigint);")
const prizes = made(2, "prizes", "CREATE TABLE prizes (cents bigint);")

const ada = "018f2d5e-7a1b-7cc0-9d3a-00000000000a"

const tablesOf = (connection: PgConnection) =>
  session(connection).pipe(
    Effect.andThen((sql) =>
      sql<{ readonly name: string }>`
        SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`
    ),
    Effect.map((rows) => rows.map(({ name }) => name)),
    Effect.scoped
  )

describe("migrate", () => {
  it.live("makes the schema once, of whoever starts at the same time", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const all = readMigrations().map(({ name }) => name)
      const done = yield* Effect.all(
        Array.from({ length: 5 }, () => migrate(app.username).pipe(as(owner))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(done.toSorted((a, b) => b.length - a.length), [all, [], [], [], []])
      assert.isNull(yield* schemaProblem().pipe(as(app)))
    }), 180_000)

  it.effect("applies only what is missing, and then nothing", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      assert.deepStrictEqual(yield* migrate(app.username, [pots]).pipe(as(owner)), ["pots"])
      assert.deepStrictEqual(yield* migrate(app.username, [pots, prizes]).pipe(as(owner)), ["prizes"])
      assert.deepStrictEqual(yield* migrate(app.username, [pots, prizes]).pipe(as(owner)), [])
      assert.deepStrictEqual(yield* tablesOf(owner), ["pots", "prizes", "schema_migrations"])
    }))

  it.effect("refuses a migration that was changed after it had been applied", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      yield* migrate(app.username, [pots]).pipe(as(owner))
      const changed = made(1, "pots", "CREATE TABLE pots (cents numeric);")
      const error = yield* migrate(app.username, [changed, prizes]).pipe(as(owner), Effect.flip)
      assert.strictEqual(error._tag, "MigrationError")
      assert.match(error.message, /migration 1 \(pots\) was changed/)
      assert.deepStrictEqual(yield* tablesOf(owner), ["pots", "schema_migrations"])
    }))

  it.effect("leaves a program at work on a database that is newer than it, and says that it is ready", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      yield* migrate(app.username, [pots, prizes]).pipe(as(owner))
      assert.deepStrictEqual(yield* migrate(app.username, [pots]).pipe(as(owner)), [])
      assert.strictEqual(yield* schemaProblem([pots]).pipe(as(owner)), null)
    }))

  it.effect("refuses a database whose newer migration ends older programs", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const ending = made(2, "prizes", `-- a reason\n-- ends older servers\n${prizes.body}`)
      yield* migrate(app.username, [pots, ending]).pipe(as(owner))
      const error = yield* migrate(app.username, [pots]).pipe(as(owner), Effect.flip)
      assert.strictEqual(error._tag, "MigrationError")
      assert.match(error.message, /newer than this program: it has migration 2 \(prizes\)/)
      assert.match(String(yield* schemaProblem([pots]).pipe(as(owner))), /newer than this program/)
      assert.strictEqual(yield* schemaProblem([pots, ending]).pipe(as(owner)), null)
    }))

  it.effect("leaves nothing of a run that fails in the middle", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const broken = made(
        2,
        "broken",
        "CREATE TABLE fees (cents bigint); INSERT INTO pots VALUES (1); SELECT 1 / 0 INTO x;"
      )
      const error = yield* migrate(app.username, [pots, broken]).pipe(as(owner), Effect.flip)
      assert.strictEqual(error._tag, "SqlError")
      assert.deepStrictEqual(yield* tablesOf(owner), [])
      assert.deepStrictEqual(yield* migrate(app.username, [pots, prizes]).pipe(as(owner)), ["pots", "prizes"])
    }))

  it.effect("is the owner's: the application's role can make no table", () =>
    Effect.gen(function*() {
      const { app } = yield* TestDatabase.make
      const error = yield* migrate(app.username, [pots]).pipe(as(app), Effect.flip)
      assert.strictEqual(error._tag, "SqlError")
    }))
})

describe("a migration that builds indexes", () => {
  const indexed = made(
    2,
    "amounts",
    `-- builds indexes
    -- found by what is in it; and again
    CREATE UNIQUE INDEX CONCURRENTLY pots_by_cents ON pots (cents) WHERE cents IS NOT NULL;
    DROP INDEX CONCURRENTLY IF EXISTS pots_once;`
  )
  const isReady = (connection: PgConnection) =>
    session(connection).pipe(
      Effect.andThen((sql) =>
        sql<{ readonly ready: boolean }>`
          SELECT indisvalid AS ready FROM pg_index WHERE indexrelid = to_regclass('pots_by_cents')`
      ),
      Effect.map((rows) => rows.map(({ ready }) => ready)),
      Effect.scoped
    )

  it.live(
    "keeps nobody from writing while it waits, and is done once by nodes that start together",
    () =>
      Effect.gen(function*() {
        const { app, owner } = yield* TestDatabase.make
        yield* migrate(app.username, [pots]).pipe(as(owner))
        const [one, other] = [yield* session(owner), yield* session(owner)]
        yield* one`BEGIN`
        yield* one`INSERT INTO pots VALUES (1)`
        const nodes = yield* Effect.forkScoped(
          Effect.all(
            Array.from({ length: 3 }, () => migrate(app.username, [pots, indexed]).pipe(as(owner))),
            { concurrency: "unbounded" }
          )
        )
        assert.match((yield* someoneWaits(other)).join(), /CREATE UNIQUE INDEX CONCURRENTLY pots_by_cents/)
        yield* other`INSERT INTO pots VALUES (2)`
        yield* one`COMMIT`
        assert.deepStrictEqual((yield* Fiber.join(nodes)).toSorted((a, b) => b.length - a.length), [
          ["amounts"],
          [],
          []
        ])
        assert.deepStrictEqual(yield* isReady(owner), [true])
        assert.deepStrictEqual(yield* migrate(app.username, [pots, indexed]).pipe(as(owner)), [])
      }),
    180_000
  )

  it.live("makes an index anew that did not get ready", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      yield* migrate(app.username, [pots]).pipe(as(owner))
      const sql = yield* session(owner)
      yield* sql`INSERT INTO pots VALUES (1), (1)`
      const error = yield* migrate(app.username, [pots, indexed]).pipe(as(owner), Effect.flip)
      assert.strictEqual(error._tag, "SqlError")
      assert.deepStrictEqual(yield* isReady(owner), [false])
      yield* sql`DELETE FROM pots`
      assert.deepStrictEqual(yield* migrate(app.username, [pots, indexed]).pipe(as(owner)), ["amounts"])
      assert.deepStrictEqual(yield* isReady(owner), [true])
    }), 180_000)

  it("has no other statements", () => {
    assert.throws(
      () =>
        indexStatements({
          name: "more",
          body: "-- builds indexes\nCREATE INDEX CONCURRENTLY a ON b (c);\nDROP TABLE b;"
        }),
      "more: a file that builds indexes has CREATE INDEX CONCURRENTLY and DROP INDEX CONCURRENTLY IF EXISTS alone, not: DROP TABLE b"
    )
  })
})

describe("migration 7", () => {
  it.effect("knows the deposits that were made before it as purchases, credited, and confirms no ticket that was sold before it", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const all = readMigrations().slice(0, 10)
      yield* migrate(app.username, all.slice(0, 6)).pipe(as(owner))
      const sql = yield* session(owner)
      const draw = "018f2d5e-7a1b-7cc0-9d3a-0000000000d1"
      const at = "2026-01-05T12:00:00.000Z"
      yield* sql.unsafe(`DO $$ BEGIN
        INSERT INTO users (id, email, username, password_hash) VALUES ('${ada}', 'ada@x.test', 'ada', '!');
        INSERT INTO wallets (id, user_id, balance, seq) VALUES (gen_random_uuid(), '${ada}', 14.00, 3);
        INSERT INTO draws (id, kind, draw_date, status, commitment_hash, opens_at, closes_at, seal_key_id, tree_frontier,
          open_note, total_entries, prize_pool)
        VALUES ('${draw}', 'daily', '2026-01-05', 'open', repeat('0', 64), '2026-01-05', '2026-01-06', 'key', '', 'open', 1, 0.95);
        INSERT INTO transactions (id, user_id, wallet_seq, type, amount, balance_after, counter_account, reference_id, created_at)
        VALUES
          (gen_random_uuid(), '${ada}', 1, 'deposit', 10.00, 10.00, 'deposits:app_store', 'app_store:1', '${at}'),
          (gen_random_uuid(), '${ada}', 2, 'deposit', 5.00, 15.00, 'deposits:internal', 'welcome gift', '${at}'),
          (gen_random_uuid(), '${ada}', 3, 'ticket_purchase', -1.00, 14.00, 'draw:${draw}', 'DDL-1', '${at}');
      END $$`)
      yield* migrate(app.username, all).pipe(as(owner))
      assert.deepStrictEqual(
        yield* sql`
          SELECT reference, purchased, refunded, refund_reversed, given, user_id, amount, names, created_at FROM fundings
          ORDER BY reference`,
        [["app_store:1", "10.00"], ["welcome gift", "5.00"]].map(([reference, amount]) => ({
          reference,
          purchased: true,
          refunded: false,
          refund_reversed: false,
          given: "credited",
          user_id: ada,
          amount,
          names: [],
          created_at: new Date(at)
        }))
      )
      assert.deepStrictEqual(yield* sql`SELECT draw_id, confirmed FROM ticket_mails`, [{ draw_id: draw, confirmed: 1 }])
      assert.deepStrictEqual(yield* sql`SELECT debt FROM wallets WHERE user_id = ${ada}::uuid`, [{ debt: "0.00" }])
    }))
})

describe("the migration of years", () => {
  it.live(
    "knows of the draws on sale when their first ticket was bought, and is told of it by servers of the release before",
    () =>
      Effect.gen(function*() {
        const { app, owner } = yield* TestDatabase.make
        const all = readMigrations()
        yield* migrate(app.username, all.slice(0, 10)).pipe(as(owner))
        const sql = yield* session(owner)
        const drawOf = (nth: number) => `018f2d5e-7a1b-7cc0-9d3a-0000000000d${nth}`
        yield* sql.unsafe(`DO $$ BEGIN
        INSERT INTO users (id, email, username, password_hash) VALUES ('${ada}', 'ada@x.test', 'ada', '!');
        INSERT INTO draws (id, kind, draw_date, status, commitment_hash, opens_at, closes_at, seal_key_id, tree_frontier, open_note)
        SELECT ('018f2d5e-7a1b-7cc0-9d3a-0000000000d' || n)::uuid, 'daily', date '2026-01-05' + n, 'open', repeat('0', 64), '2026-01-05',
          '2026-01-09', 'key', '', 'open' FROM generate_series(1, 2) n;
        INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit,
          seal_key_id, wallet_seq, created_at)
        VALUES (gen_random_uuid(), 'T-1', '${drawOf(1)}', '${ada}', 1, 1, '', '', 'key', 1, '2026-01-05T12:00:00Z');
        UPDATE draws SET total_entries = 1, prize_pool = 0.95, last_purchased_at = '2026-01-05T13:00:00Z' WHERE id = '${
          drawOf(1)
        }';
      END $$`)
        yield* migrate(app.username, all).pipe(as(owner))
        const old = yield* session(app)
        for (const hour of [14, 15]) {
          yield* old.unsafe(`
          UPDATE draws SET total_entries = total_entries + 1, prize_pool = prize_pool + 0.95, tree_frontier = '',
            last_purchased_at = '2026-01-05T${hour}:00:00Z'`)
        }
        assert.deepStrictEqual(
          yield* sql`SELECT first_purchased_at FROM draws ORDER BY id`,
          ["2026-01-05T12:00:00.000Z", "2026-01-05T14:00:00.000Z"].map((at) => ({ first_purchased_at: new Date(at) }))
        )
      }),
    180_000
  )
})

describe("migration 9", () => {
  it.effect("knows what the provider had said of payouts before it", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const all = readMigrations()
      yield* migrate(app.username, all.slice(0, 8)).pipe(as(owner))
      const sql = yield* session(owner)
      const [paid, asked] = ["018f2d5e-7a1b-7cc0-9d3a-0000000000e1", "018f2d5e-7a1b-7cc0-9d3a-0000000000e2"]
      yield* sql.unsafe(`DO $$ BEGIN
        INSERT INTO users (id, email, username, password_hash) VALUES ('${ada}', 'ada@x.test', 'ada', '!');
        INSERT INTO wallets (id, user_id, balance, seq) VALUES (gen_random_uuid(), '${ada}', 1.00, 3);
        INSERT INTO transactions (id, user_id, wallet_seq, type, amount, balance_after, counter_account, reference_id, status)
        VALUES
          (gen_random_uuid(), '${ada}', 1, 'deposit', 10.00, 10.00, 'deposits:test', 'test:1', 'completed'),
          ('${paid}', '${ada}', 2, 'withdrawal', -5.00, 5.00, 'payouts', NULL, 'pending'),
          ('${asked}', '${ada}', 3, 'withdrawal', -4.00, 1.00, 'payouts', NULL, 'pending');
        INSERT INTO withdrawals (id, user_id, amount, account, asked_at, transfer_status, transfer_id, payout_status, payout_id,
          payout_state)
        VALUES
          ('${paid}', '${ada}', 5.00, 'acct', now(), 'done', 'tr_1', 'done', 'po_1', 'in_transit'),
          ('${asked}', '${ada}', 4.00, 'acct', now(), 'unsent', NULL, 'unsent', NULL, NULL);
      END $$`)
      yield* migrate(app.username, all).pipe(as(owner))
      assert.deepStrictEqual(
        yield* sql`SELECT id, payout_state, provider_payout_status FROM withdrawals ORDER BY id`,
        [
          { id: paid, payout_state: "in_transit", provider_payout_status: "in_transit" },
          { id: asked, payout_state: null, provider_payout_status: null }
        ]
      )
    }))
})

describe("migration 10", () => {
  it.effect("knows when the draws that were locked before it are drawn, and by the server", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const all = readMigrations().slice(0, 10)
      yield* migrate(app.username, all.slice(0, 9)).pipe(as(owner))
      const sql = yield* session(owner)
      const [open, locked] = ["018f2d5e-7a1b-7cc0-9d3a-0000000000e1", "018f2d5e-7a1b-7cc0-9d3a-0000000000e2"]
      const [due, later] = ["2026-01-05T12:00:00.000Z", "2026-01-06T12:00:00.000Z"]
      yield* sql.unsafe(`DO $$ BEGIN
        INSERT INTO users (id, email, username, password_hash) VALUES ('${ada}', 'ada@x.test', 'ada', '!');
        INSERT INTO draws (id, kind, status, commitment_hash, opens_at, seal_key_id, tree_frontier, open_note) VALUES
          ('${open}', 'room', 'open', repeat('0', 64), '2026-01-05', 'key', '', 'open'),
          ('${locked}', 'room', 'open', repeat('0', 64), '2026-01-05', 'key', '', 'open');
        INSERT INTO lobbies (id, code, name, host_id) VALUES ('${open}', 'ABCDEF', 'x', '${ada}'), ('${locked}', 'BCDEFG', 'x', '${ada}');
        UPDATE draws SET status = 'locked', lock_note = 'lock', entries_root = repeat('0', 64), locked_at = '${due}',
          draws_at = '${due}' WHERE id = '${locked}';
        UPDATE lobbies SET server_draws_at = '${later}' WHERE id = '${locked}';
      END $$`)
      yield* migrate(app.username, all).pipe(as(owner))
      const [dueDate, laterDate] = [due, later].map((text) => new Date(text))
      assert.deepStrictEqual(
        yield* sql`
          SELECT d.draws_at, d.draw_at, l.server_draws_at, l.auto_draw_at FROM draws d JOIN lobbies l ON l.id = d.id
          ORDER BY d.id`,
        [
          { draws_at: null, draw_at: null, server_draws_at: null, auto_draw_at: null },
          { draws_at: dueDate, draw_at: dueDate, server_draws_at: laterDate, auto_draw_at: laterDate }
        ]
      )
      assert.deepStrictEqual(yield* sql`SELECT conname FROM pg_constraint WHERE NOT convalidated`, [])
    }))

  it.effect("fills in what servers of the release before write meanwhile, and may be stopped and begun again", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const all = readMigrations().slice(0, 10)
      const [tenth] = all.slice(9)
      assert(tenth !== undefined)
      const sql = yield* session(owner)
      const [touched, untouched, started] = ["e1", "e2", "e3"].map((end) => `018f2d5e-7a1b-7cc0-9d3a-0000000000${end}`)
      const due = "2026-01-05T12:00:00.000Z"
      yield* migrate(app.username, all.slice(0, 9)).pipe(as(owner))
      yield* sql.unsafe(`DO $$ BEGIN
        INSERT INTO users (id, email, username, password_hash) VALUES ('${ada}', 'ada@x.test', 'ada', '!');
        INSERT INTO draws (id, kind, status, commitment_hash, opens_at, seal_key_id, tree_frontier, open_note)
          SELECT id, 'room', 'open', repeat('0', 64), '2026-01-05', 'key', '', 'open'
          FROM unnest('{${touched}, ${untouched}, ${started}}'::uuid[]) AS id;
        INSERT INTO lobbies (id, code, name, host_id) SELECT id, 'C' || right(id::text, 2), 'x', '${ada}' FROM draws;
        UPDATE draws SET status = 'locked', lock_note = 'lock', entries_root = repeat('0', 64), locked_at = '${due}',
          draws_at = '${due}' WHERE id <> '${started}';
        UPDATE lobbies SET server_draws_at = '${due}' WHERE id <> '${started}';
      END $$`)
      // as far as where rows begin to be filled in
      const names = { ...tenth, body: tenth.body.slice(0, tenth.body.indexOf("\nDECLARE")) }
      assert.deepStrictEqual(yield* migrate(app.username, [...all.slice(0, 9), names]).pipe(as(owner)), [
        "names_of_draws"
      ])
      const server = yield* session(app)
      yield* server`UPDATE draws SET tiled_at = now() WHERE id = ${touched}::uuid`
      yield* server`UPDATE lobbies SET server_draws_at = '2026-01-05T11:00:00.000Z' WHERE id = ${touched}::uuid`
      yield* server.unsafe(`UPDATE draws SET status = 'locked', lock_note = 'lock', entries_root = repeat('0', 64),
        locked_at = '${due}', draws_at = '${due}' WHERE id = '${started}'`)
      const rows = sql`
        SELECT d.draw_at AS at, l.auto_draw_at AS auto FROM draws d JOIN lobbies l ON l.id = d.id ORDER BY d.id`
      const [at, sooner] = [due, "2026-01-05T11:00:00.000Z"].map((text) => new Date(text))
      assert.deepStrictEqual(yield* rows, [{ at, auto: sooner }, { at: null, auto: null }, { at, auto: null }])
      yield* sql`DELETE FROM schema_migrations WHERE number = 10`
      assert.deepStrictEqual(yield* migrate(app.username, all.slice(0, 10)).pipe(as(owner)), ["names_of_draws"])
      assert.deepStrictEqual(yield* rows, [{ at, auto: sooner }, { at, auto: at }, { at, auto: null }])
      assert.deepStrictEqual(yield* sql`SELECT conname FROM pg_constraint WHERE NOT convalidated`, [])
    }))

  it.live("waits for a room's transactions, and keeps neither them nor the sale waiting", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const all = readMigrations().slice(0, 10)
      yield* migrate(app.username, all.slice(0, 9)).pipe(as(owner))
      const sql = yield* session(owner)
      const [room, day] = ["018f2d5e-7a1b-7cc0-9d3a-0000000000e1", "018f2d5e-7a1b-7cc0-9d3a-0000000000e2"]
      yield* sql.unsafe(`DO $$ BEGIN
        INSERT INTO users (id, email, username, password_hash) VALUES ('${ada}', 'ada@x.test', 'ada', '!');
        INSERT INTO draws (id, kind, draw_date, closes_at, status, commitment_hash, opens_at, seal_key_id, tree_frontier, open_note) VALUES
          ('${room}', 'room', NULL, NULL, 'open', repeat('0', 64), '2026-01-05', 'key', '', 'open'),
          ('${day}', 'daily', '2026-01-05', '2026-01-06', 'open', repeat('0', 64), '2026-01-05', 'key', '', 'open');
        INSERT INTO lobbies (id, code, name, host_id) VALUES ('${room}', 'ABCDEF', 'x', '${ada}');
      END $$`)
      const [buyer, joiner, sale] = [yield* session(app), yield* session(app), yield* session(app)]
      const lock = (by: typeof sale, id: string) => by`SELECT 1 FROM draws WHERE id = ${id}::uuid FOR NO KEY UPDATE`
      const [migrating, joining] = yield* Effect.gen(function*() {
        // a purchase in the room has locked its draw; somebody who joins has looked the room up
        yield* lock(buyer, room)
        const mayJoin = yield* Latch.make(false)
        const looked = yield* Latch.make(false)
        const joining = yield* joiner`SELECT id FROM lobbies WHERE code = 'ABCDEF'`.pipe(
          Effect.andThen(looked.open),
          Effect.andThen(mayJoin.await),
          Effect.andThen(lock(joiner, room)),
          joiner.withTransaction,
          Effect.forkScoped
        )
        yield* looked.await
        const migrating = yield* Effect.forkScoped(migrate(app.username, all.slice(0, 10)).pipe(as(owner)))
        yield* someoneWaits(sql)
        yield* mayJoin.open
        // sales go on while the migration waits for the purchase
        for (let nth = 0; nth < 5; nth++) {
          yield* lock(sale, day).pipe(Effect.timeout("15 seconds"))
          yield* Effect.sleep("50 millis")
        }
        return [migrating, joining] as const
      }).pipe(buyer.withTransaction)
      yield* Fiber.join(joining)
      assert.deepStrictEqual(yield* Fiber.join(migrating), ["names_of_draws"])
    }).pipe(Effect.scoped), 180_000)
})

describe("schemaProblem", () => {
  it.effect("tells a database without a schema from one that lacks migrations", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      assert.match(String(yield* schemaProblem().pipe(as(owner))), /has no schema yet/)
      const all = readMigrations()
      yield* migrate(app.username, all.slice(0, -1)).pipe(as(owner))
      assert.match(String(yield* schemaProblem().pipe(as(owner))), /^1 migration\(s\) are missing/)
    }))
})

describe("readMigrations", () => {
  const folderWith = (...files: ReadonlyArray<string>) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const folder = mkdtempSync(join(tmpdir(), "ddd-migrations-"))
        for (const file of files) writeFileSync(join(folder, file), "CREATE TABLE pots (cents bigint);")
        return folder
      }),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )

  it.effect("gives them in order, whatever the folder's", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith("0002_b.sql", "0001_a.sql")
      assert.deepStrictEqual(readMigrations(folder).map(({ name, number }) => `${number} ${name}`), ["1 a", "2 b"])
    }))

  it.effect("refuses a gap, a number used twice, and a file of another form", () =>
    Effect.gen(function*() {
      const [gap, twice, other] = [
        yield* folderWith("0001_a.sql", "0003_c.sql"),
        yield* folderWith("0001_a.sql", "0001_b.sql"),
        yield* folderWith("0001_a.sql", "notes.txt")
      ]
      assert.throws(() => readMigrations(gap), "0003_c.sql: expected number 2")
      assert.throws(() => readMigrations(twice), "0001_b.sql: expected number 2")
      assert.throws(() => readMigrations(other), "notes.txt: a migration is called 0001_name.sql")
    }))
})

/** The columns of the plan, part 2; where a column follows from others, the view that gives it (docs/design.md, "Tables"). */
const planned: Readonly<Record<string, ReadonlyArray<string>>> = {
  users: ["id", "email", "username", "password_hash", "created_at", "updated_at", "email_verified", "is_active"],
  draws: [
    "id",
    "draw_date",
    "prize_pool",
    "total_entries",
    "commitment_hash",
    "seed",
    "status",
    "winning_position",
    "created_at",
    "drawn_at"
  ],
  tickets: [
    "id",
    "ticket_id",
    "draw_id",
    "user_id",
    "position",
    "total_entries_at_purchase",
    "ticket_hash",
    "created_at"
  ],
  tickets_with_result: [
    "id",
    "ticket_id",
    "draw_id",
    "user_id",
    "position",
    "total_entries_at_purchase",
    "ticket_hash",
    "status",
    "prize_amount",
    "created_at"
  ],
  wallets: ["id", "user_id", "balance", "pending_withdrawal", "updated_at"],
  transactions: [
    "id",
    "user_id",
    "type",
    "amount",
    "balance_after",
    "status",
    "reference_id",
    "metadata",
    "created_at"
  ],
  lobbies_with_draw: [
    "id",
    "code",
    "name",
    "host_id",
    "status",
    "prize_pool",
    "max_participants",
    "draw_seed",
    "winner_id",
    "created_at"
  ],
  lobby_members_with_ticket: [
    "id",
    "lobby_id",
    "user_id",
    "has_ticket",
    "ticket_position",
    "ticket_hash",
    "joined_at"
  ]
}

/** Types that the plan gives, where it says more than the name does. */
const plannedTypes = {
  "draws.prize_pool": "numeric(12,2)",
  "draws.commitment_hash": "character varying(64)",
  "tickets.ticket_id": "character varying(32)",
  "tickets.ticket_hash": "character varying(64)",
  "tickets_with_result.status": "character varying(20)",
  "tickets_with_result.prize_amount": "numeric(12,2)",
  "wallets.balance": "numeric(12,2)",
  "wallets.pending_withdrawal": "numeric(12,2)",
  "transactions.type": "character varying(20)",
  "transactions.amount": "numeric(12,2)",
  "transactions.balance_after": "numeric(12,2)",
  "transactions.reference_id": "character varying(100)",
  "transactions.metadata": "jsonb",
  "lobbies_with_draw.code": "character varying(10)",
  "lobbies_with_draw.name": "character varying(100)",
  "lobbies_with_draw.status": "character varying(20)",
  "lobbies_with_draw.prize_pool": "numeric(12,2)",
  "lobbies_with_draw.max_participants": "integer",
  "lobbies_with_draw.draw_seed": "character varying(64)",
  "lobby_members_with_ticket.has_ticket": "boolean",
  "lobby_members_with_ticket.ticket_hash": "character varying(64)",
  "users.email": "character varying(255)",
  "users.username": "character varying(50)"
}

layer(PgWorld.migrated)("the schema", (it) => {
  const typesOf = Effect.fnUntraced(function*() {
    const sql = yield* session((yield* TestDatabase).owner)
    const rows = yield* sql<{ readonly column: string; readonly type: string }>`
      SELECT c.relname || '.' || a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped`
    return new Map(rows.map((row) => [row.column, row.type]))
  })

  for (const [table, columns] of Object.entries(planned)) {
    it.effect(`${table} has the columns of the plan`, () =>
      Effect.gen(function*() {
        const types = yield* typesOf()
        assert.deepStrictEqual(columns.filter((column) => !types.has(`${table}.${column}`)), [])
      }))
  }

  it.effect("columns have the types of the plan", () =>
    Effect.gen(function*() {
      const types = yield* typesOf()
      const found = Object.fromEntries(Object.keys(plannedTypes).map((column) => [column, types.get(column)]))
      assert.deepStrictEqual(found, plannedTypes)
    }))
})

describe("the migration of purchases to match", () => {
  it.live("marks what waits under names that are known by then", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const all = readMigrations()
      yield* migrate(app.username, all.slice(0, 26)).pipe(as(owner))
      const sql = yield* session(owner)
      yield* sql.unsafe(`DO $$ BEGIN
        INSERT INTO users (id, email, username, password_hash) VALUES ('${ada}', 'ada@x.test', 'ada', '!');
        INSERT INTO buyer_names (name, user_id) VALUES ('$1', '${ada}');
      END $$`)
      yield* sql`
        INSERT INTO fundings (reference, purchased, amount, names, created_at)
        SELECT 'app_store:' || name, true, 5, ARRAY['another', name], app_now() - nth * interval '1 day'
        FROM unnest(ARRAY['$1', '$2', ${ada}::text]) WITH ORDINALITY named (name, nth)`
      yield* migrate(app.username, all).pipe(as(owner))
      assert.deepStrictEqual(
        yield* sql`SELECT reference FROM purchases_to_match ORDER BY id`,
        [`app_store:${ada}`, "app_store:$1"].map((reference) => ({ reference }))
      )
    }), 180_000)
})

describe("the migration of identity checks", () => {
  it.live(
    "counts what was withdrawn before it, and what is meanwhile, and may be stopped and begun again",
    () =>
      Effect.gen(function*() {
        const { admin, app, owner } = yield* TestDatabase.make
        const all = readMigrations().slice(0, 40)
        yield* migrate(app.username, all.slice(0, 39)).pipe(as(owner))
        // as years of withdrawals left it: each player has one pending, one paid and one that failed; they are more than are done at once
        const superuser = yield* session(admin)
        yield* superuser.unsafe(`DO $$ BEGIN
        SET LOCAL session_replication_role = replica;
        INSERT INTO users (id, email, username, password_hash)
          SELECT gen_random_uuid(), nth || '@x.test', 'player' || nth, '!' FROM generate_series(1, 250) nth;
        INSERT INTO wallets (id, user_id, balance, seq)
          SELECT gen_random_uuid(), id, 8.00, 4 FROM users WHERE username LIKE 'player%';
        INSERT INTO withdrawals (id, user_id, amount, account, asked_at, status, transfer_status)
          SELECT gen_random_uuid(), id, 1.00, 'acct', now(), 'pending', 'unsent' FROM users WHERE username LIKE 'player%'
          UNION ALL
          SELECT gen_random_uuid(), id, 4.00, 'acct', now(), 'failed', 'refused' FROM users WHERE username LIKE 'player%';
        INSERT INTO withdrawals (id, user_id, amount, account, asked_at, status, transfer_status, transfer_id, payout_status, payout_id,
            provider_payout_status, payout_state)
          SELECT gen_random_uuid(), id, 2.00, 'acct', now(), 'paid', 'done', 'tr_' || id, 'done', 'po_' || id, 'paid', 'paid'
          FROM users WHERE username LIKE 'player%';
      END $$`)
        const sql = yield* session(owner)
        const [identity] = all.slice(39)
        assert(identity !== undefined)
        const unfilled = { ...identity, body: identity.body.slice(0, identity.body.lastIndexOf("\nDECLARE")) }
        // stopped before it filled in anything
        const stopped = { ...unfilled, body: `${unfilled.body}\nRAISE EXCEPTION 'stopped here';` }
        assert.strictEqual(
          (yield* migrate(app.username, [...all.slice(0, 39), stopped]).pipe(as(owner), Effect.flip))._tag,
          "SqlError"
        )
        // as a server of the release before asks for a withdrawal, of one player
        yield* sql.unsafe(`DO $$
        DECLARE one uuid := (SELECT id FROM users WHERE username = 'player1'); asked uuid := gen_random_uuid();
        BEGIN
          UPDATE wallets SET balance = 5.00, pending_withdrawal = 3.00, seq = 5 WHERE user_id = one;
          ALTER TABLE transactions DISABLE TRIGGER transactions_continue;
          INSERT INTO transactions (id, user_id, wallet_seq, type, amount, balance_after, counter_account, status)
            VALUES (asked, one, 5, 'withdrawal', -3.00, 5.00, 'payouts', 'pending');
          INSERT INTO withdrawals (id, user_id, amount, account, asked_at) VALUES (asked, one, 3.00, 'acct', now());
          ALTER TABLE transactions ENABLE TRIGGER transactions_continue;
        END $$`)
        assert.deepStrictEqual(yield* migrate(app.username, all).pipe(as(owner)), ["identity"])
        assert.deepStrictEqual(
          yield* sql`
          SELECT withdrawn::text AS withdrawn, count(*)::int AS wallets FROM wallets JOIN users u ON u.id = user_id
          WHERE username LIKE 'player%' GROUP BY withdrawn ORDER BY withdrawn`,
          [{ withdrawn: "3.00", wallets: 249 }, { withdrawn: "6.00", wallets: 1 }]
        )
        assert.deepStrictEqual(
          yield* sql`SELECT convalidated AS valid FROM pg_constraint WHERE conname = 'webhook_events_senders'`,
          [
            { valid: true }
          ]
        )
      }),
    180_000
  )
})
