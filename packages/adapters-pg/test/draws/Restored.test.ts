import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { expireAfterMillis } from "@ddd/core/draws/DrawSteps"
import { lockByClock } from "@ddd/core/draws/Locking"
import type { Lost, RememberedDraw, RememberedMeasure, RememberedWithdrawal } from "@ddd/core/draws/Remembered"
import { quantityMax } from "@ddd/core/draws/Sale"
import { declareVoid, refundsAtOnce } from "@ddd/core/draws/Voiding"
import { noLimits } from "@ddd/core/money/Limits"
import { type Cents, cents, zero } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Acknowledged, type AcknowledgedService, nothingAcknowledged } from "@ddd/core/ports/Acknowledged"
import { Draws } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { SeedVault } from "@ddd/core/ports/SeedVault"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import type { VoidReason } from "@ddd/core/proof/Record"
import { formatLock } from "@ddd/core/proof/RecordText"
import { drawId, type UserId, userId } from "@ddd/core/values/Ids"
import { dayAfter, dayMillis, instant } from "@ddd/core/values/Instant"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { byAnn } from "@ddd/sim/scenario/Operators"
import { buyInRoom, closeRoom, executeDraw, joinRoom, makeRoom, startDraw } from "@ddd/sim/scenario/RoomSteps"
import {
  advance,
  advancePast,
  applyReport,
  askRefusalOf,
  auditClean,
  buy,
  catchUp,
  claim,
  dollars,
  fundedPlayer,
  openSales,
  payablePlayer,
  present,
  readDraw,
  recordIn,
  times,
  transferSeen,
  withdraw,
  withdrawalAt
} from "@ddd/sim/scenario/Steps"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { afterCommit } from "../../src/database/AfterCommit.ts"
import { session } from "../../src/database/Provision.ts"
import { inTransaction } from "../../src/database/Transaction.ts"
import { readDraw as readState } from "../../src/draws/ReadDraw.ts"
import { beginEpoch, readLoss, rememberStanding } from "../../src/draws/Restored.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

/** Remembers what a test says. */
const makeAcknowledged = () => {
  let lost: ReadonlyArray<Lost> = []
  let problem: string | null = null
  const draws: Array<RememberedDraw> = []
  const withdrawals = new Map<string, RememberedWithdrawal>()
  const measures: Array<RememberedMeasure> = []
  const told: Array<number> = []
  let readWhole = 0
  const service: AcknowledgedService = {
    ...nothingAcknowledged,
    entriesOf: (id, epoch) => draws.find((draw) => draw.id === id && draw.epoch === epoch)?.entries ?? 0,
    all: () => draws,
    withdrawals: () => {
      readWhole++
      return [...withdrawals.values()]
    },
    withdrawalsOf: (userId) => [...withdrawals.values()].filter((each) => each.userId === userId),
    measures: () => measures,
    sent: (all) => {
      for (const one of all) withdrawals.set(one.id, { ...one, epoch: 0 })
    },
    took: (all) => {
      measures.push(...all.map((one) => ({ ...one, epoch: 0 })))
    },
    lost: () => lost,
    found: (found) => {
      lost = found
    },
    sold: (_id, _epoch, entries) => {
      told.push(entries)
    },
    problem: () => problem
  }
  const fail = (why: string | null): void => {
    problem = why
  }
  return {
    draws,
    fail,
    measures,
    service,
    told,
    withdrawals,
    /** How often all that is remembered of withdrawals was read. */
    timesReadWhole: () => readWhole,
    world: PgWorld.layer().pipe(Layer.provide(Layer.succeed(Acknowledged, service)))
  }
}

/** Begins the epoch after what is remembered was lost. */
const restore = Effect.fnUntraced(function*(service: AcknowledgedService) {
  const { next } = yield* readLoss(service)
  return present(yield* beginEpoch(service, next, byAnn, () => true))
})

/** The lock record of a day as another server published it before a backup was put back: with `entries` tickets. */
const publishedLock = Effect.fnUntraced(function*(id: RememberedDraw["id"], entries: number) {
  const sql = yield* PgClient.PgClient
  const state = present(yield* readState(sql, id))
  const { sha256 } = yield* Sealing
  const closes = present(state.closesAt)
  const { record } = present(lockByClock(sha256, { ...state, clock: instant(closes + 1_234) }))
  const { sign } = yield* RecordSigner
  const notes = present(yield* Draws.use((draws) => draws.notes(id)))
  return { ...notes, lock: yield* sign(formatLock({ ...record, entries })), result: null }
})

