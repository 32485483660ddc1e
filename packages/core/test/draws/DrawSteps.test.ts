import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { drawStatuses } from "../../src/draws/Draw.ts"
import {
  abandonAfterMillis,
  type AbandonReason,
  autoDrawTime,
  type DrawStep,
  drawSteps,
  earlyVoidAfterMillis,
  expireAfterMillis,
  isAbandoned,
  isDue,
  isOverdue,
  mayBeDrawn,
  type StepFacts,
  stepsAhead
} from "../../src/draws/DrawSteps.ts"
import { dayMillis, type Instant, instant } from "../../src/values/Instant.ts"

const noon = instant(Date.UTC(2026, 1, 3, 12))
const at = (millis: number): Instant => instant(noon + millis)
const hour = 3_600_000

const daily: StepFacts = {
  kind: "daily",
  status: "scheduled",
  opensAt: noon,
  closesAt: at(dayMillis),
  lockedAt: null,
  drawAt: null,
  autoDrawAt: null,
  firstPurchasedAt: null,
  hostGoneAt: null,
  isRoundMissing: false,
  isTiled: false,
  voidBegunAt: null
}
const room: StepFacts = { ...daily, kind: "room", status: "open", closesAt: null }
const locked = { status: "locked", lockedAt: at(dayMillis), drawAt: at(dayMillis + hour) } as const
const lockedRoom: StepFacts = { ...room, ...locked, autoDrawAt: at(2 * dayMillis), firstPurchasedAt: noon }

const someTime = fc.integer({ min: -2 * abandonAfterMillis, max: 2 * expireAfterMillis }).map(at)
const perhaps = fc.option(someTime, { nil: null })

/** Draws with any values, those that no draw has as well. */
const anyDraw: fc.Arbitrary<StepFacts> = fc.record({
  kind: fc.constantFrom("daily", "room"),
  status: fc.constantFrom(...drawStatuses),
  opensAt: someTime,
  closesAt: perhaps,
  lockedAt: perhaps,
  drawAt: perhaps,
  autoDrawAt: perhaps,
  firstPurchasedAt: perhaps,
  hostGoneAt: perhaps,
  isRoundMissing: fc.boolean(),
  isTiled: fc.boolean(),
  voidBegunAt: perhaps
})

const namesOf = (draw: StepFacts, clock: Instant = noon) => stepsAhead(draw, clock).map(({ step }) => step)

describe("the steps that a draw has before it", () => {
  it("are due from their instants on, and others never are", () => {
    fc.assert(fc.property(anyDraw, someTime, (draw, clock) => {
      const ahead = stepsAhead(draw, clock)
      for (const step of drawSteps) {
        const found = ahead.find((other) => other.step === step)
        assert.strictEqual(isDue(step, draw, clock), found !== undefined && found.dueAt <= clock, step)
      }
      assert.strictEqual(new Set(ahead.map(({ step }) => step)).size, ahead.length)
    }))
  })

  it("are none that would change what is decided", () => {
    fc.assert(fc.property(anyDraw, fc.constantFrom("drawn", "void"), someTime, (draw, status, clock) => {
      for (const step of namesOf({ ...draw, status }, clock)) assert.strictEqual<DrawStep>(step, "tile")
    }))
  })

  it("are, of a day, its opening and its lock, then its tiles and its outcome", () => {
    assert.deepStrictEqual(stepsAhead(daily, noon), [
      { step: "open", dueAt: noon },
      { step: "lock", dueAt: at(dayMillis) }
    ])
    assert.deepStrictEqual(namesOf({ ...daily, status: "open" }), ["lock"])
    assert.deepStrictEqual(stepsAhead({ ...daily, ...locked }, noon), [
      { step: "tile", dueAt: at(dayMillis) },
      { step: "settle", dueAt: at(dayMillis + hour) }
    ])
    assert.deepStrictEqual(namesOf({ ...daily, ...locked, isTiled: true }), ["settle"])
    assert.deepStrictEqual(namesOf({ ...daily, ...locked, status: "drawn" }), ["tile"])
  })

  it("do not open a day whose sales are over, but lock it", () => {
    assert.deepStrictEqual(namesOf(daily, at(dayMillis - 1)), ["open", "lock"])
    assert.deepStrictEqual(namesOf(daily, at(dayMillis)), ["lock"])
  })

  it("close a room thirty days after its first ticket, unless its host locks it", () => {
    assert.deepStrictEqual(stepsAhead(room, noon), [{ step: "expire", dueAt: at(expireAfterMillis) }])
    assert.deepStrictEqual(stepsAhead({ ...room, firstPurchasedAt: at(7) }, noon), [
      { step: "expire", dueAt: at(7 + expireAfterMillis) }
    ])
    assert.notInclude(namesOf(lockedRoom), "expire")
  })

  it("close a room whose host is gone at once, bought in or not", () => {
    for (const firstPurchasedAt of [null, noon]) {
      const left = { ...room, firstPurchasedAt, hostGoneAt: at(hour) }
      assert.deepStrictEqual(stepsAhead(left, noon), [{ step: "expire", dueAt: at(hour) }])
    }
    assert.notInclude(namesOf({ ...lockedRoom, hostGoneAt: noon }), "expire")
  })

  it("draw a room at the server's time, which is not the host's", () => {
    assert.isTrue(mayBeDrawn(lockedRoom, at(dayMillis + hour)))
    assert.isFalse(isDue("settle", lockedRoom, at(dayMillis + hour)))
    assert.isTrue(isDue("settle", lockedRoom, at(2 * dayMillis)))
  })

  it("draw nothing before the beacon's round is there", () => {
    const waiting = { ...lockedRoom, isRoundMissing: true }
    assert.deepStrictEqual(namesOf(waiting), ["tile"])
    assert.isFalse(mayBeDrawn(waiting, at(3 * dayMillis)))
  })
})

