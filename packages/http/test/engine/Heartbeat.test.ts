import { patiently } from "@ddd/sim/scenario/PatientClock"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Heartbeat from "../../src/engine/Heartbeat.ts"

const start = Effect.gen(function*() {
  const heartbeat = yield* Heartbeat.make(Heartbeat.defaultPatience)
  const events: Array<string> = []
  const connect = (name: string) => {
    const pulse = {
      ping: () => void events.push(`ping ${name}`),
      drop: () => {
        events.push(`drop ${name}`)
        heartbeat.forget(pulse)
      }
    }
    heartbeat.heard(pulse)
    return pulse
  }
  yield* TestClock.adjust(0)
  return { heartbeat, events, connect }
})

describe("Heartbeat", () => {
  patiently("asks after 30 s of silence and drops after 60", () =>
    Effect.gen(function*() {
      const { connect, events } = yield* start
      connect("a")
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(events, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(events, ["ping a"])
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(events, ["ping a"])
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(events, ["ping a", "drop a"])
    }))

  patiently(
    "asks whoever answers every 30 s, for ever, and drops nobody else's connection",
    () =>
      Effect.gen(function*() {
        const { connect, events, heartbeat } = yield* start
        const living = connect("a")
        connect("b")
        for (let minute = 0; minute < 3; minute++) {
          yield* TestClock.adjust("30 seconds")
          heartbeat.heard(living)
          yield* TestClock.adjust("30 seconds")
          heartbeat.heard(living)
        }
        assert.deepStrictEqual(events.filter((event) => event === "ping a").length, 6)
        assert.deepStrictEqual(events.filter((event) => event.startsWith("drop")), ["drop b"])
      })
  )

  patiently("leaves those alone that are closed", () =>
    Effect.gen(function*() {
      const { connect, events, heartbeat } = yield* start
      heartbeat.forget(connect("a"))
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(events, [])
    }))
})
