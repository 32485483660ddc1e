import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decidePause } from "../../src/draws/Pausing.ts"
import { instant } from "../../src/values/Instant.ts"

const closesAt = instant(Date.UTC(2026, 1, 4))
const before = instant(closesAt - 1)
const open = { kind: "daily", status: "open", closesAt } as const

describe("decidePause", () => {
  it("pauses and resumes a draw that is on sale, or will be, until its sales end", () => {
    for (const status of ["open", "scheduled"] as const) {
      const draw = { ...open, status }
      assert.isTrue(Result.getOrThrow(decidePause({ draw, pausedAt: null, clock: before }, true)))
      assert.isFalse(Result.getOrThrow(decidePause({ draw, pausedAt: before, clock: before }, true)))
      assert.isTrue(Result.getOrThrow(decidePause({ draw, pausedAt: before, clock: before }, false)))
      assert.isFalse(Result.getOrThrow(decidePause({ draw, pausedAt: null, clock: before }, false)))
      assert.deepStrictEqual(
        decidePause({ draw, pausedAt: null, clock: closesAt }, true),
        Result.fail({ _tag: "SalesOver" })
      )
    }
  })

  it("pauses neither a room nor a draw whose sales are over", () => {
    const room = { kind: "room", status: "open", closesAt: null } as const
    assert.deepStrictEqual(
      decidePause({ draw: room, pausedAt: null, clock: before }, true),
      Result.fail({ _tag: "RoomsAreNotPaused" })
    )
    for (const status of ["locked", "drawn", "void"] as const) {
      assert.deepStrictEqual(
        decidePause({ draw: { ...open, status }, pausedAt: null, clock: before }, true),
        Result.fail({ _tag: "SalesOver" })
      )
    }
  })
})
