import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  type Buyer,
  type Pool,
  potOf,
  type PurchaseRequest,
  quantityMax,
  type Sale,
  sell,
  type SoldBlock
} from "../../src/draws/Sale.ts"
import { type Limits, noLimits, nothingCounted } from "../../src/money/Limits.ts"
import { cents, ticketPrice } from "../../src/money/Money.ts"
import { emptyWallet } from "../../src/money/Wallet.ts"
import { answerKeyOf, type KeptAnswer } from "../../src/values/Idempotency.ts"
import { drawId, houseUserId, position, ticketId, type UserId, userId } from "../../src/values/Ids.ts"
import { dayOf, instant } from "../../src/values/Instant.ts"

const opens = instant(Date.UTC(2026, 1, 3))
const closes = instant(Date.UTC(2026, 1, 4))
const noon = instant(Date.UTC(2026, 1, 3, 12))
const draw = drawId("019a0000-0000-7000-8000-000000000001")
const otherDraw = drawId("019a0000-0000-7000-8000-000000000002")
const user = (n: number): UserId => userId(`019a0000-0000-7000-9000-00000000000${n}`)
const [ada, bob] = [user(1), user(2)]
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const numbering = (at: number) => {
  let symbols = ""
  for (let rest = at, i = 0; i < 5; i++, rest = Math.floor(rest / 32)) symbols = crockford[rest % 32]! + symbols
  return ticketId(`DDL-20260203-${symbols}`)
}

const openPool = (totalEntries = 0): Pool => ({
  draw: { id: draw, status: "open", opensAt: opens, closesAt: closes },
  totalEntries,
  lastPurchasedAt: null,
  isFollowed: true,
  ticketsPerPlayerMax: null,
  minAge: null,
  isPaused: false
})

const buyer = (balance: bigint, frozen = false): Buyer => ({
  wallet: { ...emptyWallet, balance: cents(balance) },
  frozen,
  held: null
})

const request = (userId: UserId, quantity: number, rest: Partial<PurchaseRequest> = {}): PurchaseRequest => ({
  userId,
  quantity,
  drawId: null,
  idempotency: null,
  ...rest
})

const none: ReadonlyMap<string, KeptAnswer<SoldBlock>> = new Map()

const tags = (sale: Sale) =>
  sale.outcomes.map((outcome) => outcome._tag === "Refused" ? outcome.refusal._tag : outcome._tag)

const requests = fc.array(
  fc.record({
    userId: fc.integer({ min: 1, max: 5 }).map(user),
    quantity: fc.integer({ min: 1, max: 7 }),
    drawId: fc.constantFrom(null, null, null, draw, otherDraw),
    idempotency: fc.option(
      fc.record({ key: fc.constantFrom("a", "b", "c"), fingerprint: fc.constantFrom("same", "same", "other") }),
      { nil: null }
    )
  }),
  { maxLength: 40 }
)
const buyers = fc.array(fc.tuple(fc.bigInt(0n, 1500n), fc.boolean()), { minLength: 4, maxLength: 4 }).map((rows) =>
  // the fifth of the requests' users is unknown
  new Map(rows.map(([balance, frozen], i) => [user(i + 1), buyer(balance, frozen && i === 3)]))
)