describe("a draw that cannot be decided", () => {
  const anyReason = fc.constantFrom<AbandonReason | "retired">("beacon", "seed", "retired")
  const due = at(dayMillis + hour)
  const week = instant(due + abandonAfterMillis)

  it("is abandoned a week after its outcome was due, for what is missing", () => {
    const waiting = { ...lockedRoom, isRoundMissing: true }
    for (const isSeedOpened of [false, true]) {
      assert.isTrue(isAbandoned(waiting, "beacon", isSeedOpened, week))
      assert.isFalse(isAbandoned(waiting, "beacon", isSeedOpened, instant(week - 1)))
    }
    assert.isTrue(isAbandoned(lockedRoom, "seed", false, week))
    assert.isFalse(isAbandoned(lockedRoom, "seed", false, instant(week - 1)))
    assert.isFalse(isAbandoned(lockedRoom, "seed", true, week))
  })

  it("is abandoned a day after by an operator whose chain is retired, unless the round has come", () => {
    const waiting = { ...lockedRoom, isRoundMissing: true }
    const day = instant(due + earlyVoidAfterMillis)
    for (const isSeedOpened of [false, true]) {
      assert.isTrue(isAbandoned(waiting, "retired", isSeedOpened, day))
      assert.isFalse(isAbandoned(waiting, "retired", isSeedOpened, instant(day - 1)))
      assert.isFalse(isAbandoned(lockedRoom, "retired", isSeedOpened, week))
    }
  })

  it("is abandoned for nothing but what was tried in vain: a round that has come makes it a matter of the seed", () => {
    for (const isSeedOpened of [false, true]) {
      assert.isFalse(isAbandoned(lockedRoom, "beacon", isSeedOpened, week))
      assert.isFalse(isAbandoned({ ...lockedRoom, isRoundMissing: true }, "seed", isSeedOpened, week))
    }
  })

  it("is never abandoned unless it is locked and overdue, and never where it may be drawn with its seed", () => {
    fc.assert(fc.property(anyDraw, anyReason, fc.boolean(), someTime, (draw, reason, isSeedOpened, clock) => {
      if (!isAbandoned(draw, reason, isSeedOpened, clock)) return
      assert.isTrue(isOverdue(draw, clock, reason === "retired" ? earlyVoidAfterMillis : abandonAfterMillis))
      assert.strictEqual(draw.status, "locked")
      assert.isFalse(isSeedOpened && mayBeDrawn(draw, clock))
    }))
  })
})

describe("the server", () => {
  it("draws at the time that the host named, else a day after the lock, and never before the outcome can be known", () => {
    assert.strictEqual(autoDrawTime(noon, at(5), at(5)), at(5))
    assert.strictEqual(autoDrawTime(noon, at(5), at(30_000)), at(30_000))
    assert.strictEqual(autoDrawTime(noon, null, noon), at(dayMillis))
    fc.assert(
      fc.property(fc.option(fc.nat({ max: 2 * dayMillis }), { nil: null }), fc.nat(), (named, draws) => {
        const due = autoDrawTime(noon, named === null ? null : at(named), at(draws))
        assert.isTrue(due >= at(draws) && due >= at(named ?? dayMillis))
      })
    )
  })
})
