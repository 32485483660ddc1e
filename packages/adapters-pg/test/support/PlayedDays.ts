/**
 * A database in which a few small days were played through the ports, copied for each test that breaks something in it.
 *
 * Day 1 is drawn. Day 2 is void: paid back by hand, as the ports have no step for it. Day 3 is on sale.
 *
 * Cleo, who buys no tickets, has a purchase that was given back after a refund, and a withdrawal of each status. Dan owes two of the
 * five dollars that he withdrew before their purchase was refunded.
 *
 * Eve hosts a room of three, which is locked: she and Finn have tickets in it, Gil has none.
 */
import { voidRecord } from "@ddd/core/draws/Voiding"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import type { ProviderPayoutStatus, Withdrawal } from "@ddd/core/money/Withdrawal"
import { Draws } from "@ddd/core/ports/Draws"
import { Fundings } from "@ddd/core/ports/Fundings"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Rooms } from "@ddd/core/ports/Rooms"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { parseNote } from "@ddd/core/proof/Note"
import { formatVoid } from "@ddd/core/proof/RecordText"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import {
  buy,
  dollars,
  fundedPlayer,
  hashOf,
  linkPayoutAccount,
  openSales,
  present,
  signUp
} from "@ddd/sim/scenario/Steps"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { migrate } from "../../src/database/Migrator.ts"
import { layer as client, type ProvisionedDatabase, session } from "../../src/database/Provision.ts"
import * as Ports from "../../src/Ports.ts"
import { digest } from "../../src/testing/NewestSchema.ts"
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

/** Moves the database's clock to when the sales of the day end: a development clock, since a real one that is moved is not believed. */
const endDay = Effect.gen(function*() {
  const sql = yield* session((yield* TestDatabase).owner)
  yield* sql`
    UPDATE app_clock SET started_as = coalesce(started_as, app_now()), shift = shift + (
      SELECT closes_at - app_now() FROM draws WHERE opens_at <= app_now() AND app_now() < closes_at
    )`
})

/** A purchase in a store, and what the store said of it after that. */
const purchase = Effect.fnUntraced(function*(
  userId: UserId,
  amount: number,
  reference: string,
  after: ReadonlyArray<"Refunded" | "RefundReversed"> = []
) {
  const fundings = yield* Fundings
  yield* fundings.record({ _tag: "Purchased", reference, amount: dollars(amount), buyer: { _tag: "Player", userId } })
  for (const _tag of after) yield* fundings.record({ _tag, reference })
})

/** A withdrawal of which this became known. */
const withdraw = Effect.fnUntraced(function*(
  userId: UserId,
  amount: number,
  key: string,
  reportsOf: (asked: Withdrawal) => ReadonlyArray<ProviderReport>
) {
  const withdrawals = yield* Withdrawals
  const idempotency = { key, fingerprint: hashOf(key) }
  const asked = yield* withdrawals.ask({
    userId,
    amount: dollars(amount),
    withdrawDeposits: true,
    provider: "simulated",
    idempotency
  })
  const { id } = asked.transaction
  const withdrawal = present(yield* withdrawals.find(id))
  for (const report of reportsOf(withdrawal)) yield* withdrawals.applyReport(id, report, null)
})

const transferSeen = ({ account, id }: Withdrawal, amount: number, reversed = 0): ProviderReport => ({
  _tag: "TransferSeen",
  objectId: `transfer of ${id}`,
  account,
  amount: dollars(amount),
  reversed: dollars(reversed)
})
const payoutSeen = ({ account, id }: Withdrawal, amount: number, status: ProviderPayoutStatus): ProviderReport => ({
  _tag: "PayoutSeen",
  objectId: `payout of ${id}`,
  account,
  amount: dollars(amount),
  status
})
const paid = (amount: number) => (asked: Withdrawal) => [
  transferSeen(asked, amount),
  payoutSeen(asked, amount, "paid")
]

/** A new player who can be paid out. */
const payablePlayer = Effect.fnUntraced(function*(name: string) {
  const userId = yield* signUp(name)
  const sql = yield* PgClient.PgClient
  yield* sql`UPDATE users SET email_verified = true WHERE id = ${userId}::uuid`
  const accounts = yield* PayoutAccounts
  yield* linkPayoutAccount(userId, `account of ${name}`)
  yield* accounts.setStatus(`account of ${name}`, "ready", "simulated")
  return userId
})

const moveMoney = Effect.gen(function*() {
  const cleo = yield* payablePlayer("cleo")
  yield* purchase(cleo, 50, "app_store:1")
  yield* purchase(cleo, 10, "app_store:2", ["Refunded", "RefundReversed"])
  yield* withdraw(cleo, 4, "paid", paid(4))
  yield* withdraw(cleo, 3, "failed", () => [{ _tag: "Canceled", reason: "asked for by mistake" }])
  yield* withdraw(cleo, 2, "returned", (asked) => [
    ...paid(2)(asked),
    payoutSeen(asked, 2, "failed"),
    transferSeen(asked, 2, 2)
  ])
  yield* withdraw(cleo, 5, "pending", () => [])
  const dan = yield* payablePlayer("dan")
  yield* purchase(dan, 5, "play_store:1")
  yield* withdraw(dan, 5, "spent", paid(5))
  yield* (yield* Fundings).record({ _tag: "Refunded", reference: "play_store:1" })
  yield* purchase(dan, 3, "play_store:2")
})

const playRoom = Effect.gen(function*() {
  const rooms = yield* Rooms
  const eve = yield* fundedPlayer("eve", dollars(5))
  const finn = yield* fundedPlayer("finn", dollars(5))
  const gil = yield* signUp("gil")
  const { code, id: room } = yield* rooms.create({ hostId: eve, name: "Friday", maxParticipants: 3 })
  for (const userId of [finn, gil]) yield* rooms.join({ userId, room, code })
  yield* rooms.purchase({ userId: finn, room, idempotency: { key: "room", fingerprint: hashOf("room") } })
  yield* rooms.purchase({ userId: eve, room, idempotency: null })
  yield* rooms.start({ userId: eve, room, drawAt: null })
})

const play = Effect.gen(function*() {
  yield* moveMoney
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
  yield* playRoom
})

/** A copy of the played database. */
export const layer = TestDatabase.layerMigrated({
  key: `played_${digest}`,
  migrate: (database: ProvisionedDatabase) => {
    const { app, owner } = database
    const admin = { ...injectedAdmin(), database: database.name }
    const ports = Ports.layer().pipe(
      Layer.provideMerge(PgWorld.keys),
      Layer.provideMerge(client(app)),
      Layer.provideMerge(Layer.succeed(TestDatabase, TestDatabase.of({ ...database, admin })))
    )
    return migrate(app.username).pipe(
      Effect.provide(client(owner)),
      Effect.andThen(Effect.provide(play, ports)),
      Effect.scoped
    )
  }
})
