import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  isBehind,
  lostDay,
  lostOf,
  lostOfPlayers,
  lostText,
  nextEpoch,
  type RememberedDraw
} from "../../src/draws/Remembered.ts"
import { cents } from "../../src/money/Money.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import { openDay } from "../support/drawStates.ts"

const { id, openText } = openDay(0)
const signed = (text: string, by = "key") => `${text}\n— ${by} c2ln\n`
const open = signed(openText)
const remembered = (more: Partial<RememberedDraw> = {}): RememberedDraw => ({
  id,
  epoch: 0,
  entries: 0,
  notes: null,
  ...more
})
const nothingTold = () => false

describe("what a database lacks of what left the house, and of what protects players", () => {
  const ada = userId("01900000-0000-7000-8000-00000000000a")
  const sent = {
    id: "1",
    userId: ada,
    amount: cents(2_000n),
    account: "acct_1",
    provider: "simulated",
    askedAt: instant(0),
    attempt: 1,
    isOver: false,
    epoch: 1
  } as const
  const frozen = { id: "2", userId: ada, measure: { _tag: "Frozen" }, epoch: 1 } as const
  const lostIn = (known: ReadonlyArray<string>, isOver = false) =>
    lostOfPlayers([{ ...sent, isOver }], [frozen], (id) => known.includes(id)).map(({ _tag }) => _tag)

  it("is what it neither holds nor knows to be lost, unless it came back", () => {
    assert.deepStrictEqual(lostIn([]), ["Withdrawal", "Measure"])
    assert.deepStrictEqual(lostIn(["1"]), ["Measure"])
    assert.deepStrictEqual(lostIn(["2"]), ["Withdrawal"])
    assert.deepStrictEqual(lostIn([], true), ["Measure"])
  })

  it("is told with whose it is and how much", () => {
    assert.deepStrictEqual(
      lostOfPlayers([sent], [frozen], () => false).map(lostText),
      [
        `withdrawal 1 of user ${ada}: $20.00, asked for at 1970-01-01T00:00:00.000Z and sent to the simulation`,
        `user ${ada} was frozen`
      ]
    )
  })
})

describe("what a database lacks of what was acknowledged", () => {
  it("is every position above those that it holds, of its own epoch or a later one", () => {
    fc.assert(fc.property(fc.nat(50), fc.nat(50), fc.nat(3), fc.nat(3), (told, held, epoch, own) => {
      const stored = { entries: held, notes: { open, lock: null, result: null } }
      const lost = lostOf(remembered({ entries: told, epoch }), stored, own, nothingTold)
      const isLost = told > held && epoch >= own
      assert.deepStrictEqual(lost, isLost ? [{ _tag: "Tickets", drawId: id, from: held + 1, to: told }] : [])
    }))
  })

  it("is all of a draw that is not there, the day of its open record too", () => {
    const lost = lostOf(remembered({ entries: 2, notes: { open, lock: null, result: null } }), null, 0, nothingTold)
    assert.deepStrictEqual(lost.map(({ _tag }) => _tag), ["Tickets", "Record"])
    assert.strictEqual(lostDay(lost[1]!), "2026-02-03")
    assert.isNull(lostDay(lost[0]!))
  })

  it("is a record that it does not have, or has otherwise, unless that was said to be lost; whoever signed it", () => {
    const lock = signed("lock\n")
    const known = remembered({ notes: { open, lock, result: null } })
    const stored = (found: string | null) => ({
      entries: 0,
      notes: { open: signed(openText, "other"), lock: found, result: null }
    })
    assert.deepStrictEqual(lostOf(known, stored(null), 0, nothingTold), [
      { _tag: "Record", drawId: id, kind: "lock", note: lock }
    ])
    assert.lengthOf(lostOf(known, stored(signed("another lock\n")), 0, nothingTold), 1)
    assert.lengthOf(lostOf(known, stored(signed("lock\n", "other")), 0, nothingTold), 0)
    assert.lengthOf(lostOf(known, stored(null), 1, (kind) => kind === "lock"), 0)
  })

  it("is seen by a sale in what it reads of its draw", () => {
    assert.isFalse(isBehind({ entries: 5, epoch: 1 }, { entries: 5, newestEpoch: 1 }))
    assert.isTrue(isBehind({ entries: 4, epoch: 1 }, { entries: 5, newestEpoch: 1 }))
    assert.isTrue(isBehind({ entries: 9, epoch: 0 }, { entries: 0, newestEpoch: 1 }))
  })

  it("is followed by an epoch that never was", () => {
    fc.assert(fc.property(fc.nat(200), fc.nat(200), (stored, known) => {
      assert.isAbove(nextEpoch(stored, known), Math.max(stored, known))
    }))
  })
})