describe("a database that lacks what was acknowledged", () => {
  const { draws, service, world } = makeAcknowledged()

  it.live(
    "sells and pays out nothing, opens and closes no room, and does no step of a draw, until an epoch begins",
    () =>
      Effect.gen(function*() {
        const draw = yield* openSales
        const ada = yield* payablePlayer("ada", dollars(9))
        const room = yield* makeRoom(ada)
        yield* buy(ada, 2)
        draws.push({ id: draw.id, epoch: 0, entries: 5, notes: null })
        const refused = yield* Effect.all([
          Effect.flip(buy(ada, 1)),
          Effect.flip(buyInRoom(ada, room)),
          Effect.flip(makeRoom(ada)),
          Effect.flip(closeRoom(ada, room)),
          Effect.flip(withdraw(ada, dollars(1))),
          Effect.flip(Draws.use(({ publishAhead }) => publishAhead))
        ])
        assert.deepStrictEqual(refused.map(({ _tag }) => _tag), refused.map(() => "Unavailable"))
        assert.deepStrictEqual(service.lost(), [{ _tag: "Tickets", drawId: draw.id, from: 3, to: 5 }])
        assert.strictEqual((yield* readDraw(draw.id)).totalEntries, 2)

        yield* restore(service)
        const { tickets } = yield* buy(ada, 1)
        assert.strictEqual(tickets[0]?.position, 3)
        yield* buyInRoom(ada, room)
        yield* withdraw(ada, dollars(1))
        yield* auditClean
      }).pipe(Effect.provide(world)),
    180_000
  )
})

describe("what is sold or signed and cannot be remembered", () => {
  const { fail, told, world } = makeAcknowledged()

  it.live("is neither sold nor signed, until it can be; what was sold is paid out", () =>
    Effect.gen(function*() {
      yield* openSales
      const ada = yield* payablePlayer("ada", dollars(9))
      const room = yield* makeRoom(ada)
      yield* buy(ada, 2)
      fail("the disk is full")
      const refused = yield* Effect.all([
        Effect.flip(buy(ada, 1)),
        Effect.flip(buyInRoom(ada, room)),
        Effect.flip(makeRoom(ada)),
        Effect.flip(closeRoom(ada, room)),
        Effect.flip(Draws.use(({ publishAhead }) => publishAhead))
      ])
      assert.deepStrictEqual(
        refused.map((error) => [error._tag, error.message]),
        refused.map(() => [
          "Unavailable",
          "the disk is full"
        ])
      )
      yield* withdraw(ada, dollars(1))
      fail(null)
      yield* buy(ada, 1)
      yield* buyInRoom(ada, room)
      yield* auditClean
    }).pipe(Effect.provide(world)), 180_000)

  it.live(
    "is remembered by whoever answers a repeated purchase, should the process that sold it be gone",
    () =>
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("bea", dollars(9))
        const room = yield* makeRoom(ada)
        yield* buy(ada, 1, { key: "again" })
        yield* buyInRoom(ada, room, { key: "again in the room" })
        const [entries] = told.splice(-2)
        told.length = 0
        yield* buy(ada, 1, { key: "again" })
        yield* buyInRoom(ada, room, { key: "again in the room" })
        assert.deepStrictEqual(told, [entries, 1])
      }).pipe(Effect.provide(world)),
    180_000
  )
})

/** A withdrawal as it is remembered that this database never had. */
const lostOf = (
  n: number,
  who: UserId,
  amount: Cents,
  more: Partial<RememberedWithdrawal> = {}
): RememberedWithdrawal => ({
  id: `019a0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`,
  userId: who,
  amount,
  account: `acct_${who}`,
  provider: "simulated",
  askedAt: instant(Date.UTC(2026, 1, 3, 10)),
  attempt: 1,
  isOver: false,
  epoch: 0,
  ...more
})

