import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { operatorOrigin } from "../../src/accounts/SecurityEvent.ts"
import { barredAt } from "../../src/money/Barring.ts"
import { emptyWallet, type Wallet } from "../../src/money/Wallet.ts"
import {
  excludePlayer,
  excludeRegistered,
  exclusionDaysMax,
  exclusionDaysMin,
  namesBarredUntil,
  timeOut,
  timeOutHoursMax,
  timeOutHoursMin
} from "../../src/play/Exclusion.ts"
import { userId } from "../../src/values/Ids.ts"
import { dayMillis, type Instant, instant } from "../../src/values/Instant.ts"

const player = userId("01900000-0000-7000-8000-00000000000a")
const start = instant(Date.UTC(2026, 1, 3))
const byPlayer = { _tag: "Player", origin: operatorOrigin } as const

const factsOf = (wallet: Wallet, now: Instant) => ({ wallet, now, newIds: { event: "e" } })

describe("a time-out or an exclusion", () => {
  it("never ends sooner than was asked for, by whomever, in whatever order", () => {
    const step = fc.oneof(
      fc.record({ hours: fc.integer({ min: timeOutHoursMin, max: timeOutHoursMax }) }),
      fc.record({ days: fc.integer({ min: exclusionDaysMin, max: exclusionDaysMax }) }),
      fc.record({ wait: fc.integer({ min: 0, max: 400 }) })
    )
    fc.assert(fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let now = start
      let wallet: Wallet = emptyWallet
      let promised = 0
      for (const step of steps) {
        if ("wait" in step) now = instant(now + step.wait * dayMillis)
        else {
          const stopped = "hours" in step
            ? timeOut(factsOf(wallet, now), player, step.hours, operatorOrigin)
            : excludePlayer(factsOf(wallet, now), player, step.days, byPlayer)
          promised = Math.max(promised, now + ("hours" in step ? step.hours * 3_600_000 : step.days * dayMillis))
          wallet = stopped.wallet
        }
        assert.strictEqual(barredAt(wallet, now)?.until ?? null, promised > now ? promised : null)
      }
    }))
  })

  it("is of no other length", () => {
    for (const hours of [timeOutHoursMin - 1, timeOutHoursMax + 1, 24.5]) {
      assert.throws(() => timeOut(factsOf(emptyWallet, start), player, hours, operatorOrigin), RangeError)
    }
    for (const days of [exclusionDaysMin - 1, exclusionDaysMax + 1, Number.NaN]) {
      assert.throws(() => excludePlayer(factsOf(emptyWallet, start), player, days, byPlayer), RangeError)
    }
  })

  it("has the rooms closed of who is excluded, and not of who takes a time-out; sessions live on", () => {
    const { change: out } = timeOut(factsOf(emptyWallet, start), player, 24, operatorOrigin)
    const { change: excluded } = excludePlayer(factsOf(emptyWallet, start), player, 180, byPlayer)
    assert.deepStrictEqual([out.abandonsRooms, excluded.abandonsRooms], [false, true])
    assert.deepStrictEqual([out.endSessions, excluded.endSessions], [null, null])
  })

  it("says who had a player excluded, and why", () => {
    const by = (who: Parameters<typeof excludePlayer>[3]) =>
      excludePlayer(factsOf(emptyWallet, start), player, 180, who).change.events.map(({ details, type }) => [
        type,
        details["by"]
      ])
    assert.deepStrictEqual(by(byPlayer), [["self_excluded", "player"]])
    const act = { operator: "eve", command: "user exclude", reason: "a letter" }
    assert.deepStrictEqual(by({ _tag: "Operator", act }), [["self_excluded", "operator"]])
    const logOf = (who: Parameters<typeof excludePlayer>[3]) =>
      excludePlayer(factsOf(emptyWallet, start), player, 180, who).change.log
    assert.isNull(logOf(byPlayer))
    assert.deepInclude(logOf({ _tag: "Operator", act }), { ...act, subject: { kind: "user", id: player } })
  })

  it("is as a register says where that is longer, and else leaves no trace", () => {
    const { until, wallet } = excludePlayer(factsOf(emptyWallet, start), player, 180, byPlayer)
    for (const listed of [start, instant(until - 1), until]) {
      const same = excludeRegistered(factsOf(wallet, start), player, listed)
      assert.deepStrictEqual([same.wallet, same.change.events], [wallet, []])
    }
    const longer = excludeRegistered(factsOf(wallet, start), player, instant(until + 1))
    assert.strictEqual(longer.wallet.excludedUntil, until + 1)
    assert.deepStrictEqual(longer.change.events.map(({ details }) => details["by"]), ["register"])
    assert.isNull(excludeRegistered(factsOf(emptyWallet, start), player, start).wallet.excludedUntil)
  })

  it("keeps names barred until the later of an exclusion and a time-out ends", () => {
    const { until, wallet } = excludePlayer(factsOf(emptyWallet, start), player, 180, byPlayer)
    assert.strictEqual(namesBarredUntil(wallet, start), until)
    assert.isNull(namesBarredUntil(wallet, until))
    const shorter = timeOut(factsOf(wallet, start), player, 24, operatorOrigin)
    assert.strictEqual(namesBarredUntil(shorter.wallet, start), until)
    const last = instant(until - 1)
    const longer = timeOut(factsOf(wallet, last), player, 24, operatorOrigin)
    assert.strictEqual(namesBarredUntil(longer.wallet, last), longer.until)
    const alone = timeOut(factsOf(emptyWallet, start), player, 24, operatorOrigin)
    assert.strictEqual(namesBarredUntil(alone.wallet, start), alone.until)
    assert.isNull(namesBarredUntil(alone.wallet, alone.until))
    assert.isNull(namesBarredUntil(emptyWallet, start))
  })
})
