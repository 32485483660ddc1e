/** What of money in concerns PostgreSQL alone. */
import { Fundings } from "@ddd/core/ports/Fundings"
import { userId } from "@ddd/core/values/Ids"
import { walletOf } from "@ddd/sim/contract/Money"
import { dollars, present, purchaseOf, signUp, tell } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import type { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { SqlError } from "effect/sql"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"
import * as PgWorld from "../support/PgWorld.ts"

/** The instant that a UUID v7 begins with. */
const instantIn = (id: string): number => Number.parseInt(id.replace("-", "").slice(0, 12), 16)

const hourMillis = 3_600_000

describe("a movement of money in", () => {
  it.live("happens when its wallet is had, not when it was first waited for", () =>
    Effect.gen(function*() {
      const fundings = yield* Fundings
      const world = yield* World
      const ada = yield* signUp("ada")
      const { admin, owner } = yield* TestDatabase
      const holder = yield* session(owner)
      const onlooker = yield* session(admin)
      const recording = yield* Effect.gen(function*() {
        yield* holder`SELECT 1 FROM wallets WHERE user_id = ${ada}::uuid FOR UPDATE`
        const recording = yield* Effect.forkScoped(fundings.record(purchaseOf(ada, dollars(5), "test:1")), {
          startImmediately: true
        })
        yield* someoneWaits(onlooker)
        return recording
      }).pipe(Effect.tap(() => world.advance(hourMillis)), holder.withTransaction)
      const since = (yield* world.now) - hourMillis / 2
      const { transactions } = yield* Fiber.join(recording)
      assert.isAbove(instantIn(present(transactions[0]).id), since)
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)
})

const purchaseBy = (names: ReadonlyArray<string>, reference: string) =>
  tell({ _tag: "Purchased", reference, amount: dollars(5), buyer: { _tag: "Named", names } })

const newcomer = userId("01900000-0000-7000-8000-0000000000aa")

/** Somebody signs up, whose id a shop has already. */
const arrive = (sql: PgClient.PgClient) =>
  sql.unsafe(`DO $$ BEGIN
    INSERT INTO users (id, email, username, password_hash) VALUES ('${newcomer}', 'new@x.test', 'newcomer', '!');
    INSERT INTO wallets (id, user_id) VALUES (gen_random_uuid(), '${newcomer}');
  END $$`)

const credited = Effect.flatMap(Fundings, (fundings) => fundings.creditWaiting(10))

/** Begins `second` once `first` is written, which commits once `second` waits for it. */
const whileUncommitted = Effect.fnUntraced(function*<A, E, R>(
  first: (sql: PgClient.PgClient) => Effect.Effect<unknown, SqlError.SqlError>,
  second: Effect.Effect<A, E, R>
) {
  const { admin, app } = yield* TestDatabase
  const holder = yield* session(app)
  const onlooker = yield* session(admin)
  const fiber = yield* Effect.gen(function*() {
    yield* first(holder)
    const fiber = yield* Effect.forkScoped(second, { startImmediately: true })
    yield* someoneWaits(onlooker)
    return fiber
  }).pipe(holder.withTransaction)
  return yield* Fiber.join(fiber)
})

const learn = (user: string) => (sql: PgClient.PgClient) =>
  sql`INSERT INTO buyer_names (name, user_id) VALUES ('$1', ${user}::uuid)`

const record = (name: string) => (sql: PgClient.PgClient) =>
  sql`INSERT INTO fundings (reference, purchased, amount, names) VALUES ('app_store:1', true, 5, ARRAY[${name}])`

describe("a purchase whose buyer becomes known", () => {
  it.live(
    "is credited where a name was learnt, and is not visible yet, when it is recorded",
    () =>
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const { funding } = yield* whileUncommitted(learn(ada), purchaseBy(["$1"], "app_store:1"))
        assert.isNull(funding.userId)
        assert.deepStrictEqual(yield* credited, ["app_store:1"])
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(5))
      }).pipe(Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live(
    "is credited where it was recorded, and is not visible yet, when a name is learnt",
    () =>
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const fundings = yield* Fundings
        assert.isTrue(yield* whileUncommitted(record("$1"), fundings.shareNames([ada, "$1"])))
        assert.deepStrictEqual(yield* credited, ["app_store:1"])
      }).pipe(Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live(
    "is credited once its buyer signs up, before it is recorded, after it or meanwhile",
    () =>
      Effect.gen(function*() {
        const { app } = yield* TestDatabase
        const sql = yield* session(app)
        yield* purchaseBy([newcomer], "app_store:1")
        assert.deepStrictEqual(yield* credited, [])
        yield* whileUncommitted(arrive, purchaseBy([newcomer], "app_store:2"))
        assert.deepStrictEqual(yield* credited, ["app_store:1", "app_store:2"])
        assert.strictEqual((yield* purchaseBy([newcomer], "app_store:3")).funding.userId, newcomer)
        assert.deepStrictEqual(yield* sql`SELECT FROM purchases_to_match`, [])
      }).pipe(Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live("is credited behind one that fails, which is tried again after all others", () =>
    Effect.gen(function*() {
      const { admin } = yield* TestDatabase
      const ada = yield* signUp("ada")
      const sql = yield* session(admin)
      yield* sql`
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$`
      yield* sql`
        CREATE TRIGGER fail BEFORE INSERT ON transactions FOR EACH ROW
        WHEN (NEW.reference_id = 'app_store:1') EXECUTE FUNCTION fail()`
      for (const nth of [1, 2, 3]) yield* purchaseBy(["$1"], `app_store:${nth}`)
      yield* (yield* Fundings).shareNames([ada, "$1"])
      const looks = yield* Effect.forEach([1, 2, 3], () => Fundings.use((fundings) => fundings.creditWaiting(1)))
      assert.deepStrictEqual(looks, [[], ["app_store:2"], ["app_store:3"]])
      yield* sql`DROP TRIGGER fail ON transactions`
      assert.deepStrictEqual(yield* credited, ["app_store:1"])
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)

  it.live("is credited behind one whose buyer's wallet somebody holds", () =>
    Effect.gen(function*() {
      const { app } = yield* TestDatabase
      const fundings = yield* Fundings
      const holder = yield* session(app)
      const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
      for (const [name, user] of [["$1", ada], ["$2", bob]] as const) {
        yield* purchaseBy([name], `app_store:${name}`)
        yield* fundings.shareNames([user, name])
      }
      yield* Effect.gen(function*() {
        yield* holder`SELECT 1 FROM wallets WHERE user_id = ${ada}::uuid FOR UPDATE`
        assert.deepStrictEqual(yield* credited, ["app_store:$2"])
      }).pipe(holder.withTransaction)
      assert.deepStrictEqual(yield* credited, ["app_store:$1"])
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)
})