describe("a withdrawal that was sent and that the database lacks", () => {
  it.live(
    "is recorded again with the epoch, from what is there and what rests; the rest is owed; and it is looked for, not sent",
    () => {
      const { service, withdrawals, world } = makeAcknowledged()
      return Effect.gen(function*() {
        yield* openSales
        const [ada, bob] = [yield* payablePlayer("ada", dollars(9)), yield* payablePlayer("bob", dollars(9))]
        // a room's prize, which rests
        const room = yield* makeRoom(ada)
        yield* joinRoom(bob, room)
        yield* buyInRoom(ada, room)
        yield* buyInRoom(bob, room)
        yield* startDraw(ada, room)
        yield* executeDraw(ada, room)
        const balances = yield* Effect.forEach([ada, bob], (who) => Ledger.use(({ wallet }) => wallet(who)))
        const [winner, loser] = present(balances[0]).balance > dollars(8) ? [ada, bob] : [bob, ada]
        assert.isNotEmpty(present(yield* Ledger.use(({ wallet }) => wallet(winner))).maturing)
        const own = yield* withdraw(loser, dollars(1))
        const one = lostOf(1, winner, dollars(9))
        const two = lostOf(2, winner, dollars(4))
        const nobodys = lostOf(3, userId("019a0000-0000-7000-8000-00000000dead"), dollars(5))
        const over = lostOf(4, loser, dollars(5), { isOver: true })
        for (const each of [one, two, nobodys, over]) withdrawals.set(each.id, each)
        const refused = yield* Effect.flip(withdraw(winner, dollars(1)))
        assert.strictEqual(refused._tag, "Unavailable")
        assert.deepStrictEqual(service.lost().map((lost) => lost._tag), ["Withdrawal", "Withdrawal"])
        assert.strictEqual((yield* Effect.flip(claim(own.transaction.id)))._tag, "Unavailable")

        const before = present(yield* Ledger.use(({ wallet }) => wallet(winner)))
        const { withdrawals: outcomes } = yield* restore(service)
        assert.deepStrictEqual(
          outcomes.map(({ owed, problem, withdrawal }) => [withdrawal.id, owed, problem === null]),
          [
            [one.id, zero, true],
            [two.id, cents(dollars(13) - before.balance), true],
            [nobodys.id, null, false]
          ]
        )
        // what could not be recorded is known to be lost, as what is
        assert.deepStrictEqual((yield* readLoss(service)).lost, [])
        const after = present(yield* Ledger.use(({ wallet }) => wallet(winner)))
        assert.deepStrictEqual([after.balance, after.pendingWithdrawal], [zero, dollars(13)])
        assert.strictEqual((yield* askRefusalOf(withdraw(winner, dollars(1))))._tag, "InDebt")
        const turn = yield* claim(one.id)
        assert.deepStrictEqual(turn.action, { _tag: "LookUp", step: "transfer", attempt: 1 })
        yield* auditClean
        // the provider has the one, and knows nothing of the other
        const seen = yield* applyReport(turn.withdrawal.id, transferSeen(turn.withdrawal), turn.withdrawal.turn)
        assert.strictEqual(seen.transfer.status, "done")
        const other = yield* claim(two.id)
        const held = yield* applyReport(other.withdrawal.id, { _tag: "Absent", step: "transfer", attempt: 1 })
        assert.strictEqual(held.held?.step, "transfer")
        const back = yield* Withdrawals.use(({ resolve }) => resolve(held.id, "absent", byAnn))
        assert.strictEqual(back?.status, "failed")
        assert.isTrue(withdrawals.get(held.id)?.isOver)
        assert.strictEqual(
          present(yield* Ledger.use(({ wallet }) => wallet(winner))).balance,
          before.balance - dollars(9)
        )
        yield* auditClean
      }).pipe(Effect.provide(world))
    },
    180_000
  )

  it.live("of a player keeps that player from withdrawing, without a look at what is remembered of all others", () => {
    const { service, timesReadWhole, withdrawals, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const [ada, bob] = [yield* payablePlayer("ada", dollars(9)), yield* payablePlayer("bob", dollars(9))]
      const { transaction: { id } } = yield* withdraw(ada, dollars(1))
      yield* claim(id)
      const gone = lostOf(1, bob, dollars(5))
      withdrawals.set(gone.id, gone)
      const before = timesReadWhole()
      yield* withdraw(ada, dollars(1))
      assert.strictEqual((yield* Effect.flip(withdraw(bob, dollars(1))))._tag, "Unavailable")
      assert.strictEqual(timesReadWhole(), before)
      assert.deepStrictEqual(service.lost(), [{ _tag: "Withdrawal", withdrawal: gone }])
    }).pipe(Effect.provide(world))
  }, 60_000)

  it.live("is looked for and not given back where its sending alone is lost", () => {
    const { service, withdrawals, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const ada = yield* payablePlayer("ada", dollars(9))
      const { transaction: { id } } = yield* withdraw(ada, dollars(5))
      const again = yield* withdraw(ada, dollars(2))
      withdrawals.set(id, { ...lostOf(1, ada, dollars(5)), id, attempt: 2 })
      const { lost } = yield* readLoss(service)
      assert.deepStrictEqual(lost.map(({ _tag }) => _tag), ["Withdrawal"])
      yield* restore(service)
      assert.lengthOf((yield* readLoss(service)).lost, 0)
      const canceled = yield* applyReport(id, { _tag: "Canceled", reason: "by an operator" })
      assert.deepStrictEqual([canceled.status, canceled.transfer.status], ["pending", "unknown"])
      assert.deepStrictEqual((yield* claim(id)).action, { _tag: "LookUp", step: "transfer", attempt: 2 })
      assert.strictEqual((yield* withdrawalAt(again.transaction.id)).transfer.status, "unsent")
      assert.strictEqual(present(yield* Ledger.use(({ wallet }) => wallet(ada))).pendingWithdrawal, dollars(7))
      yield* auditClean
    }).pipe(Effect.provide(world))
  }, 60_000)

  it.live("was remembered before its provider could be asked; what cannot be is not sent", () => {
    const { fail, service, withdrawals, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const ada = yield* payablePlayer("ada", dollars(9))
      const { transaction: { id } } = yield* withdraw(ada, dollars(5))
      assert.strictEqual(withdrawals.size, 0)
      fail("the disk is full")
      const refused = yield* Effect.flip(claim(id))
      assert.deepStrictEqual([refused._tag, refused.message], ["Unavailable", "the disk is full"])
      assert.strictEqual((yield* withdrawalAt(id)).transfer.status, "unsent")
      fail(null)
      withdrawals.clear()
      yield* claim(id)
      assert.deepInclude(withdrawals.get(id), { userId: ada, amount: dollars(5), attempt: 1, isOver: false })
      // a server that begins to remember knows of it too
      withdrawals.clear()
      yield* rememberStanding(service)
      assert.isTrue(withdrawals.has(id))
    }).pipe(Effect.provide(world))
  }, 60_000)
})

