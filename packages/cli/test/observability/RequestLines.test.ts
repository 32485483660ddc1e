import type { RequestRecord } from "@ddd/http/boundary/RequestRecord"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect } from "effect"
import { PrometheusMetrics } from "effect/observability"
import * as RequestLines from "../../src/observability/RequestLines.ts"
import { readFigures, valueOf } from "../support/Figures.ts"

const record: RequestRecord = {
  requestId: "of-the-tests",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  method: "GET",
  route: "/rooms/:id",
  status: 200,
  millis: 1.25,
  bytes: 12
}

const leftOut = () =>
  valueOf(readFigures(PrometheusMetrics.formatUnsafe(Context.empty())), "ddd_log_requests_left_out_total")

/** Records in seconds of the test's own, and gives what was written. */
const written = (
  act: (record: (status: number) => void, nextSecond: () => void) => void,
  unwritten: () => number = () => 0
) => {
  let now = 1_000
  let text = ""
  const sink: RequestLines.Sink = {
    write: (more) => {
      text += more
    },
    unwritten
  }
  return Effect.gen(function*() {
    const take = yield* RequestLines.make(sink, RequestLines.jsonLine, () => now)
    act((status) => take({ ...record, status }), () => {
      now += 1_000
    })
  }).pipe(
    Effect.scoped,
    Effect.map(() => text.split("\n").slice(0, -1).map((line): unknown => JSON.parse(line)))
  )
}

const annotations = (lines: ReadonlyArray<unknown>): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  lines.map((line) => Object(Reflect.get(Object(line), "annotations")))

describe("the lines of requests", () => {
  it.live("tell what is recorded, and nothing else", () =>
    Effect.gen(function*() {
      const [line] = yield* written((take) => take(200))
      const { timestamp, ...rest } = Object(line)
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      assert.deepStrictEqual(rest, { message: "request", level: "INFO", annotations: { ...record, millis: 1.3 } })
    }))

  it.live("are a hundred in a second, then one of a hundred, and count the others", () =>
    Effect.gen(function*() {
      const before = leftOut()
      const lines = annotations(
        yield* written((take, nextSecond) => {
          for (let n = 0; n < 1_100; n++) take(200)
          nextSecond()
          take(201)
        })
      )
      assert.lengthOf(lines.filter(({ status }) => status === 200), 100 + 10)
      assert.deepStrictEqual(lines.filter(({ count }) => count !== undefined), [{ count: 990 }])
      assert.strictEqual(lines.at(-1)?.["status"], 201)
      assert.strictEqual(leftOut() - before, 990)
    }))

  it.live("are three hundred in a second at most, however many requests there are, and one that counts the rest", () =>
    Effect.gen(function*() {
      const lines = annotations(
        yield* written((take, nextSecond) => {
          for (let n = 0; n < 50_000; n++) take(200)
          for (let n = 0; n < 500; n++) take(500)
          nextSecond()
          take(201)
        })
      )
      assert.lengthOf(lines.filter(({ status }) => status === 200), 200)
      assert.lengthOf(lines.filter(({ status }) => status === 500), 100)
      assert.deepStrictEqual(lines.filter(({ count }) => count !== undefined), [{ count: 50_200 }])
    }))

  it.live("tell each that was answered 5xx, however many others there are, up to a hundred", () =>
    Effect.gen(function*() {
      const lines = annotations(
        yield* written((take) => {
          for (let n = 0; n < 5_000; n++) take(200)
          for (let n = 0; n < 60; n++) take(500)
          for (let n = 0; n < 60; n++) take(503)
        })
      )
      assert.lengthOf(lines.filter(({ status }) => status === 500 || status === 503), 100)
    }))

  it.live("are dropped, and counted, while nobody takes what was written", () =>
    Effect.gen(function*() {
      const before = leftOut()
      const lines = yield* written((take) => {
        for (let n = 0; n < 50; n++) take(200)
      }, () => 2 * 1024 * 1024)
      assert.isEmpty(lines)
      assert.strictEqual(leftOut() - before, 50)
    }))

  it("are for people in development", () => {
    const at = new Date("2026-02-03T10:30:00.000Z")
    assert.strictEqual(
      RequestLines.plainLine(record, at),
      "[10:30:00.000] GET /rooms/:id 200 1.3 ms 12 B of-the-tests\n"
    )
    assert.strictEqual(
      RequestLines.plainLine({ leftOut: 7 }, at),
      "[10:30:00.000] 7 more requests were answered in this second\n"
    )
  })
})
