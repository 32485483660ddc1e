/**
 * A database in which a few small days were played through the ports, copied for each test that breaks something in it.
 *
 * Day 1 is drawn. Day 2 is void: paid back by hand, as the ports have no step for it. Day 3 is on sale.
 */
import { nobleSha256 } from "@ddd/core/Hash"
import type { DrawId } from "@ddd/core/Ids"
import { parseNote } from "@ddd/core/Note"
import { Draws } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { formatVoid } from "@ddd/core/Record"
import { voidRecord } from "@ddd/core/Settlement"
import { buy, dollars, fundedPlayer, openSales, present } from "@ddd/sim/Steps"
import { Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import { migrate, readMigrations } from "../../src/Migrator.ts"
import * as Ports from "../../src/Ports.ts"
import { layer as client, type ProvisionedDatabase, session } from "../../src/Provision.ts"
import { injectedAdmin } from "../../src/testing/ProvidedPostgres.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "./PgWorld.ts"

/** Declares the draw on sale void, as the owner: refunds, wallets, then the record. */
const declareVoid = Effect.fnUntraced(function*(id: DrawId) {
  const sql = yield* session((yield* TestDatabase).owner)
  const draws = yield* Draws
  const openText = present(parseNote(present(yield* draws.notes(id)).open)).text
  const { totalEntries } = present(yield* draws.byId(id))
  const record = voidRecord(nobleSha256, openText, null, "seed", null, totalEntries)
  const note = yield* (yield* RecordSigner).sign(formatVoid(record))
  yield* Effect.gen(function*() {
    yield* sql`
      UPDATE wallets w SET seq = seq + back.tickets, balance = balance + back.tickets, withdrawable = withdrawable + back.delta
      FROM (
        SELECT user_id, count(*) AS tickets, -sum(withdrawable_delta) AS delta FROM transactions
        WHERE counter_account = ${`draw:${id}`} GROUP BY user_id
      ) back
      WHERE back.user_id = w.user_id`
    yield* sql`
      INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, wallet_seq, counter_account,
        withdrawable_delta)
      SELECT gen_random_uuid(), p.user_id, 'refund', 1.00, balance - after, reference_id, seq - after, counter_account,
        -withdrawable_delta
      FROM (
        SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY wallet_seq DESC) - 1 AS after
        FROM transactions WHERE counter_account = ${`draw:${id}`}
      ) p JOIN wallets w ON w.user_id = p.user_id`
    yield* sql`UPDATE draws SET status = 'void', result_note = ${note} WHERE id = ${id}::uuid`
  }).pipe(sql.withTransaction)
})

/** Moves the database's clock to when the sales of the day end. */
const endDay = Effect.gen(function*() {
  const sql = yield* session((yield* TestDatabase).owner)
  yield* sql`
    UPDATE app_clock SET shift = shift + (
      SELECT closes_at - app_now() FROM draws WHERE opens_at <= app_now() AND app_now() < closes_at
    )`
})

const play = Effect.gen(function*() {
  const ada = yield* fundedPlayer("ada", dollars(200))
  const bob = yield* fundedPlayer("bob", dollars(20))
  yield* openSales
  yield* buy(ada, 2, { key: "first" })
  yield* buy(bob, 3, { key: "first" })
  yield* buy(ada, 1)
  yield* endDay
  const second = yield* openSales
  yield* buy(bob, 2, { key: "second" })
  yield* buy(ada, 1, { key: "second" })
  yield* declareVoid(second.id)
  yield* endDay
  yield* openSales
  yield* buy(ada, 2, { key: "third" })
  yield* buy(bob, 1, { key: "third" })
  yield* buy(ada, 100, { key: "many" })
})

const migrations = readMigrations()
const digest = createHash("sha256").update(migrations.map(({ checksum }) => checksum).join()).digest("hex")

/** A copy of the played database. */
export const layer = TestDatabase.layerMigrated({
  key: `played_${digest.slice(0, 12)}`,
  migrate: (database: ProvisionedDatabase) => {
    const { app, owner } = database
    const admin = { ...injectedAdmin(), database: database.name }
    const ports = Ports.layer().pipe(
      Layer.provideMerge(PgWorld.keys),
      Layer.provideMerge(client(app)),
      Layer.provideMerge(Layer.succeed(TestDatabase, TestDatabase.of({ ...database, admin })))
    )
    return migrate(app.username, migrations).pipe(
      Effect.provide(client(owner)),
      Effect.andThen(Effect.provide(play, ports)),
      Effect.scoped
    )
  }
})