describe("what protects a player", () => {
  it.live("is lost until it is carried out again or told, whoever began an epoch without it", () => {
    const { measures, service, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const ada = yield* fundedPlayer("ada", dollars(9))
      const [told, untold] = ["019a0000-0000-7000-8000-000000000001", "019a0000-0000-7000-8000-000000000002"]
      yield* restore(service)
      for (const id of [told, untold]) measures.push({ id, userId: ada, measure: { _tag: "Frozen" }, epoch: 0 })
      const lost = Effect.map(
        readLoss(service),
        ({ lost }) => lost.map((each) => each._tag === "Measure" ? each.taken.id : each._tag)
      )
      assert.deepStrictEqual(yield* lost, [told, untold])
      const { next } = yield* readLoss(service)
      yield* beginEpoch(service, next, byAnn, (id) => id === told)
      assert.deepStrictEqual(yield* lost, [untold])
      assert.lengthOf(service.lost(), 1)
      yield* restore(service)
      assert.deepStrictEqual(yield* lost, [])
    }).pipe(Effect.provide(world))
  }, 60_000)

  it.live("is remembered once it has committed, and not where it did not", () => {
    const { measures, service, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const ada = yield* fundedPlayer("ada", dollars(9))
      const accounts = yield* Accounts
      yield* accounts.freeze(ada, byAnn)
      assert.deepStrictEqual(measures.map(({ measure, userId }) => [userId, measure._tag]), [[ada, "Frozen"]])
      const rows = yield* sql<{ readonly id: string }>`SELECT id FROM security_events WHERE type = 'frozen'`
      assert.deepStrictEqual(rows.map(({ id }) => id), measures.map(({ id }) => id))
      yield* accounts.freeze(ada, byAnn)
      yield* Effect.ignore(Effect.flip(accounts.erase(ada, byAnn)))
      assert.lengthOf(measures, 1)
      // what was taken where it could not be remembered, a server that begins to remember knows of, the newest of each kind
      const bob = yield* fundedPlayer("bob", dollars(9))
      const until = instant(Date.UTC(2026, 7, 22))
      yield* PlayControls.use(({ barAgain }) => barAgain(bob, "exclusion", until))
      yield* accounts.freeze(bob, byAnn)
      yield* accounts.unfreeze(bob, byAnn)
      const limits = { ...noLimits, dailySpend: 300n }
      yield* PlayControls.use(({ changeLimits }) => changeLimits(bob, { dailySpend: 300n }, operatorOrigin))
      const taken = measures.splice(0)
      yield* rememberStanding(service)
      assert.deepStrictEqual(measures, [taken[0], taken[1], ...taken.slice(3)])
      assert.deepStrictEqual(measures.map(({ measure }) => measure), [
        { _tag: "Frozen" },
        { _tag: "Barred", by: "exclusion", until },
        { _tag: "Unfrozen" },
        { _tag: "Limited", limits }
      ])
      measures.splice(1)
      // what a transaction within another asked for is done with the outer one, or never
      let done = 0
      const act = inTransaction(sql)(afterCommit(() => done++))
      yield* Effect.exit(inTransaction(sql)(Effect.andThen(act, Effect.die("undone"))))
      assert.strictEqual(done, 0)
      yield* inTransaction(sql)(Effect.andThen(act, Effect.sync(() => assert.strictEqual(done, 0))))
      assert.strictEqual(done, 1)
    }).pipe(Effect.provide(world))
  }, 60_000)
})