describe("a batch of purchases", () => {
  it("moves exactly the price of each ticket from its buyer's wallet to the draw, whatever is asked", () => {
    fc.assert(fc.property(buyers, requests, fc.nat(1000), (known, asked, entries) => {
      const sale = sell(openPool(entries), noon, known, none, numbering, asked)
      let left = 0n
      for (const [id, { wallet }] of known) {
        const after = sale.wallets.get(id) ?? wallet
        const count = sale.tickets.filter((ticket) => ticket.userId === id).length
        assert.strictEqual(wallet.balance - after.balance, ticketPrice * BigInt(count))
        assert.isTrue(after.balance >= 0n)
        left += wallet.balance - after.balance
      }
      assert.strictEqual(left, ticketPrice * BigInt(sale.totalEntries - entries))
      assert.strictEqual(sale.tickets.reduce((sum, { movement }) => sum - movement.amount, 0n), left)
      assert.isTrue(sale.tickets.every(({ movement }) => movement.counterAccount === `draw:${draw}`))
    }))
  })

  it("gives positions without a gap, in the order of the requests, each with its number", () => {
    fc.assert(fc.property(buyers, requests, fc.nat(1000), (known, asked, entries) => {
      const sale = sell(openPool(entries), noon, known, none, numbering, asked)
      assert.deepStrictEqual(
        sale.tickets.map((ticket) => Number(ticket.position)),
        sale.tickets.map((_, i) => entries + 1 + i)
      )
      for (const ticket of sale.tickets) assert.strictEqual(ticket.ticketId, numbering(ticket.position))
      let next = entries + 1
      sale.outcomes.forEach((outcome, i) => {
        if (outcome._tag !== "Sold") return
        assert.strictEqual(Number(outcome.block.firstPosition), next)
        assert.strictEqual(outcome.block.quantity, asked[i]?.quantity)
        next += outcome.block.quantity
        assert.strictEqual(outcome.block.totalEntries, next - 1)
      })
      assert.strictEqual(sale.totalEntries, next - 1)
    }))
  })

  it("decides the others as if a refused request had not been there", () => {
    fc.assert(fc.property(buyers, requests, (known, asked) => {
      const sale = sell(openPool(), noon, known, none, numbering, asked)
      const kept = asked.filter((_, i) => sale.outcomes[i]?._tag !== "Refused")
      const without = sell(openPool(), noon, known, none, numbering, kept)
      assert.deepStrictEqual(without.outcomes, sale.outcomes.filter((outcome) => outcome._tag !== "Refused"))
      assert.deepStrictEqual(without.tickets, sale.tickets)
      assert.deepStrictEqual(without.wallets, sale.wallets)
    }))
  })

  it("sells the same in one batch as in many", () => {
    fc.assert(fc.property(buyers, requests, fc.nat(40), (known, asked, cut) => {
      const whole = sell(openPool(), noon, known, none, numbering, asked)
      const first = sell(openPool(), noon, known, none, numbering, asked.slice(0, cut))
      const afterFirst = new Map(
        [...known].map(([id, row]) => [id, { ...row, wallet: first.wallets.get(id) ?? row.wallet }] as const)
      )
      const answers = new Map<string, KeptAnswer<SoldBlock>>()
      first.outcomes.forEach((outcome, i) => {
        const idempotency = asked[i]?.idempotency
        if (outcome._tag === "Sold" && idempotency) {
          answers.set(answerKeyOf(asked[i]!.userId, idempotency.key), {
            fingerprint: idempotency.fingerprint,
            answer: outcome.block
          })
        }
      })
      const second = sell(openPool(first.totalEntries), noon, afterFirst, answers, numbering, asked.slice(cut))
      assert.deepStrictEqual([...first.outcomes, ...second.outcomes], whole.outcomes)
      assert.deepStrictEqual([...first.tickets, ...second.tickets], whole.tickets)
      assert.strictEqual(second.totalEntries, whole.totalEntries)
    }))
  })

  it("sells the last affordable ticket of a player who asks twice in one batch", () => {
    const sale = sell(openPool(), noon, new Map([[ada, buyer(100n)]]), none, numbering, [
      request(ada, 1),
      request(ada, 1)
    ])
    assert.deepStrictEqual(tags(sale), ["Sold", "InsufficientFunds"])
    assert.strictEqual(sale.totalEntries, 1)
    assert.strictEqual(potOf(sale.totalEntries), cents(95n))
  })

  it("sells all of the tickets of a request or none", () => {
    const sale = sell(openPool(), noon, new Map([[ada, buyer(299n)]]), none, numbering, [request(ada, 3)])
    assert.deepStrictEqual(sale.outcomes, [{
      _tag: "Refused",
      refusal: { _tag: "InsufficientFunds", balance: cents(299n), needed: cents(300n) }
    }])
    assert.strictEqual(sale.wallets.size, 0)
  })

  it("answers a key again as it was answered first, and refuses it for anything else", () => {
    const idempotency = { key: "k", fingerprint: "f" }
    const known = new Map([[ada, buyer(500n)], [bob, buyer(500n)]])
    const sale = sell(openPool(), noon, known, none, numbering, [
      request(ada, 2, { idempotency }),
      request(ada, 2, { idempotency }),
      request(ada, 1, { idempotency: { key: "k", fingerprint: "g" } }),
      // another player's key of the same name is another key
      request(bob, 1, { idempotency })
    ])
    assert.deepStrictEqual(tags(sale), ["Sold", "Replayed", "KeyReused", "Sold"])
    assert.strictEqual(sale.totalEntries, 3)
    const [sold, replayed] = sale.outcomes
    if (sold?._tag !== "Sold" || replayed?._tag !== "Replayed") return assert.fail("sold, then answered again")
    assert.deepStrictEqual(replayed.block, sold.block)
  })

  it("answers an earlier key where nothing is on sale any more, to a frozen account too", () => {
    const block = {
      drawId: otherDraw,
      firstPosition: position(7),
      quantity: 1,
      purchasedAt: opens,
      totalEntries: 7,
      wallet: emptyWallet
    }
    const kept = new Map([[answerKeyOf(ada, "k"), { fingerprint: "f", answer: block }]])
    const again = request(ada, 1, { idempotency: { key: "k", fingerprint: "f" } })
    const sale = sell(null, noon, new Map([[ada, buyer(0n, true)]]), kept, numbering, [again])
    assert.deepStrictEqual(sale.outcomes, [{ _tag: "Replayed", block }])
  })

  it("decides anew what was refused under a key", () => {
    const idempotency = { key: "k", fingerprint: "f" }
    const sale = sell(openPool(), noon, new Map([[ada, buyer(100n)]]), none, numbering, [
      request(ada, 2, { idempotency }),
      request(ada, 1, { idempotency })
    ])
    assert.deepStrictEqual(tags(sale), ["InsufficientFunds", "Sold"])
  })

  it("sells within the draw's hours alone, whatever its status still says", () => {
    const known = new Map([[ada, buyer(100n)]])
    const at = (clock: number, status: Pool["draw"]["status"]) => {
      const pool = openPool()
      return tags(
        sell({ ...pool, draw: { ...pool.draw, status } }, instant(clock), known, none, numbering, [request(ada, 1)])
      )
    }
    assert.deepStrictEqual(at(opens - 1, "scheduled"), ["NothingOnSale"])
    assert.deepStrictEqual(at(opens, "scheduled"), ["Sold"])
    assert.deepStrictEqual(at(closes - 1, "open"), ["Sold"])
    assert.deepStrictEqual(at(closes, "open"), ["NothingOnSale"])
    for (const status of ["locked", "drawn", "void"] as const) {
      assert.deepStrictEqual(at(noon, status), ["NothingOnSale"])
    }
  })

  it("never goes back in time: a ticket is not bought before the one before it", () => {
    const later = instant(noon + 5)
    const pool = { ...openPool(3), lastPurchasedAt: later }
    assert.strictEqual(
      sell(pool, noon, new Map([[ada, buyer(100n)]]), none, numbering, [request(ada, 1)]).purchasedAt,
      later
    )
    assert.strictEqual(sell(openPool(), noon, new Map(), none, numbering, []).purchasedAt, noon)
  })

  it("refuses strangers, the house, frozen accounts and another draw", () => {
    const known = new Map([[ada, buyer(100n, true)], [bob, buyer(100n)], [houseUserId, buyer(100n)]])
    const sale = sell(openPool(), noon, known, none, numbering, [
      request(ada, 1),
      request(user(9), 1),
      request(houseUserId, 1),
      request(bob, 1, { drawId: otherDraw }),
      request(bob, 1, { drawId: draw })
    ])
    assert.deepStrictEqual(tags(sale), ["AccountFrozen", "UnknownBuyer", "UnknownBuyer", "DrawClosed", "Sold"])
  })

  it("dies on a quantity that the edge should have refused", () => {
    for (const quantity of [0, -1, 1.5, quantityMax + 1, Number.NaN]) {
      assert.throws(
        () => sell(openPool(), noon, new Map([[ada, buyer(1_000_000n)]]), none, numbering, [request(ada, quantity)]),
        RangeError
      )
    }
  })
})

