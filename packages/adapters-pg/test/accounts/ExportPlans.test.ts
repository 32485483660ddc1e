/** What an export costs where the planner's statistics are older than most of a player's rows. */
import { exportOf, newPlayer } from "@ddd/sim/contract/Players"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { layer as client, session } from "../../src/database/Provision.ts"
import { nodesOf, type PlanRecorder, recordPlans, rowsGiven, rowsRead } from "../../src/testing/PlanRecorder.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

class Plans extends Context.Service<Plans, PlanRecorder>()("@ddd/adapters-pg/test/ExportPlans/Plans") {}

const app = Layer.unwrap(
  Effect.map(Plans, ({ connection }) => client(connection, { maxConnections: 4, applicationName: "ddd test" }))
).pipe(
  Layer.provideMerge(Layer.effect(Plans, Effect.flatMap(TestDatabase, (made) => recordPlans(made.admin, made))))
)

/** Of each, many more than a page. */
const rows = 2_000

it.live("a page of an export is read along an index, whatever the planner knows", () =>
  Effect.gen(function*() {
    const { admin } = yield* TestDatabase
    const { id } = yield* newPlayer("ada")
    const sql = yield* session(admin)
    // the statistics will not know of what comes after them
    yield* sql`ALTER TABLE sessions SET (autovacuum_enabled = off)`
    yield* sql`ALTER TABLE idempotency_keys SET (autovacuum_enabled = off)`
    yield* sql`
      INSERT INTO idempotency_keys (user_id, key, fingerprint, status, body, created_at)
      SELECT ${id}::uuid, 'before-' || n, sha256(int8send(n)), 201, 'kept', app_now() FROM generate_series(1, 50) n`
    yield* sql`ANALYZE`
    yield* sql`
      INSERT INTO sessions (id, user_id, user_agent, created_at, last_used_at)
      SELECT gen_random_uuid(), ${id}::uuid, 'a browser', app_now(), app_now() FROM generate_series(1, ${rows})`
    yield* sql`
      INSERT INTO idempotency_keys (user_id, key, fingerprint, status, body, created_at)
      SELECT ${id}::uuid, 'key-' || n, sha256(int8send(n)), 201, 'kept', app_now() FROM generate_series(1, ${rows}) n`
    const plans = yield* Plans
    plans.take()
    const exported = yield* exportOf(id)
    assert.isNotNull(exported)
    const pages = plans.take().filter(({ text }) => /FROM sessions|FROM idempotency_keys/.test(text))
    assert.isAbove(pages.length, 2 * rows / 500)
    for (const { plan, text } of pages) {
      const read = nodesOf(plan).reduce((sum, node) => sum + rowsRead(node), 0)
      assert.isAtMost(read, 2 * rowsGiven(plan) + 10, text)
    }
  }).pipe(Effect.scoped, Effect.provide(PgWorld.layerOn(app))), 300_000)
