import { assert, describe, it } from "@effect/vitest"
import { ServerClock } from "../src/time/ServerClock.ts"

/** A device whose clock is set by hand. */
const device = () => {
  const clock = { millis: Date.parse("2026-02-03T10:00:00.000Z") }
  const time = new ServerClock({ now: () => clock.millis, setTimeout: () => 0, clearTimeout: () => {} })
  return { clock, time }
}

describe("the server's clock", () => {
  it("is the device's until the server has told it", () => {
    const { clock, time } = device()
    assert.isFalse(time.isKnown)
    assert.strictEqual(time.now(), clock.millis)
    time.tellSeconds("no date", clock.millis, clock.millis)
    time.tellSeconds(null, clock.millis, clock.millis)
    assert.isFalse(time.isKnown)
  })

  it("goes on from what an answer said, half way between asking and hearing", () => {
    const { clock, time } = device()
    const asked = clock.millis
    clock.millis += 400
    time.tell(Date.parse("2026-02-03T12:00:00.000Z"), asked, clock.millis)
    assert.strictEqual(time.now(), Date.parse("2026-02-03T12:00:00.200Z"))
    clock.millis += 5_000
    assert.strictEqual(time.now(), Date.parse("2026-02-03T12:00:05.200Z"))
  })

  it("takes what has milliseconds before what has none, for ten minutes", () => {
    const { clock, time } = device()
    const date = "Tue, 03 Feb 2026 11:00:00 GMT"
    time.tellSeconds(date, clock.millis, clock.millis)
    assert.strictEqual(time.now(), Date.parse("2026-02-03T11:00:00.500Z"))
    time.tell(Date.parse("2026-02-03T12:00:00.000Z"), clock.millis, clock.millis)
    time.tellSeconds(date, clock.millis, clock.millis)
    assert.strictEqual(time.now(), Date.parse("2026-02-03T12:00:00.000Z"))
    clock.millis += 600_001
    time.tellSeconds(date, clock.millis, clock.millis)
    assert.strictEqual(time.now(), Date.parse("2026-02-03T11:00:00.500Z"))
  })
})