describe("a day that was locked before a backup was put back", () => {
  it.live("is locked by the same record where its tickets are there, and drawn by it", () => {
    const { draws, service, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const draw = yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(9))
      yield* buy(ada, 2)
      yield* advancePast(draw)
      const notes = yield* publishedLock(draw.id, 2)
      draws.push({ id: draw.id, epoch: 0, entries: 2, notes })
      yield* restore(service)
      yield* advance(60_000)
      yield* catchUp
      const after = present(yield* Draws.use(({ notes }) => notes(draw.id)))
      assert.strictEqual(after.lock, notes.lock)
      assert.strictEqual(recordIn(after.result).type, "result")
      yield* auditClean
    }).pipe(Effect.provide(world))
  }, 60_000)

  const assertVoid = (tickets: number) => {
    const { draws, service, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const draw = yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(999))
      for (let left = tickets; left > 0; left -= quantityMax) yield* buy(ada, Math.min(left, quantityMax))
      yield* advancePast(draw)
      const notes = yield* publishedLock(draw.id, tickets + 1)
      draws.push({ id: draw.id, epoch: 0, entries: tickets + 1, notes })
      yield* restore(service)
      yield* catchUp
      const after = present(yield* Draws.use(({ notes }) => notes(draw.id)))
      const record = recordIn(after.result)
      assert.deepStrictEqual([record.type, "reason" in record && record.reason, after.lock], ["void", "deadline", null])
      assert.strictEqual((yield* Ledger.use(({ wallet }) => wallet(ada)))?.balance, dollars(999))
      yield* auditClean
    }).pipe(Effect.provide(world))
  }

  it.live(
    "is void where it had others, and its tickets are paid back; nobody buys in it meanwhile",
    () => assertVoid(2),
    180_000
  )

  it.live(
    "is void where it had others, and its tickets are paid back in steps where they are many",
    () => assertVoid(refundsAtOnce + 1),
    180_000
  )
})

describe("a day of many tickets that was locked with others before a backup was put back", () => {
  it.live("is void in steps, and goes on where the database is behind once more in between", () => {
    const { draws, service, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const draw = yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(600))
      yield* times(6, buy(ada, 100))
      yield* advancePast(draw)
      const notes = yield* publishedLock(draw.id, 601)
      draws.push({ id: draw.id, epoch: 0, entries: 601, notes })
      yield* restore(service)
      const perform = (step: "lock" | "refund") =>
        Draws.use((draws) => draws.perform({ drawId: draw.id, step, dueAt: draw.opensAt }))
      assert.isTrue(yield* perform("lock"))
      assert.isFalse(yield* perform("lock"))
      assert.isTrue(yield* perform("refund"))
      yield* auditClean
      service.found([{ _tag: "Epoch", number: 9 }])
      assert.strictEqual((yield* Effect.flip(perform("refund")))._tag, "Unavailable")
      service.found([])
      // whoever does what is due waits for no other process that is at it
      const other = yield* session((yield* TestDatabase).admin)
      const meanwhile = yield* Effect.gen(function*() {
        yield* other`SELECT pg_advisory_xact_lock(hashtextextended(${`void ${draw.id}`}, 0))`
        return yield* Clockwork.runDue()
      }).pipe(other.withTransaction)
      assert.notInclude(meanwhile.done.map(({ step }) => step), "refund")
      yield* catchUp
      const { result } = present(yield* Draws.use(({ notes }) => notes(draw.id)))
      assert.strictEqual(recordIn(result).type, "void")
      assert.strictEqual((yield* Ledger.use(({ wallet }) => wallet(ada)))?.balance, dollars(600))
      yield* auditClean
    }).pipe(Effect.scoped, Effect.provide(world))
  }, 60_000)
})

