/** What only PostgreSQL can show of pruning: that it refuses to lose what is young, and that nodes do not hinder each other. */
import { Retention } from "@ddd/core/ports/Retention"
import { keptMillis, type RetainedKind } from "@ddd/core/values/Retention"
import { pruneKind } from "@ddd/core/work/Pruning"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"
import { refused } from "../support/Statements.ts"

const player = "018f2d5e-7a1b-7cc0-9d3a-00000000000a"

const people = [
  `INSERT INTO users (id, email, username, password_hash) VALUES ('${player}', 'ada@x.test', 'ada', '!')`,
  `CREATE FUNCTION id_at(at timestamptz, nth bigint) RETURNS uuid LANGUAGE sql AS $f$
     SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(nth), 15, '0'))::uuid
   $f$`
]

interface Kept {
  readonly kind: RetainedKind
  readonly table: string
  /** Writes a row of that number and age. */
  readonly insert: (nth: number, age: string) => ReadonlyArray<string>
  /** What tells that a row is there still. */
  readonly left: string
  /** Whether the database refuses to remove a young one. */
  readonly guarded: boolean
}

const kept: ReadonlyArray<Kept> = [
  {
    kind: "kept answers",
    table: "idempotency_keys",
    insert: (
      nth,
      age
    ) => [`INSERT INTO idempotency_keys VALUES ('${player}', 'key ${nth}', '', 201, '', app_now() - ${age})`],
    left: "SELECT 1 FROM idempotency_keys",
    guarded: true
  },
  {
    kind: "sale batches",
    table: "sale_batches",
    insert: (nth, age) => [
      `INSERT INTO sale_batches (id, abandoned, created_at)
       VALUES (id_at(app_now() - ${age} - interval '1 second', ${nth}), false, app_now() - ${age})`
    ],
    left: "SELECT 1 FROM sale_batches",
    guarded: true
  },
  {
    kind: "refresh tokens",
    table: "refresh_tokens",
    insert: (nth, age) => [
      `INSERT INTO sessions (id, user_id) VALUES (id_at('2026-01-01Z', ${nth}), '${player}')`,
      `INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES ('${nth}', id_at('2026-01-01Z', ${nth}), app_now() - ${age})`
    ],
    left: "SELECT 1 FROM refresh_tokens",
    guarded: true
  },
  {
    kind: "ended sessions",
    table: "sessions",
    insert: (nth, age) => [
      `INSERT INTO sessions (id, user_id, ended_at, end_reason)
       VALUES (id_at('2026-01-01Z', ${nth}), '${player}', app_now() - ${age}, 'signed_out')`
    ],
    left: "SELECT 1 FROM sessions",
    guarded: true
  },
  {
    kind: "mailed tokens",
    table: "mailed_tokens",
    insert: (nth, age) => [
      `INSERT INTO mailed_tokens (id, token_hash, user_id, purpose, expires_at, used_at)
       VALUES (gen_random_uuid(), '${nth}', '${player}', 'verify_email', app_now(), app_now() - ${age})`
    ],
    left: "SELECT 1 FROM mailed_tokens",
    guarded: true
  },
  {
    kind: "throttles",
    table: "throttles",
    insert: (nth, age) => [`INSERT INTO throttles VALUES ('${nth}', 9, app_now() - ${age}, app_now())`],
    left: "SELECT 1 FROM throttles",
    guarded: false
  },
  {
    kind: "known networks",
    table: "known_networks",
    insert: (nth, age) => [`INSERT INTO known_networks VALUES ('${nth}', '${nth}', app_now() - ${age})`],
    left: "SELECT 1 FROM known_networks",
    guarded: false
  },
  {
    kind: "webhook bodies",
    table: "webhook_events",
    insert: (nth, age) => [
      `INSERT INTO webhook_events (id, sender, event_id, type, body, state, handled_at)
       VALUES (gen_random_uuid(), 'stripe', '${nth}', 'x', '{}', 'done', app_now() - ${age})`
    ],
    left: "SELECT 1 FROM webhook_events WHERE body <> ''",
    guarded: false
  },
  {
    kind: "request counts",
    table: "request_counts",
    // by the clock of processes, which does not stand where the world's does
    insert: (nth, age) => [
      `INSERT INTO request_counts
       VALUES ('${nth}', 1, (extract(epoch FROM clock_timestamp() - ${age}) * 1000)::bigint)`
    ],
    left: "SELECT 1 FROM request_counts",
    guarded: false
  },
  {
    kind: "excluded names",
    table: "excluded_names",
    insert: (nth, age) => [`INSERT INTO excluded_names VALUES (sha256('${nth}'), app_now() - ${age})`],
    left: "SELECT 1 FROM excluded_names",
    guarded: true
  },
  {
    kind: "devices",
    table: "devices",
    insert: (nth, age) => [
      `INSERT INTO devices VALUES ('${player}', gen_random_uuid(), gen_random_uuid(), 'token ${nth}', 'ios', 'en', app_now() - ${age})`
    ],
    left: "SELECT 1 FROM devices",
    guarded: false
  },
  {
    kind: "push messages",
    table: "push_messages",
    insert: (_, age) => [
      `INSERT INTO push_messages VALUES ('${player}', gen_random_uuid(), gen_random_uuid(), 'won', app_now(), app_now() - ${age})`
    ],
    left: "SELECT 1 FROM push_messages",
    guarded: false
  }
]

