import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import type { DrawState } from "../../src/draws/DrawState.ts"
import { abandonAfterMillis, expireAfterMillis, isDue, isOverdue, mayBeDrawn } from "../../src/draws/DrawSteps.ts"
import {
  declareVoid,
  isVoidedInSteps,
  refundsAtOnce,
  refundStep,
  refundTickets,
  voidMail,
  voidMailRecipients,
  voidReason
} from "../../src/draws/Voiding.ts"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { cents, centsMax, ticketPrice, zero } from "../../src/money/Money.ts"
import { emptyWallet, type Wallet } from "../../src/money/Wallet.ts"
import { recordHashHex } from "../../src/proof/Record.ts"
import { parseRecord } from "../../src/proof/RecordText.ts"
import { toHex } from "../../src/values/Bytes.ts"
import { instant } from "../../src/values/Instant.ts"
import { ada, bob, dayEnds, idOf, lockedDay, noon, openDay, openRoom, seed, ticket } from "../support/drawStates.ts"

describe("a draw that is void", () => {
  it("gives each ticket's price back, with the split between credit and winnings that it had", () => {
    const deltas = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 10 })
    fc.assert(fc.property(deltas, fc.nat(1_000), (taken, balance) => {
      const tickets = taken.map((delta) => ({
        ticketId: ticket,
        withdrawableDelta: cents(BigInt(-delta)),
        purchasedAt: noon
      }))
      const before: Wallet = { ...emptyWallet, balance: cents(BigInt(balance)), seq: 5 }
      const { movements, wallet } = Result.getOrThrow(refundTickets(idOf(1), ada, before, tickets, noon))
      assert.strictEqual(wallet.balance, before.balance + ticketPrice * BigInt(taken.length))
      assert.strictEqual(wallet.withdrawable, BigInt(taken.reduce((sum, delta) => sum + delta, 0)))
      assert.deepStrictEqual(movements.map(({ seq }) => seq), taken.map((_, nth) => 6 + nth))
      assert.isTrue(movements.every(({ amount, type }) => type === "refund" && amount === ticketPrice))
    }))
  })

  it("pays nobody back in part where the wallet cannot hold it all", () => {
    const almost: Wallet = { ...emptyWallet, balance: cents(centsMax - ticketPrice) }
    const tickets = [1, 2].map(() => ({ ticketId: ticket, withdrawableDelta: zero, purchasedAt: noon }))
    assert.isTrue(Result.isFailure(refundTickets(idOf(1), ada, almost, tickets, noon)))
    assert.isTrue(Result.isSuccess(refundTickets(idOf(1), ada, almost, tickets.slice(1), noon)))
  })

  it("says why, what is refunded, and the seed where it can be opened", () => {
    const room = openRoom(2)
    const { record, text } = declareVoid(nobleSha256, room, "closed", seed)
    assert.deepStrictEqual(parseRecord(text), record)
    assert.deepStrictEqual([record.reason, record.refund, record.seed, record.lock], [
      "closed",
      cents(200n),
      toHex(seed),
      null
    ])
    const day = lockedDay(3)
    const abandoned = declareVoid(nobleSha256, day, "seed", null).record
    assert.strictEqual(abandoned.lock, recordHashHex(nobleSha256, day.lockText ?? ""))
    assert.isNull(abandoned.seed)
  })

  it("is a room that nobody locked in time, or a draw that nobody can decide", () => {
    const late = instant(noon + expireAfterMillis)
    assert.strictEqual(voidReason({ step: "expire" }, openRoom(1, { clock: late }), seed), "deadline")
    assert.isNull(voidReason({ step: "expire" }, openRoom(1, { clock: instant(late - 1) }), seed))
    const overdue = instant(dayEnds + abandonAfterMillis)
    const waiting = lockedDay(1, { clock: overdue, isRoundMissing: true })
    const [noRound, noSeed] = [{ step: "abandon", reason: "beacon" }, { step: "abandon", reason: "seed" }] as const
    assert.strictEqual(voidReason(noRound, waiting, seed), "beacon")
    assert.isNull(voidReason(noRound, lockedDay(1, { clock: overdue }), null))
    assert.strictEqual(voidReason(noSeed, lockedDay(1, { clock: overdue }), null), "seed")
    assert.isNull(voidReason(noSeed, waiting, null))
    assert.isNull(voidReason(noSeed, lockedDay(1, { clock: overdue }), seed))
    assert.isNull(voidReason(noSeed, lockedDay(1), null))
  })

  it("is told to those who had tickets, but for a host who closed the room", () => {
    const concerned = { holders: [ada, bob], hostId: ada }
    assert.deepStrictEqual(voidMailRecipients("closed", concerned), [bob])
    assert.deepStrictEqual(voidMailRecipients("deadline", concerned), [ada, bob])
    assert.deepStrictEqual(voidMailRecipients("beacon", { holders: [ada], hostId: null }), [ada])
    assert.deepStrictEqual(voidMailRecipients("closed", { holders: [], hostId: ada }), [])
    assert.deepStrictEqual(voidMail(openRoom(0), bob), {
      id: `closed ${idOf(1)} ${bob}`,
      job: { _tag: "MailRoomClosed", userId: bob, drawId: idOf(1) }
    })
    assert.strictEqual(voidMail(openDay(0), bob).job._tag, "MailDrawVoid")
  })
})

