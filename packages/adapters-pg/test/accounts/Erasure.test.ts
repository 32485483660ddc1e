/** What is left of a person in the database once they are erased, and what becomes of players who were there before accounts. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Devices } from "@ddd/core/ports/Devices"
import { Draws } from "@ddd/core/ports/Draws"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Outbox } from "@ddd/core/ports/Outbox"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Sessions } from "@ddd/core/ports/Sessions"
import { Throttles } from "@ddd/core/ports/Throttles"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { exportOf, firstHash, mailedHash, newPlayer, origin, signInAgain } from "@ddd/sim/contract/Players"
import { byAnn } from "@ddd/sim/scenario/Operators"
import { buyInRoom, roomOf } from "@ddd/sim/scenario/RoomSteps"
import {
  advance,
  auditClean,
  buy,
  dollars,
  drawNow,
  fundedPlayer,
  linkPayoutAccount,
  openSales,
  present
} from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Logger, Schedule } from "effect"
import { migrate, readMigrations } from "../../src/database/Migrator.ts"
import { layer as client, session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"
import * as PgWorld from "../support/PgWorld.ts"

/** The tables whose rows hold one of the texts, in any column and any case. */
const tablesHolding = Effect.fnUntraced(function*(texts: ReadonlyArray<string>) {
  const sql = yield* session((yield* TestDatabase).admin)
  const tables = yield* sql<{ readonly name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`
  const patterns = texts.map((text) => `%${text}%`)
  const holding = yield* Effect.filter(tables, ({ name }) =>
    Effect.map(
      sql`SELECT 1 FROM ${sql(name)} t WHERE t::text ILIKE ANY(${patterns}::text[]) LIMIT 1`,
      (rows) => rows.length > 0
    ))
  return holding.map(({ name }) => name)
})

describe("a person who is erased", () => {
  it.live(
    "holds up no friend in a room while what others' answers say of them is changed",
    () =>
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const [ada, bob, eve] = [
          yield* fundedPlayer("ada", dollars(1)),
          (yield* newPlayer("bob")).id,
          yield* fundedPlayer("eve", dollars(1))
        ]
        const room = yield* roomOf([ada, bob, eve])
        yield* buyInRoom(ada, room, { key: "k" })
        const { admin } = yield* TestDatabase
        const [intruder, holder] = [yield* session(admin), yield* session(admin)]
        const erasing = yield* Effect.gen(function*() {
          // an answer that is to be changed is held, as if there were very many of them
          yield* holder`SELECT 1 FROM idempotency_keys WHERE user_id = ${ada}::uuid FOR UPDATE`
          const erasing = yield* Effect.forkScoped(accounts.erase(bob, byAnn), { startImmediately: true })
          yield* someoneWaits(intruder)
          const bought = yield* buyInRoom(eve, room)
          const [, name] = bought.room.participants.map(({ username }) => username)
          assert.match(present(name), /^erased-/)
          return erasing
        }).pipe(holder.withTransaction)
        yield* Fiber.join(erasing)
        const { body } = present((yield* intruder<{ readonly body: string }>`SELECT body FROM idempotency_keys`)[0])
        assert.notInclude(body, "\"bob\"")
        yield* auditClean
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live(
    "is forgotten by others' answers when they are erased once more, where that did not come to its end",
    () =>
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const [ada, bob, eve] = [
          yield* fundedPlayer("ada", dollars(1)),
          (yield* newPlayer("bob")).id,
          (yield* newPlayer("eve")).id
        ]
        yield* buyInRoom(ada, yield* roomOf([ada, bob, eve]), { key: "k" })
        const sql = yield* sessionOf
        const bodyOfAnswer = Effect.map(
          sql<{ readonly body: string }>`SELECT body FROM idempotency_keys`,
          ([row]) => present(row).body
        )
        yield* sql`CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN RAISE EXCEPTION 'gone'; END $body$`
        yield* sql`CREATE TRIGGER gone BEFORE UPDATE ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION gone()`
        const lines: Array<string> = []
        const log = Logger.layer([
          Logger.make(({ logLevel, message }) => lines.push(`${logLevel} ${[message].flat().join(" ")}`))
        ])
        // the erasure stands, whoever asked for it, and the log says what is left to do
        yield* accounts.eraseSelf(bob, firstHash).pipe(
          Effect.andThen(accounts.erase(eve, byAnn)),
          Effect.provide(Layer.fresh(log))
        )
        assert.deepStrictEqual(
          lines,
          [bob, eve].map((id) =>
            `Error user ${id} is erased, but answers kept for others may still have the name: gone (P0001); ` +
            `\`ddd user erase ${id}\` removes it`
          )
        )
        for (const id of [bob, eve]) assert.isTrue(present(yield* accounts.find(id)).erased)
        assert.include(yield* bodyOfAnswer, "\"bob\"")
        assert.include(yield* bodyOfAnswer, "\"eve\"")
        yield* sql`DROP TRIGGER gone ON idempotency_keys`
        for (const id of [bob, eve]) yield* accounts.erase(id, byAnn)
        assert.notInclude(yield* bodyOfAnswer, "\"bob\"")
        assert.notInclude(yield* bodyOfAnswer, "\"eve\"")
        yield* auditClean
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live("is in no table any more, by address, name, network or browser", () =>
    Effect.gen(function*() {
      const accounts = yield* Accounts
      const { id, session } = yield* newPlayer("lovelace")
      const attempt = { act: "sign_in", account: "lovelace@example.com", ip: "192.0.2.7" } as const
      yield* (yield* Throttles).admit(attempt)
      yield* (yield* Throttles).succeeded(attempt)
      yield* (yield* SecurityLog).append("sign_in_failed", { userId: id }, origin)
      yield* (yield* SecurityLog).append("sign_in_failed", { subject: "lovelace@example.org" }, origin)
      yield* accounts.changeProfile(id, { username: "ada", email: "ada@babbage.example", verified: firstHash }, origin)
      yield* accounts.verifyEmail(yield* mailedHash("MailVerifyAddress"), origin)
      yield* accounts.askReset("ada@babbage.example", origin)
      const second = yield* signInAgain(id, "second")
      const phone = { deviceId: id, pushToken: "ExponentPushToken[countess]", platform: "ios", locale: "en" } as const
      assert.isTrue(yield* (yield* Devices).put(id, second, phone))
      yield* (yield* Sessions).end(id, session, origin)
      const sql = yield* sessionOf
      yield* sql`UPDATE jobs SET last_failure = '550 <ada@babbage.example>: no such user'`

      yield* sql`
        INSERT INTO push_messages (user_id, device_id, draw_id, kind, due_at, until, receipt_id, sent_token, sent_at)
        VALUES (${id}::uuid, ${id}::uuid, ${id}::uuid, 'won', app_now(), app_now(), 'r', 'ExponentPushToken[countess]', app_now())`

      const personal = ["lovelace@", "lovelace", "babbage", "192.0.2", "a browser", "another browser", "countess"]
      assert.deepStrictEqual(yield* tablesHolding(personal), [
        "devices",
        "email_identities",
        "jobs",
        "mailed_tokens",
        "push_messages",
        "sessions",
        "users"
      ])
      yield* accounts.erase(id, byAnn)
      assert.deepStrictEqual(yield* tablesHolding(personal), [])
      assert.strictEqual((yield* sql`SELECT 1 FROM user_keys WHERE user_id = ${id}::uuid`).length, 0)
      assert.isAbove((yield* sql`SELECT 1 FROM security_events WHERE user_id = ${id}::uuid`).length, 5)
      yield* auditClean
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)

  it.live("is known to no shop and no bank any more, and their money stays in the books", () =>
    Effect.gen(function*() {
      const accounts = yield* Accounts
      const fundings = yield* Fundings
      const inbox = yield* WebhookInbox
      const payouts = yield* PayoutAccounts
      const withdrawals = yield* Withdrawals
      const { id } = yield* newPlayer("ada")
      const other = yield* newPlayer("bob")
      const sql = yield* sessionOf
      /** An event that was acted on; gives its id. */
      const event = Effect.fnUntraced(function*(body: unknown, reference: string | null, isDone = true) {
        const bytes = new TextEncoder().encode(JSON.stringify(body))
        const eventId = `${(yield* inbox.list({}, { limit: 100, cursor: null })).items.length}`
        yield* inbox.receive({ sender: "revenuecat", eventId, type: "TEST", body: bytes })
        const [received] = (yield* inbox.list({}, { limit: 1, cursor: null })).items
        if (isDone) yield* inbox.conclude(present(received).id, { state: "done", outcome: "done", reference })
        return present(received).id
      })
      const purchase = {
        _tag: "Purchased",
        amount: dollars(5),
        buyer: { _tag: "Named", names: ["$buyer", id] }
      } as const
      yield* fundings.record({ ...purchase, reference: "app_store:1" })
      yield* (yield* World).verify(id)
      yield* linkPayoutAccount(id, "acct_lovelace")
      yield* payouts.setStatus("acct_lovelace", "ready", "simulated")
      const asked = yield* withdrawals.ask({
        userId: id,
        amount: dollars(5),
        withdrawDeposits: true,
        provider: "simulated",
        idempotency: null
      })
      const seen = { amount: dollars(5), objectId: "1", account: "acct_lovelace" } as const
      yield* withdrawals.applyReport(
        asked.transaction.id,
        { _tag: "TransferSeen", reversed: dollars(0), ...seen },
        null
      )
      yield* withdrawals.applyReport(asked.transaction.id, { _tag: "PayoutSeen", status: "paid", ...seen }, null)
      yield* fundings.record({ _tag: "Refunded", reference: "app_store:1" })
      yield* fundings.record({ ...purchase, reference: "app_store:held", doubt: "it is of 3 pieces" })

      const own = [
        yield* event({ transaction_id: "1" }, "app_store:1"),
        yield* event({ app_user_id: id }, null),
        yield* event({ aliases: ["$buyer"] }, null),
        yield* event({ attributes: { $email: { value: "ada@example.com" } } }, null),
        yield* event({ account: "acct_lovelace" }, null)
      ]
      const others = [
        yield* event({ app_user_id: other.id }, null),
        yield* event({ aliases: ["$buyer of another"] }, null),
        // nobody has looked at it yet: it may be about money
        yield* event({ app_user_id: id }, null, false)
      ]
      const before = present(yield* exportOf(id))
      assert.nestedPropertyVal(before, "wallet.debt", "5.00")
      assert.deepStrictEqual(before["fundings"], [{
        reference: "app_store:1",
        purchased: true,
        refunded: true,
        refundReversed: false,
        given: "taken back",
        amount: "5.00",
        price: null,
        refundPrice: null,
        refundAmount: null,
        names: ["$buyer", id]
      }])
      assert.deepStrictEqual(before["buyerNames"], ["$buyer"])
      assert.nestedPropertyVal(before, "payoutAccount.account", "acct_lovelace")
      assert.nestedPropertyVal(before, "withdrawals[0].amount", "5.00")
      assert.nestedPropertyVal(before, "withdrawals[0].payoutStatus", "paid")

      // who owes, or may be sent a payout back, is not erased
      const refused = yield* Effect.flip(accounts.erase(id, byAnn))
      assert.deepStrictEqual(refused._tag === "EraseRefused" ? refused.reasons.map(({ _tag }) => _tag) : refused, [
        "PayoutReturnable",
        "Debt"
      ])
      yield* fundings.record({ ...purchase, reference: "app_store:2" })
      yield* advance(7 * 86_400_000)

      const named = ["$buyer", "acct_lovelace"]
      assert.deepStrictEqual(yield* tablesHolding(named), ["buyer_names", "fundings", "payout_accounts", "withdrawals"])
      yield* accounts.erase(id, byAnn)
      // what was paid out stays, and with it the provider's name for the account
      assert.deepStrictEqual(yield* tablesHolding(named), ["withdrawals"])
      assert.isNull(yield* payouts.of(id))
      for (const event of own) assert.strictEqual(present(yield* inbox.find(event)).body, "")
      for (const event of others) assert.notStrictEqual(present(yield* inbox.find(event)).body, "")
      const left = yield* sql`SELECT names, given FROM fundings WHERE user_id = ${id}::uuid ORDER BY reference`
      assert.deepStrictEqual(left, [{ names: [], given: "taken back" }, { names: [], given: "credited" }])
      const held = present(yield* fundings.find("app_store:held"))
      assert.deepStrictEqual([held.heldReason, held.names], ["it is of 3 pieces", []])
      yield* auditClean
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)

  it.live("is credited nothing that was found to be theirs just before", () =>
    Effect.gen(function*() {
      const fundings = yield* Fundings
      const { id } = yield* newPlayer("ada")
      const sql = yield* sessionOf
      const watch = yield* session((yield* TestDatabase).admin)
      // the wallet is held as an erasure holds it, while the purchase has its buyer already
      const recording = yield* Effect.gen(function*() {
        yield* sql`SELECT 1 FROM wallets WHERE user_id = ${id}::uuid FOR NO KEY UPDATE`
        const recording = yield* Effect.forkScoped(Effect.exit(fundings.record({
          _tag: "Purchased",
          reference: "app_store:late",
          amount: dollars(5),
          buyer: { _tag: "Named", names: [id] }
        })))
        yield* watch<{ readonly waits: boolean }>`
          SELECT EXISTS (
            SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.datname = current_database() AND NOT l.granted
          ) AS waits`
          .pipe(Effect.repeat({ until: ([row]) => row?.waits === true, schedule: Schedule.spaced("20 millis") }))
        yield* sql`UPDATE users SET erased_at = app_now() WHERE id = ${id}::uuid`
        return recording
      }).pipe(sql.withTransaction)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(recording)))
      assert.deepStrictEqual(yield* sql`SELECT balance FROM wallets WHERE user_id = ${id}::uuid`, [{ balance: "0.00" }])
      assert.isNull(yield* fundings.find("app_store:late"))
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)

  it.live("is shown without a name where they have won", () =>
    Effect.gen(function*() {
      const draws = yield* Draws
      yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(1))
      yield* buy(ada, 1)
      yield* drawNow
      assert.strictEqual(present((yield* draws.lastWinner)?.winner).username, "ada")
      // as if the prize had been paid out, which is what erasing waits for
      const sql = yield* sessionOf
      yield* sql`UPDATE users SET erased_at = app_now() WHERE id = ${ada}::uuid`
      assert.isNull(present((yield* draws.lastWinner)?.winner).username)
    }).pipe(Effect.provide(PgWorld.layer())))
})

describe("an event that is concluded while its buyer is erased", () => {
  /** Has such a change of a row wait for whoever holds the lock of `gate`. */
  const pause = (when: string, table: string) =>
    `DO $$ BEGIN
      CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
        PERFORM pg_advisory_xact_lock_shared(77);
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
      END $f$;
      CREATE TRIGGER a_pause BEFORE ${when} ON ${table} FOR EACH ROW EXECUTE FUNCTION pause();
    END $$`
  const gate = "SELECT 1 FROM pg_advisory_xact_lock(77)"

  const interleavings = [
    {
      name: "past its look through the events",
      setup: pause("DELETE", "user_keys"),
      held: gate,
      first: "erase"
    },
    {
      name: "between its look at the buyer and its write",
      setup: pause("UPDATE OF state", "webhook_events"),
      held: gate,
      first: "conclude"
    },
    {
      name: "while the event is another's",
      setup: "SELECT 1",
      held: "SELECT 1 FROM webhook_events FOR UPDATE",
      first: "conclude"
    }
  ] as const

  for (const { first, held, name, setup } of interleavings) {
    it.live(
      `loses its body: ${first === "erase" ? "the erasure is" : "the conclusion is"} ${name}`,
      () =>
        Effect.gen(function*() {
          const accounts = yield* Accounts
          const fundings = yield* Fundings
          const inbox = yield* WebhookInbox
          const { id } = yield* newPlayer("ada")
          const body = new TextEncoder().encode(JSON.stringify({ app_user_id: id }))
          yield* inbox.receive({ sender: "revenuecat", eventId: "1", type: "TEST", body })
          const event = present((yield* inbox.list({}, { limit: 1, cursor: null })).items[0])
          const reference = "app_store:1"
          const buyer = { _tag: "Named", names: [id] } as const
          yield* fundings.record({ _tag: "Purchased", reference, amount: dollars(5), buyer })
          yield* fundings.record({ _tag: "Refunded", reference })

          const holder = yield* sessionOf
          const onlooker = yield* session((yield* TestDatabase).admin)
          yield* holder.unsafe(setup)
          /** Begins an operation; goes on once it waits for a lock, beside the others that do, or has ended. */
          const begin = Effect.fnUntraced(function*<A, E>(operation: Effect.Effect<A, E>, waiting: number) {
            const fiber = yield* Effect.forkScoped(operation, { startImmediately: true })
            yield* onlooker`
            SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.pipe(
              Effect.repeat({
                until: (rows) => rows.length >= waiting || fiber.pollUnsafe() !== undefined,
                schedule: Schedule.spaced("10 millis")
              }),
              Effect.timeout("45 seconds")
            )
            return fiber
          })
          const erase = accounts.erase(id, byAnn)
          const conclude = inbox.conclude(event.id, { state: "done", outcome: "done", reference })
          const fibers = yield* Effect.gen(function*() {
            yield* holder.unsafe(held)
            const earlier = yield* begin(first === "erase" ? erase : conclude, 1)
            assert.isUndefined(earlier.pollUnsafe())
            return [earlier, yield* begin(first === "erase" ? conclude : erase, 2)]
          }).pipe(holder.withTransaction)
          yield* Fiber.joinAll(fibers)
          const { body: left, state } = present(yield* inbox.find(event.id))
          assert.deepStrictEqual([state, left], ["done", ""])
        }).pipe(Effect.provide(PgWorld.layer())),
      180_000
    )
  }
})

const sessionOf = Effect.flatMap(TestDatabase, ({ owner }) => session(owner))

describe("security_events", () => {
  it.live("are written with what caused them, and undone with it", () =>
    Effect.gen(function*() {
      const accounts = yield* Accounts
      const outbox = yield* Outbox
      const { id } = yield* newPlayer("ada")
      yield* newPlayer("bob")
      const sql = yield* sessionOf
      const counts = sql<{ readonly events: bigint; readonly jobs: bigint }>`
        SELECT (SELECT count(*) FROM security_events) AS events, (SELECT count(*) FROM jobs) AS jobs`
      const before = yield* counts
      const change = { username: "lovelace", email: "bob@example.com", verified: firstHash }
      assert.strictEqual((yield* Effect.flip(accounts.changeProfile(id, change, origin)))._tag, "EmailTaken")
      assert.deepStrictEqual(yield* counts, before)
      yield* outbox.add("same", { _tag: "MailPasswordChanged", userId: id })
      yield* outbox.add("same", { _tag: "MailPasswordChanged", userId: id })
      assert.strictEqual((yield* counts)[0]?.jobs, present(before[0]).jobs + 1n)
    }).pipe(Effect.provide(PgWorld.layer())))
})

describe("players from before accounts", () => {
  it.live("are given keys of their own", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase
      const migrations = readMigrations()
      yield* migrate(app.username, migrations.slice(0, 5)).pipe(Effect.provide(client(owner)))
      const sql = yield* session(owner)
      yield* sql`
        INSERT INTO users (id, email, username, password_hash)
        SELECT gen_random_uuid(), i || '@example.com', 'player' || i, '' FROM generate_series(1, 3) i`
      yield* migrate(app.username, migrations).pipe(Effect.provide(client(owner)))
      const [found] = yield* sql<{ readonly keys: bigint; readonly shortest: number }>`
        SELECT count(DISTINCT key) AS keys, min(length(key)) AS shortest FROM user_keys`
      assert.deepStrictEqual(found, { keys: 3n, shortest: 32 })
    }).pipe(Effect.provide(TestDatabase.layer)))
})