describe.each(
  [
    ["whose beacon is not followed", { isFollowed: false }, "BeaconNotFollowed"],
    ["whose sales are paused", { isPaused: true }, "SalesPaused"]
  ] as const
)("a draw %s", (_, stopped, _tag) => {
  it("sells nothing, and answers a repeat of what it sold before", () => {
    const known = new Map([[ada, buyer(1000n)]])
    const asked = request(ada, 2, { idempotency: { key: "one", fingerprint: "same" } })
    const [before] = sell(openPool(), noon, known, none, numbering, [asked]).outcomes
    assert(before?._tag === "Sold")
    const kept = new Map([[answerKeyOf(ada, "one"), { fingerprint: "same", answer: before.block }]])
    const sale = sell({ ...openPool(2), ...stopped }, noon, known, kept, numbering, [asked, request(ada, 1)])
    assert.deepStrictEqual(sale.outcomes, [
      { _tag: "Replayed", block: before.block },
      { _tag: "Refused", refusal: { _tag } }
    ])
    assert.deepStrictEqual([sale.tickets.length, sale.wallets.size, sale.totalEntries], [0, 0, 2])
  })
})

describe("a batch of purchases in a room", () => {
  const roomPool = (members: ReadonlyArray<UserId>, holders: ReadonlyArray<UserId> = []): Pool => ({
    draw: { id: draw, status: "open", opensAt: opens, closesAt: null },
    totalEntries: holders.length,
    lastPurchasedAt: null,
    isFollowed: true,
    ticketsPerPlayerMax: null,
    minAge: null,
    isPaused: false,
    room: { members: new Set(members), holders: new Set(holders) }
  })

  it("sells each member one ticket at most, and nobody else any, whatever is asked", () => {
    const some = fc.subarray([1, 2, 3, 4].map(user))
    fc.assert(fc.property(buyers, requests, some, fc.nat(4), (known, asked, members, held) => {
      const holders = members.slice(0, held)
      const sale = sell(roomPool(members, holders), noon, known, none, numbering, asked)
      const owners = sale.tickets.map(({ userId }) => userId)
      assert.strictEqual(new Set([...holders, ...owners]).size, holders.length + owners.length)
      assert.isTrue(owners.every((owner) => members.includes(owner)))
      assert.strictEqual(sale.totalEntries, holders.length + owners.length)
      asked.forEach(({ userId }, i) => {
        const outcome = sale.outcomes[i]
        if (outcome?._tag !== "Refused") return
        const { _tag } = outcome.refusal
        if (_tag === "NotMember") assert.isFalse(members.includes(userId))
        if (_tag === "AlreadyHasTicket" || _tag === "InsufficientFunds") assert.isTrue(members.includes(userId))
      })
    }))
  })

  it("refuses a second ticket in the same batch, a stranger, and more than one", () => {
    const known = new Map([1, 2, 3].map((n) => [user(n), buyer(1000n)] as const))
    const sale = sell(roomPool([ada, bob, user(3)], [user(3)]), noon, known, none, numbering, [
      request(ada, 1, { drawId: draw }),
      request(ada, 1, { drawId: draw }),
      request(user(3), 1, { drawId: draw }),
      request(bob, 2, { drawId: draw }),
      request(bob, 1, { drawId: draw })
    ])
    assert.deepStrictEqual(tags(sale), ["Sold", "AlreadyHasTicket", "AlreadyHasTicket", "AlreadyHasTicket", "Sold"])
    assert.deepStrictEqual(tags(sell(roomPool([bob]), noon, known, none, numbering, [request(ada, 1)])), ["NotMember"])
  })

  it("answers a key again before it looks at tickets and members", () => {
    const idempotency = { key: "k", fingerprint: "f" }
    const known = new Map([[ada, buyer(1000n)]])
    const once = sell(roomPool([ada]), noon, known, none, numbering, [
      request(ada, 1, { idempotency }),
      request(ada, 1, { idempotency }),
      request(ada, 1)
    ])
    assert.deepStrictEqual(tags(once), ["Sold", "Replayed", "AlreadyHasTicket"])
    const [sold] = once.outcomes
    if (sold?._tag !== "Sold") return assert.fail("sold")
    const kept = new Map([[answerKeyOf(ada, "k"), { fingerprint: "f", answer: sold.block }]])
    const again = sell(roomPool([]), noon, known, kept, numbering, [request(ada, 1, { idempotency })])
    assert.deepStrictEqual(again.outcomes, [{ _tag: "Replayed", block: sold.block }])
  })

  it("sells nothing once the room is locked, to who has no ticket and to who has one", () => {
    const pool = roomPool([ada, bob], [bob])
    const known = new Map([[ada, buyer(1000n)], [bob, buyer(1000n)]])
    for (const status of ["locked", "drawn", "void"] as const) {
      const sale = sell({ ...pool, draw: { ...pool.draw, status } }, noon, known, none, numbering, [
        request(ada, 1, { drawId: draw }),
        request(bob, 1, { drawId: draw })
      ])
      assert.deepStrictEqual(tags(sale), ["DrawClosed", "DrawClosed"])
    }
  })
})