describe("a void that has begun", () => {
  const overdue = instant(dayEnds + abandonAfterMillis)
  const begun = (entries: number, rest: Partial<DrawState> = {}): DrawState => {
    const draw = { ...lockedDay(3, { clock: overdue }), totalEntries: entries }
    const { text } = declareVoid(nobleSha256, draw, "seed", null)
    return { ...draw, voidBegunAt: overdue, voidText: text, ...rest }
  }

  it("is that of a draw whose sales are over, with more tickets than are paid back at once", () => {
    const over = { status: "locked", closesAt: dayEnds, clock: dayEnds, totalEntries: refundsAtOnce + 1 } as const
    assert.isTrue(isVoidedInSteps(over))
    assert.isTrue(isVoidedInSteps({ ...over, status: "open" }))
    assert.isFalse(isVoidedInSteps({ ...over, totalEntries: refundsAtOnce }))
    assert.isFalse(isVoidedInSteps({ ...over, status: "open", clock: instant(dayEnds - 1) }))
    assert.isFalse(isVoidedInSteps({ ...over, status: "open", closesAt: null }))
  })

  it("pays each position back once, in order, some hundreds at a time, and ends with the record that was kept", () => {
    fc.assert(fc.property(fc.integer({ min: refundsAtOnce + 1, max: 20 * refundsAtOnce }), (entries) => {
      let draw = begun(entries)
      let steps = 0
      for (let next = refundStep(draw); next?._tag === "Refund"; next = refundStep(draw)) {
        assert.strictEqual(next.first, draw.refundedEntries + 1)
        assert.isAtMost(next.last - next.first + 1, refundsAtOnce)
        draw = { ...draw, refundedEntries: next.last }
        steps++
      }
      assert.strictEqual(draw.refundedEntries, entries)
      assert.strictEqual(steps, Math.ceil(entries / refundsAtOnce))
      const end = refundStep(draw)
      assert(end?._tag === "End")
      assert.deepStrictEqual(end.record, parseRecord(draw.voidText ?? ""))
      assert.isNull(refundStep({ ...draw, status: "void" }))
    }))
  })

  it("is final: whatever comes by then, the draw is neither drawn, nor abandoned, nor voided once more", () => {
    const draw = begun(1_000, { isRoundMissing: false })
    assert.isTrue(isDue("refund", draw, draw.clock))
    assert.isFalse(isDue("settle", draw, draw.clock))
    assert.isFalse(isDue("lock", { ...draw, status: "open", lockedAt: null }, draw.clock))
    assert.isFalse(mayBeDrawn(draw, draw.clock))
    assert.isFalse(isOverdue(draw, draw.clock))
    assert.isNull(voidReason({ step: "abandon", reason: "seed" }, draw, null))
    assert.isNull(voidReason({ step: "abandon", reason: "beacon" }, { ...draw, isRoundMissing: true }, null))
    const before = { ...draw, voidBegunAt: null, voidText: null }
    assert.isTrue(isDue("settle", before, draw.clock))
    assert.isNull(refundStep(before))
  })
})
