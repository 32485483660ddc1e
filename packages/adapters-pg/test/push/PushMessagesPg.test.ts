/** What only PostgreSQL can show of push notifications: pages of devices, and what a settlement does not wait for. */
import { closingMillis } from "@ddd/core/draws/Notices"
import { Devices } from "@ddd/core/ports/Devices"
import { PushMessages } from "@ddd/core/ports/PushMessages"
import { newPlayer } from "@ddd/sim/contract/Players"
import { advance, buy, deposit, dollars, drawNow, fundedPlayer, openSales, present } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

const asAdmin = Effect.flatMap(TestDatabase, ({ admin }) => session(admin))

describe("push messages", () => {
  it.live(
    "goes through more devices than a page has, each once, however many nodes do it, by their players' own tickets alone",
    () =>
      Effect.gen(function*() {
        const draw = yield* openSales
        const sql = yield* asAdmin
        const ada = yield* fundedPlayer("ada", dollars(5))
        yield* buy(ada, 1)
        yield* sql`SET session_replication_role = replica`
        // of a player in six a ticket, copied from Ada's
        yield* sql`
          INSERT INTO users (id, email, username, password_hash)
          SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid, 'p' || g, 'p' || g, '!' FROM generate_series(1, 600) g`
        yield* sql`
          INSERT INTO devices (user_id, device_id, session_id, push_token, platform, locale)
          SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid, gen_random_uuid(), gen_random_uuid(), g || ' ' || n,
            'ios', 'en' FROM generate_series(1, 600) g, generate_series(1, 2) n`
        yield* sql`
          INSERT INTO tickets SELECT (jsonb_populate_record(t, jsonb_build_object(
              'id', left(t.id::text, 24) || lpad(to_hex(g), 12, '0'), 'ticket_id', 'DDL-' || g, 'position', g + 1, 'total_entries_at_purchase', g + 1,
              'user_id', '01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0')))).*
          FROM tickets t, generate_series(6, 600, 6) g`
        const now = yield* (yield* World).now
        yield* advance(present(draw.closesAt) - closingMillis - now)
        const { announceClosing, take } = yield* PushMessages
        let pages = 0
        const node = Effect.gen(function*() {
          for (let idle = 0; idle < 20;) {
            if (yield* announceClosing) pages++
            else idle++
          }
        })
        yield* Effect.all([node, node, node], { concurrency: "unbounded" })
        assert.strictEqual(pages, 2)
        const taken = yield* take("closing", 1_000)
        assert.lengthOf(taken, 200)
        assert.strictEqual(new Set(taken.map(({ userId }) => userId)).size, 100)
        assert.deepStrictEqual(yield* take("closing", 1_000), [])
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live("keep no draw from being settled while an app holds the winner's devices", () =>
    Effect.gen(function*() {
      yield* openSales
      const { id, session: signedIn } = yield* newPlayer("ada")
      yield* deposit(id, dollars(2), "test:ada")
      const phone = { deviceId: id, pushToken: "ExponentPushToken[a]", platform: "ios", locale: "en" } as const
      yield* (yield* Devices).put(id, signedIn, phone)
      yield* buy(id, 1)
      const sql = yield* asAdmin
      yield* Effect.gen(function*() {
        yield* sql`DELETE FROM devices`
        assert.strictEqual((yield* drawNow).status, "drawn")
      }).pipe(sql.withTransaction)
      const { take } = yield* PushMessages
      // it was there when the draw was settled, and is not now
      assert.deepStrictEqual((yield* take("others", 10)).map(({ device }) => device), [null])
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)
})
