import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { Redacted } from "effect"
import * as fc from "fast-check"
import { answersOf, type PurchaseAnswer, receiptOf, repeatedPurchases } from "../../src/draws/Receipt.ts"
import { type Buyer, type Pool, type PurchaseRequest, type Sale, sell, type SoldBlock } from "../../src/draws/Sale.ts"
import { sealSale, type SellingDraw } from "../../src/draws/SealedSale.ts"
import { makeSeals } from "../../src/draws/Seals.ts"
import { resultBeforeDraw, showTicket, type Ticket, ticketResult } from "../../src/draws/Ticket.ts"
import { dailyPrefix } from "../../src/draws/TicketId.ts"
import { cents, ticketPot } from "../../src/money/Money.ts"
import { emptyWallet } from "../../src/money/Wallet.ts"
import { append, emptyFrontier, root } from "../../src/proof/Merkle.ts"
import { toHex, utf8Bytes } from "../../src/values/Bytes.ts"
import { answerKeyOf, type KeptAnswer } from "../../src/values/Idempotency.ts"
import { drawId, position, type UserId, userId } from "../../src/values/Ids.ts"
import { dayOf, instant } from "../../src/values/Instant.ts"
import { nodeSha256 } from "../support/nodeSha256.ts"

const noon = instant(Date.UTC(2026, 1, 3, 12))
const day = dayOf(noon)
const id = drawId("019a0000-0000-7000-8000-000000000001")
const user = (n: number): UserId => userId(`019a0000-0000-7000-9000-00000000000${n}`)
const secret = { keyId: "1", secret: Redacted.make<Uint8Array>(utf8Bytes("a sealing secret")) }
const seals = makeSeals({ current: secret, byId: () => secret, sha256: nodeSha256 })
const numbering = seals.numberingOf({ id, prefix: dailyPrefix(day), sealKeyId: "1", epoch: 0 })

/** A draw in which batches are sold one after the other, as an adapter sells them: what is stored, and what was kept. */
const makeDraw = (balance: bigint) => {
  let draw: SellingDraw = { id, drawDate: day, status: "scheduled", totalEntries: 0, frontier: emptyFrontier, epoch: 0 }
  let ids = 0
  const buyers = new Map<UserId, Buyer>(
    [1, 2, 3].map((n) => [user(n), { wallet: { ...emptyWallet, balance: cents(balance) }, frozen: false, held: null }])
  )
  const kept = new Map<string, KeptAnswer<SoldBlock>>()
  const tickets: Array<Ticket> = []

  const sellBatch = (requests: ReadonlyArray<PurchaseRequest>): ReadonlyArray<PurchaseAnswer> => {
    const pool: Pool = {
      draw: { id, status: draw.status, opensAt: noon, closesAt: null },
      totalEntries: draw.totalEntries,
      lastPurchasedAt: null,
      isFollowed: true,
      ticketsPerPlayerMax: null,
      minAge: null,
      isPaused: false
    }
    const sale = sell(pool, noon, buyers, kept, numbering, requests)
    const sealed = sealSale(seals, draw, sale, sale.tickets.map(() => `row ${++ids}`))
    draw = { ...draw, ...sealed.draw }
    for (const [buyer, wallet] of sale.wallets) buyers.set(buyer, { wallet, frozen: false, held: null })
    requests.forEach(({ idempotency, userId }, index) => {
      const outcome = sale.outcomes[index]
      if (idempotency === null || outcome?._tag !== "Sold") return
      kept.set(answerKeyOf(userId, idempotency.key), { fingerprint: idempotency.fingerprint, answer: outcome.block })
    })
    const earlier = repeatedPurchases(sale.outcomes, sealed.tickets)
      .flatMap(({ firstPosition, quantity }) => tickets.slice(firstPosition - 1, firstPosition - 1 + quantity))
    tickets.push(...sealed.tickets)
    return answersOf(sale.outcomes, sealed.tickets, earlier)
  }
  return { draw: () => draw, sellBatch, tickets }
}

const requests = fc.array(
  fc.record({
    userId: fc.integer({ min: 1, max: 3 }).map(user),
    quantity: fc.integer({ min: 1, max: 5 }),
    drawId: fc.constant(null),
    idempotency: fc.option(
      fc.record({ key: fc.constantFrom("a", "b", "c", "d"), fingerprint: fc.constant("same") }),
      { nil: null }
    )
  }),
  { maxLength: 12 }
)
const batches = fc.array(requests, { maxLength: 5 })

/** The answers to batches that are sold one after the other, each with its request. */
const answersTo = (asked: ReadonlyArray<ReadonlyArray<PurchaseRequest>>) => {
  const draw = makeDraw(2_000n)
  const answered = asked.flatMap((batch) =>
    draw.sellBatch(batch).map((answer, index) => ({ answer, request: batch[index]! }))
  )
  return { ...draw, answered }
}