/** Fills the table with `old` rows of the age at which they go, and as many that are a minute younger. */
const fill = Effect.fnUntraced(function*({ insert, kind }: Kept, old: number) {
  const { owner } = yield* TestDatabase
  const sql = yield* session(owner)
  const millis = keptMillis[kind]
  const rows = Array.from({ length: old }, (_, nth) => [
    ...insert(2 * nth, `interval '${millis} milliseconds'`),
    ...insert(2 * nth + 1, `interval '${millis - 60_000} milliseconds'`)
  ])
  yield* Effect.forEach([...people, ...rows.flat()], (statement) => sql.unsafe(statement), { discard: true })
})

describe("pruning", () => {
  for (const one of kept) {
    it.live(
      `removes ${one.kind} that are old, a step at a time, whoever else does, and no other`,
      () =>
        Effect.gen(function*() {
          const sql = yield* PgClient.PgClient
          const { prune } = yield* Retention
          yield* fill(one, 12)
          const { isMore, rows } = yield* prune(one.kind, 5)
          assert.isTrue(isMore)
          const nodes = yield* Effect.all([pruneKind(one.kind), pruneKind(one.kind), pruneKind(one.kind)], {
            concurrency: "unbounded"
          })
          assert.strictEqual(nodes.reduce((sum, removed) => sum + removed, rows), 12)
          assert.strictEqual((yield* sql.unsafe(one.left)).length, 12)
          assert.deepStrictEqual(yield* prune(one.kind, 5), { rows: 0, isMore: false })
        }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
      180_000
    )
  }

  for (const one of kept.filter(({ guarded }) => guarded)) {
    it.live(
      `is all that removes ${one.kind}: the database refuses it of young ones, whoever asks`,
      () =>
        Effect.gen(function*() {
          const { app, owner } = yield* TestDatabase
          yield* fill({ ...one, insert: (nth, age) => nth % 2 === 1 ? one.insert(nth, age) : [] }, 2)
          for (const role of [app, owner]) {
            yield* refused(
              yield* session(role),
              [`DELETE FROM ${one.table}`],
              "restrict_violation",
              /are removed once they are old, and not before/
            )
          }
        }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
      180_000
    )
  }

  it.live(
    "removes neither a session that lives nor a token that still says that it was copied",
    () =>
      Effect.gen(function*() {
        const { app } = yield* TestDatabase
        const living: Kept = { ...present("refresh tokens") }
        yield* fill(living, 1)
        const sql = yield* session(app)
        yield* refused(sql, ["DELETE FROM refresh_tokens", "DELETE FROM sessions"].slice(0, 1), "restrict_violation")
        assert.strictEqual(yield* pruneKind("refresh tokens"), 1)
        // its session was used just now, by a successor that is not here
        assert.strictEqual((yield* sql`SELECT 1 FROM sessions`).length, 2)
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )
})

function present(kind: RetainedKind): Kept {
  const found = kept.find((one) => one.kind === kind)
  return found ?? assert.fail(`${kind} is not in the list`)
}