describe("a draw that was void before a backup was put back", () => {
  /** The void record as another server published it: with the seed. */
  const publishedVoid = Effect.fnUntraced(function*(id: RememberedDraw["id"], reason: VoidReason) {
    const sql = yield* PgClient.PgClient
    const { sha256 } = yield* Sealing
    const state = present(yield* readState(sql, id))
    const [secret] = yield* sql<
      { readonly key_id: string; readonly nonce: Uint8Array; readonly ciphertext: Uint8Array }
    >`
      SELECT key_id, nonce, ciphertext FROM draw_secrets WHERE draw_id = ${id}::uuid`
    const { ciphertext, key_id: keyId, nonce } = present(secret ?? null)
    const vault = yield* SeedVault
    const seed = Redacted.value(yield* vault.open(id, { keyId, nonce, ciphertext }))
    const { sign } = yield* RecordSigner
    const notes = present(yield* Draws.use((draws) => draws.notes(id)))
    return { ...notes, result: yield* sign(declareVoid(sha256, state, reason, seed).text) }
  })

  it.live("is void again by the same record, although it could be drawn by now, or is void for another reason", () => {
    const { draws, service, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const draw = yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(9))
      const room = yield* makeRoom(ada)
      yield* buy(ada, 2)
      yield* buyInRoom(ada, room)
      yield* advancePast(draw)
      yield* Draws.use(({ perform }) => perform({ drawId: draw.id, step: "lock", dueAt: draw.opensAt }))
      const [day, closed] = [yield* publishedVoid(draw.id, "beacon"), yield* publishedVoid(room.id, "closed")]
      draws.push({ id: draw.id, epoch: 0, entries: 2, notes: day }, {
        id: room.id,
        epoch: 0,
        entries: 1,
        notes: closed
      })
      yield* restore(service)
      yield* advance(expireAfterMillis)
      yield* catchUp
      const results = yield* Effect.forEach([draw, room], ({ id }) => Draws.use(({ notes }) => notes(id)))
      assert.deepStrictEqual(results.map((notes) => notes?.result), [day.result, closed.result])
      assert.strictEqual((yield* Ledger.use(({ wallet }) => wallet(ada)))?.balance, dollars(9))
      yield* auditClean
    }).pipe(Effect.provide(world))
  }, 60_000)
})

describe("what was published and is lost", () => {
  it.live("keeps its day without a draw, and its room from being sold", () => {
    const { draws, service, world } = makeAcknowledged()
    return Effect.gen(function*() {
      const draw = yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(9))
      const room = yield* makeRoom(ada)
      // the day that would be published tomorrow, as it was by another server
      const day = dayAfter(present(draw.drawDate), 8)
      const notes = present(yield* Draws.use(({ notes }) => notes(draw.id)))
      const id = drawId("019a0000-0000-7000-8000-00000000dead")
      const open = notes.open.replaceAll(present(draw.drawDate), day)
      draws.push({ id, epoch: 0, entries: 0, notes: { open, lock: null, result: null } })
      const ofRoom = present(yield* Draws.use(({ notes }) => notes(room.id)))
      draws.push({ id: room.id, epoch: 0, entries: 0, notes: { ...ofRoom, lock: notes.open } })
      yield* restore(service)
      assert.strictEqual((yield* Effect.flip(buyInRoom(ada, room)))._tag, "PurchaseRefused")
      yield* advance(2 * dayMillis)
      yield* catchUp
      assert.isNull(yield* Draws.use(({ byDay }) => byDay(day)))
      assert.isNotNull(yield* Draws.use(({ byDay }) => byDay(dayAfter(day))))
    }).pipe(Effect.provide(world))
  }, 60_000)
})