describe("what a player allows themselves", () => {
  const limited = (balance: bigint, limits: Partial<Limits>): Buyer => {
    const { held, wallet, ...rest } = buyer(balance)
    const inForce = { ...noLimits, ...limits }
    const book = { inForce, rises: [], counted: nothingCounted(dayOf(opens)), countedTo: wallet.seq }
    return { ...rest, held, wallet: { ...wallet, limits: book } }
  }
  const sold = (buyers: ReadonlyMap<UserId, Buyer>, requests: ReadonlyArray<PurchaseRequest>, pool = openPool()) =>
    sell(pool, opens, buyers, none, numbering, requests)

  it("binds each purchase of a batch, after those before it, and harms no neighbour", () => {
    const sale = sold(new Map([[ada, limited(10_000n, { dailySpend: 500n })], [bob, buyer(10_000n)]]), [
      request(ada, 3),
      request(bob, 5),
      request(ada, 3),
      request(ada, 2)
    ])
    assert.deepStrictEqual(tags(sale), ["Sold", "Sold", "LimitExceeded", "Sold"])
    assert.deepInclude(sale.wallets.get(ada)?.limits, { countedTo: 5 })
    assert.strictEqual(sale.wallets.get(ada)?.limits?.counted.spent.weekly, 500n)
    assert.isNull(sale.wallets.get(bob)?.limits)
  })

  it("never has more spent than the limit, whatever is asked for", () => {
    const asked = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 })
    fc.assert(fc.property(asked, fc.nat(30), fc.nat(3_000), (quantities, max, limit) => {
      const buyers = new Map([[ada, limited(10_000n, { dailySpend: BigInt(limit), ticketsPerDraw: BigInt(max + 1) })]])
      const { tickets } = sold(buyers, quantities.map((quantity) => request(ada, quantity)))
      assert.isAtMost(tickets.length, max + 1)
      assert.isAtMost(tickets.length * 100, limit)
    }))
  })

  it("or the operator allows, the lower, counts the tickets that they have of the draw", () => {
    const pool = { ...openPool(), ticketsPerPlayerMax: 6 }
    const holding = { ...buyer(10_000n), held: { drawId: draw, tickets: 4 } }
    const sale = sold(new Map([[ada, holding], [bob, limited(10_000n, { ticketsPerDraw: 2n })]]), [
      request(ada, 3),
      request(ada, 2),
      request(ada, 1),
      request(bob, 3),
      request(bob, 2)
    ], pool)
    assert.deepStrictEqual(tags(sale), ["LimitExceeded", "Sold", "LimitExceeded", "LimitExceeded", "Sold"])
  })

  it("sells nothing while they are barred, and from the instant on at which that ends", () => {
    const barred = (until: number): Buyer => {
      const { wallet, ...rest } = buyer(10_000n)
      return { ...rest, wallet: { ...wallet, timedOutUntil: instant(until) } }
    }
    const [refusedAda, soldBob] = sold(new Map([[ada, barred(opens + 1)], [bob, barred(opens)]]), [
      request(ada, 1),
      request(bob, 1)
    ]).outcomes
    assert.deepInclude(refusedAda, {
      refusal: { _tag: "PlayerBarred", by: "time-out", until: instant(opens + 1) }
    })
    assert.strictEqual(soldBob?._tag, "Sold")
  })
})
