import type { Receipt } from "@ddd/core/draws/Receipt"
import type { Ticket } from "@ddd/core/draws/Ticket"
import { cents } from "@ddd/core/money/Money"
import { viewWallet } from "@ddd/core/money/Withdrawable"
import { drawId, type Position, ticketId, userId } from "@ddd/core/values/Ids"
import { type Day, instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import { ReceiptBody } from "../../src/lottery/LotteryBodies.ts"
import { receiptJson } from "../../src/lottery/ReceiptJson.ts"

const uuid = fc.uuid({ version: 7 })
const hex = fc.stringMatching(/^[0-9a-f]{64}$/)
const amount = fc.bigInt(0n, 999_999_999_999n).map(cents)
const time = fc.integer({ min: 0, max: 253_402_300_799_999 }).map(instant)

const ticket: fc.Arbitrary<Ticket> = fc.record({
  id: uuid,
  ticketId: fc.stringMatching(/^DDL-20260203-[0-9A-HJKMNP-TV-Z]{5,8}$/).map(ticketId),
  userId: uuid.map(userId),
  drawId: uuid.map(drawId),
  drawDate: fc.constantFrom("2026-02-03" as Day, null),
  position: fc.integer({ min: 1, max: 2 ** 40 }).map((n) => n as Position),
  totalEntriesAtPurchase: fc.nat(),
  ticketHash: hex,
  ownerCommit: hex,
  ownerSalt: hex,
  status: fc.constantFrom("active", "won", "lost"),
  prizeAmount: fc.option(amount),
  purchasedAt: time
})

const receipt: fc.Arbitrary<Receipt> = fc.record({
  tickets: fc.array(ticket, { minLength: 1, maxLength: 4 }),
  wallet: fc.record({
    balance: amount,
    withdrawable: amount,
    maturing: fc.array(fc.record({ amount, maturesAt: time }), { maxLength: 3 }),
    awaiting: fc.array(fc.record({ amount, maturesAt: fc.option(time) }), { maxLength: 3 }),
    pendingWithdrawal: amount,
    debt: amount,
    updatedAt: time
  }).map((wallet) => ({
    ...wallet,
    withdrawable: cents(wallet.withdrawable < wallet.balance ? wallet.withdrawable : 0n)
  })),
  draw: fc.record({ id: uuid.map(drawId), prizePool: amount, totalEntries: fc.nat() }),
  replayed: fc.boolean()
})

describe("receiptJson", () => {
  it("writes what the contract declares, in its order", () => {
    const encode = Schema.encodeUnknownSync(ReceiptBody)
    fc.assert(fc.property(receipt, fc.boolean(), ({ replayed, ...rest }, withdrawDeposits) => {
      const wallet = viewWallet(rest.wallet, { withdrawDeposits }, rest.wallet.updatedAt)
      assert.strictEqual(
        receiptJson({ ...rest, replayed }, { withdrawDeposits }),
        JSON.stringify(encode({ ...rest, wallet }))
      )
    }))
  })
})