describe("the answer to a purchase", () => {
  it("equals the first under the same key in every field but replayed, in the same batch and in later ones", () => {
    fc.assert(fc.property(batches, (asked) => {
      const first = new Map<string, unknown>()
      for (const { answer, request: { idempotency, userId } } of answersTo(asked).answered) {
        if (idempotency === null || Result.isFailure(answer)) continue
        const { replayed, ...receipt } = answer.success
        const key = answerKeyOf(userId, idempotency.key)
        assert.strictEqual(replayed, first.has(key))
        if (replayed) assert.deepStrictEqual(receipt, first.get(key))
        else first.set(key, receipt)
      }
    }))
  })

  it("holds the tickets that were bought, resultBeforeDraw, and the draw after them", () => {
    fc.assert(fc.property(batches, (asked) => {
      const { answered, draw, tickets } = answersTo(asked)
      let entries = 0
      for (const { answer, request } of answered) {
        if (Result.isFailure(answer) || answer.success.replayed) continue
        const receipt = answer.success
        entries += request.quantity
        assert.deepStrictEqual(receipt.tickets, tickets.slice(entries - request.quantity, entries))
        assert.isTrue(receipt.tickets.every((ticket) => ticket.userId === request.userId && ticket.status === "active"))
        assert.deepStrictEqual(receipt.draw, {
          id,
          totalEntries: entries,
          prizePool: cents(ticketPot * BigInt(entries))
        })
      }
      assert.strictEqual(draw().totalEntries, entries)
      assert.strictEqual(tickets.length, entries)
    }))
  })

  it("is not made where tickets of the purchase are missing", () => {
    const { sellBatch, tickets } = makeDraw(500n)
    const [answer] = sellBatch([{ userId: user(1), quantity: 3, drawId: null, idempotency: null }])
    assert(answer !== undefined && Result.isSuccess(answer))
    const block: SoldBlock = {
      drawId: id,
      firstPosition: position(1),
      quantity: 3,
      purchasedAt: noon,
      totalEntries: 3,
      wallet: { ...emptyWallet, balance: cents(200n), seq: 3 }
    }
    assert.deepStrictEqual(receiptOf(block, tickets, false), answer.success)
    assert.throws(() => receiptOf(block, tickets.slice(0, 2), false))
    assert.throws(() => receiptOf({ ...block, firstPosition: position(2), quantity: 3 }, tickets, false))
    // what is kept of the wallet beside is not told
    assert.notProperty(answer.success.wallet, "seq")
  })
})

describe("a sealed sale", () => {
  const draw = (totalEntries: number): SellingDraw => ({
    id,
    drawDate: day,
    status: "open",
    totalEntries,
    frontier: emptyFrontier,
    epoch: 0
  })
  const saleOf = (quantity: number): Sale =>
    sell(
      {
        draw: { id, status: "open", opensAt: noon, closesAt: null },
        totalEntries: 0,
        lastPurchasedAt: null,
        isFollowed: true,
        ticketsPerPlayerMax: null,
        minAge: null,
        isPaused: false
      },
      noon,
      new Map([[user(1), { wallet: { ...emptyWallet, balance: cents(10_000n) }, frozen: false, held: null }]]),
      new Map(),
      numbering,
      [{ userId: user(1), quantity, drawId: null, idempotency: null }]
    )

  it("appends each ticket's leaf to the tree that the draw carries, and seals each under the current secret", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), (quantity) => {
      const sale = saleOf(quantity)
      const sealed = sealSale(seals, draw(0), sale, sale.tickets.map((_, i) => `row ${i}`))
      const leaves = sealed.tickets.map((ticket, i) => {
        const seal = seals.currentIn(0).seal(ticket)
        assert.deepStrictEqual([ticket.id, ticket.position], [`row ${i}`, position(i + 1)])
        assert.deepStrictEqual(seal, sealed.seals[i])
        assert.deepStrictEqual(
          [ticket.ticketHash, ticket.ownerCommit, ticket.ownerSalt],
          [seal.ticketHash, toHex(seal.ownerCommit), toHex(seal.ownerSalt)]
        )
        return seal.leafHash
      })
      assert.deepStrictEqual(
        root(nodeSha256, sealed.draw.frontier),
        root(nodeSha256, append(nodeSha256, emptyFrontier, leaves))
      )
      assert.strictEqual(sealed.draw.totalEntries, quantity)
      assert.strictEqual(sealed.sealKeyId, "1")
    }))
  })

  it("opens a draw that nobody opened in time", () => {
    const sale = saleOf(1)
    assert.isTrue(sealSale(seals, { ...draw(0), status: "scheduled" }, sale, ["row"]).opens)
    assert.isFalse(sealSale(seals, draw(0), sale, ["row"]).opens)
    assert.strictEqual(sealSale(seals, { ...draw(0), status: "scheduled" }, sale, ["row"]).draw.status, "open")
  })

  it("is refused where the carried tree does not hold the draw's tickets, or a ticket has no id", () => {
    const sale = saleOf(2)
    assert.throws(() => sealSale(seals, draw(1), sale, ["row", "other"]), "does not hold its 1 tickets")
    assert.throws(() => sealSale(seals, draw(0), sale, ["row"]))
  })
})

describe("a ticket", () => {
  it("has won or lost once its draw is drawn, and is active for good in one that is void", () => {
    const prizePool = cents(95n)
    const winningPosition = position(2)
    const results = ([1, 2] as const).map((at) =>
      ticketResult(position(at), { status: "drawn", winningPosition, prizePool })
    )
    assert.deepStrictEqual(results, [{ status: "lost", prizeAmount: null }, { status: "won", prizeAmount: prizePool }])
    for (const status of ["scheduled", "open", "locked", "void"] as const) {
      assert.deepStrictEqual(ticketResult(winningPosition, { status, winningPosition, prizePool }), resultBeforeDraw)
    }
  })

  it("is shown with its salt in hex, and without what is stored beside", () => {
    const stored = {
      id: "row",
      ticketId: numbering(position(1)),
      userId: user(1),
      drawId: id,
      position: position(1),
      totalEntriesAtPurchase: 1,
      ticketHash: "0".repeat(64),
      ownerCommit: "1".repeat(64),
      purchasedAt: noon
    }
    const row = { ...stored, sealKeyId: "1", walletSeq: 7 }
    assert.deepStrictEqual(showTicket(row, day, new Uint8Array(32).fill(255), resultBeforeDraw), {
      ...stored,
      drawDate: day,
      ownerSalt: "f".repeat(64),
      ...resultBeforeDraw
    })
  })
})
