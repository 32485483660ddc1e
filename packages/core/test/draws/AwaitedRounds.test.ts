import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { awaitedRounds, type WaitingDraw } from "../../src/draws/AwaitedRounds.ts"
import { drawStatuses } from "../../src/draws/Draw.ts"
import { quicknet } from "../../src/proof/Beacon.ts"
import { instant } from "../../src/values/Instant.ts"
import { idOf, noon } from "../support/drawStates.ts"

const chainHash = "ab".repeat(32)

const someDraws = fc.array(
  fc.record({
    status: fc.constantFrom(...drawStatuses),
    drawAt: fc.option(fc.integer({ min: -5, max: 5 }).map((millis) => instant(noon + millis)), { nil: null }),
    beacon: fc.option(fc.integer({ min: 1, max: 3 }).map((round) => ({ chainHash, round })), { nil: null }),
    isRoundMissing: fc.boolean(),
    voidBegunAt: fc.constantFrom(null, null, noon)
  })
).map((draws) => draws.map((draw, nth): WaitingDraw => ({ ...draw, id: idOf(nth), chain: null })))

describe("the rounds that are to be fetched", () => {
  it("are those of locked draws whose outcome is due and whose round is not there, each once with all who wait", () => {
    fc.assert(fc.property(someDraws, (draws) => {
      const rounds = awaitedRounds(draws, noon)
      const waiting = draws.filter(({ beacon, drawAt, isRoundMissing, status, voidBegunAt }) =>
        status === "locked" && voidBegunAt === null && isRoundMissing && beacon !== null && drawAt !== null &&
        drawAt <= noon
      )
      assert.sameMembers(rounds.flatMap(({ drawIds }) => drawIds), waiting.map(({ id }) => id))
      assert.strictEqual(new Set(rounds.map(({ round }) => round)).size, rounds.length)
      const roundOf = new Map(draws.map(({ beacon, id }) => [id, beacon?.round]))
      for (const { drawIds, round } of rounds) for (const id of drawIds) assert.strictEqual(roundOf.get(id), round)
    }))
  })

  it("come in the order in which they became due", () => {
    const draw = (nth: number, after: number, round: number): WaitingDraw => ({
      id: idOf(nth),
      status: "locked",
      drawAt: instant(noon - 10 + after),
      beacon: { chainHash, round },
      chain: quicknet,
      isRoundMissing: true,
      voidBegunAt: null
    })
    assert.deepStrictEqual(awaitedRounds([draw(1, 3, 7), draw(2, 1, 8), draw(3, 2, 7)], noon), [
      { chainHash, round: 8, chain: quicknet, dueAt: instant(noon - 9), drawIds: [idOf(2)] },
      { chainHash, round: 7, chain: quicknet, dueAt: instant(noon - 8), drawIds: [idOf(3), idOf(1)] }
    ])
  })
})
