import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { autoDrawAfterMillis } from "../../src/draws/DrawSteps.ts"
import {
  outcomeOf,
  resultOf,
  settle,
  settleableDraw,
  type SettleFacts,
  usersToPay
} from "../../src/draws/Settlement.ts"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { cents, centsMax, ticketPrice } from "../../src/money/Money.ts"
import { emptyWallet, type Wallet } from "../../src/money/Wallet.ts"
import { parseRecord } from "../../src/proof/RecordText.ts"
import { houseUserId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import { ada, dayEnds, idOf, lockedDay, noon, seed, ticket } from "../support/drawStates.ts"

describe("a draw that is settled", () => {
  const wallet = (balance: bigint): Wallet => ({ ...emptyWallet, balance: cents(balance) })

  const factsOf = (entries: number, rest: Partial<SettleFacts> = {}): SettleFacts => {
    const draw = lockedDay(entries)
    assert(draw.lockText !== null)
    const outcome = outcomeOf(nobleSha256, draw.openText, draw.lockText, seed, null, null)
    const winner = entries === 0 ? null : { ticketId: ticket, userId: ada }
    const wallets = new Map(usersToPay(winner).map((user) => [user, wallet(100n)]))
    const terms = { roomPrizeHoldMillis: 1_000, awaitIdentityFrom: null, isWinnerVerified: false }
    return { draw, by: "clockwork", outcome, winner, wallets, ...terms, ...rest }
  }

  const resultIn = ({ draw, outcome, winner }: SettleFacts) => {
    const settleable = settleableDraw(draw, "clockwork")
    assert(settleable !== null)
    return resultOf(nobleSha256, settleable, seed, outcome, winner)
  }

  it("pays all of what was sold to winner and house, and mails the winner", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), (entries) => {
      const facts = factsOf(entries)
      const settled = Result.getOrThrow(settle(facts))
      assert(settled !== null)
      assert.deepStrictEqual(settled.moves.map(({ userId: user }) => user), [ada, houseUserId])
      const paid = settled.moves.flatMap(({ movements }) => movements).map(({ amount }) => amount)
      assert.deepStrictEqual(paid, [facts.outcome.prize, facts.outcome.fee])
      assert.strictEqual(paid.reduce((sum, amount) => sum + amount, 0n), ticketPrice * BigInt(entries))
      assert.strictEqual(settled.drawnAt, facts.draw.clock)
      const { record, text } = resultIn(facts)
      assert.strictEqual(record.winner?.position, facts.outcome.winningPosition)
      assert.deepStrictEqual(parseRecord(text), record)
      assert.deepStrictEqual(settled.jobs, [
        { id: `winner ${idOf(1)}`, job: { _tag: "MailWinner", userId: ada, drawId: idOf(1) } }
      ])
    }))
  })

  it("pays and mails nobody where nobody entered", () => {
    const settled = Result.getOrThrow(settle(factsOf(0)))
    assert(settled !== null)
    assert.deepStrictEqual([settled.moves, settled.jobs, resultIn(factsOf(0)).record.winner], [[], [], null])
  })

  it("is as it was where somebody else settled it, or its time has not come", () => {
    for (const rest of [{ status: "drawn" }, { status: "void" }, { clock: noon }, { isRoundMissing: true }] as const) {
      const draw = lockedDay(2, rest)
      assert.isNull(settleableDraw(draw, "clockwork"))
      assert.deepStrictEqual(settle(factsOf(2, { draw })), Result.succeed(null))
    }
  })

  it("is, of a room, its host's before it is the server's", () => {
    const autoDrawAt = instant(dayEnds + autoDrawAfterMillis)
    const room = lockedDay(2, { kind: "room", closesAt: null, autoDrawAt })
    assert.isNull(settleableDraw(room, "clockwork"))
    assert.isNotNull(settleableDraw(room, "host"))
    assert.isNotNull(settleableDraw({ ...room, clock: autoDrawAt }, "clockwork"))
  })

  it("is not where a wallet is missing, or cannot hold what it is paid", () => {
    assert.deepStrictEqual(
      settle(factsOf(2, { wallets: new Map([[ada, wallet(0n)]]) })),
      Result.fail({ _tag: "NoWallet", userId: houseUserId })
    )
    const full = new Map([[ada, wallet(centsMax)], [houseUserId, wallet(0n)]])
    const refused = settle(factsOf(2, { wallets: full }))
    assert(Result.isFailure(refused))
    assert.deepInclude(refused.failure, { _tag: "WalletRefuses", userId: ada })
  })

  it("has a prize from the amount of its day on wait for the identity check, of who is not verified alone", () => {
    const awaitingOf = (rest: Partial<SettleFacts>) => {
      const settled = Result.getOrThrow(settle(factsOf(20, rest)))
      assert(settled !== null)
      const [won] = settled.moves
      assert(won !== undefined)
      return [won.wallet.awaiting, won.movements.map(({ awaitsIdentity }) => awaitsIdentity)]
    }
    const from = (amount: bigint) => [{ from: null, amount: cents(amount) }] as const
    const waits = [[{ amount: cents(1_900n), maturesAt: null }], [true]]
    assert.deepStrictEqual(awaitingOf({ awaitIdentityFrom: from(1_900n) }), waits)
    for (
      const rest of [
        { awaitIdentityFrom: from(1_901n) },
        { awaitIdentityFrom: from(1_900n), isWinnerVerified: true },
        { awaitIdentityFrom: null }
      ]
    ) assert.deepStrictEqual(awaitingOf(rest), [[], [false]])
  })
})
