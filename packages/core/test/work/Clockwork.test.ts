import { assert, describe } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Ref } from "effect"
import { TestClock } from "effect/testing"
import type { StepAhead } from "../../src/draws/DrawSteps.ts"
import { Draws, type DueByClock, type DueStep, StepFailed } from "../../src/ports/Draws.ts"
import { Now } from "../../src/ports/Now.ts"
import { type DrawId, drawId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import { run, runDue } from "../../src/work/Clockwork.ts"
import { patiently } from "../support/PatientClock.ts"

const [stuck, sound] = [
  drawId("019a0000-0000-7000-8000-000000000001"),
  drawId("019a0000-0000-7000-8000-000000000002")
]

const takeOff = (left: Set<DueByClock>, due: DueStep): boolean => due.step !== "abandon" && left.delete(due)

/** Draws that have steps before them and do them, but for those of the stuck draw, which fail as often as they are tried. */
const draws = (
  steps: ReadonlyArray<readonly [DrawId, StepAhead["step"]]>,
  tried: Ref.Ref<ReadonlyArray<DueStep>>,
  fails: (due: DueStep) => Effect.Effect<never, StepFailed> = (due) =>
    Effect.fail(new StepFailed({ due, message: "stuck" }))
) => {
  const left = new Set(steps.map(([id, step]): DueByClock => ({ drawId: id, step, dueAt: instant(0) })))
  return Layer.mock(Draws)({
    publishAhead: Effect.succeed([]),
    due: Effect.sync(() => [...left]),
    nextDueAt: Effect.succeed(null),
    perform: (due) =>
      Effect.andThen(
        Ref.update(tried, (all) => [...all, due]),
        due.drawId === stuck
          ? fails(due)
          : Effect.sync(() => takeOff(left, due))
      )
  })
}

const timesTried = (tried: ReadonlyArray<DueStep>, id: DrawId) => tried.filter((due) => due.drawId === id).length

describe("the clockwork", () => {
  patiently("does all that is due in one call, and says what failed", () =>
    Effect.gen(function*() {
      const tried = yield* Ref.make<ReadonlyArray<DueStep>>([])
      const { done, failed } = yield* runDue().pipe(
        Effect.provide(draws([[stuck, "settle"], [sound, "lock"], [sound, "settle"]], tried))
      )
      assert.deepStrictEqual(done.map((due) => due.step), ["lock", "settle"])
      assert.deepStrictEqual(failed.map((due) => due.drawId), [stuck])
      assert.strictEqual(timesTried(yield* Ref.get(tried), stuck), 1)
    }))

  patiently("takes a defect of one step as the failure of that step", () =>
    Effect.gen(function*() {
      const tried = yield* Ref.make<ReadonlyArray<DueStep>>([])
      const { done, failed } = yield* runDue().pipe(
        Effect.provide(draws([[stuck, "settle"], [sound, "lock"]], tried, () => Effect.die("a bug")))
      )
      assert.deepStrictEqual(done.map((due) => due.drawId), [sound])
      assert.deepStrictEqual(failed.map((due) => due.drawId), [stuck])
    }))

  patiently(
    "delays no draw by another one that is stuck, and tries that one ever less often",
    () =>
      Effect.gen(function*() {
        const tried = yield* Ref.make<ReadonlyArray<DueStep>>([])
        const now = Layer.succeed(Now, Now.of({ now: Effect.succeed(instant(0)) }))
        const fiber = yield* run().pipe(
          Effect.provide(Layer.merge(draws([[stuck, "settle"], [sound, "lock"], [sound, "settle"]], tried), now)),
          Effect.forkChild({ startImmediately: true })
        )
        yield* TestClock.adjust("1 second")
        assert.strictEqual(timesTried(yield* Ref.get(tried), sound), 2)
        yield* TestClock.adjust("10 minutes")
        const after = timesTried(yield* Ref.get(tried), stuck)
        // half a second, doubled each time, to a minute: seven tries in the first minute, one a minute from then on
        assert.isTrue(after >= 12 && after <= 20, `${after} tries`)
        yield* Fiber.interrupt(fiber)
      })
  )

  patiently("does a step at once that falls due between its two looks at what is due", () =>
    Effect.gen(function*() {
      const tried = yield* Ref.make<ReadonlyArray<DueStep>>([])
      const dueAt = instant(2)
      let look = 0
      const world = Layer.mock(Draws)({
        publishAhead: Effect.succeed([]),
        due: Effect.sync(() => ++look >= dueAt ? [{ drawId: sound, step: "lock", dueAt }] : []),
        nextDueAt: Effect.sync(() => ++look >= dueAt ? null : dueAt),
        perform: (due) => Effect.as(Ref.update(tried, (all) => [...all, due]), true)
      })
      const now = Layer.succeed(Now, Now.of({ now: Effect.sync(() => instant(look)) }))
      const fiber = yield* run().pipe(
        Effect.provide(Layer.merge(world, now)),
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("10 millis")
      assert.isAtLeast(timesTried(yield* Ref.get(tried), sound), 1)
      yield* Fiber.interrupt(fiber)
    }))

  patiently(
    "gives a draw up that it could not decide for an hour, and no draw that failed in another step",
    () =>
      Effect.gen(function*() {
        const tried = yield* Ref.make<ReadonlyArray<DueStep>>([])
        const clock = Effect.map(TestClock.testClockWith(({ currentTimeMillis }) => currentTimeMillis), instant)
        const world = (step: StepAhead["step"]) =>
          Layer.merge(draws([[stuck, step]], tried), Layer.succeed(Now, Now.of({ now: clock })))
        const abandoned = Effect.map(Ref.get(tried), (all) => all.filter(({ step }) => step === "abandon").length)
        for (const [step, gaveUp] of [["lock", false], ["settle", true]] as const) {
          const fiber = yield* Effect.forkChild(Effect.provide(run(), world(step)), { startImmediately: true })
          yield* TestClock.adjust("59 minutes")
          assert.strictEqual(yield* abandoned, 0)
          yield* TestClock.adjust("2 minutes")
          assert.strictEqual((yield* abandoned) > 0, gaveUp, step)
          const reasons = (yield* Ref.get(tried)).flatMap((due) => due.step === "abandon" ? [due.reason] : [])
          assert.isTrue(reasons.every((reason) => reason === "seed"))
          yield* Fiber.interrupt(fiber)
        }
      })
  )

  patiently(
    "waits for no slow step: each step of each draw, and publishing, is done beside the others",
    () =>
      Effect.gen(function*() {
        const done: Array<string> = []
        const begun: Array<string> = []
        const left = new Set<DueByClock>()
        const add = (id: DrawId, step: StepAhead["step"]) => left.add({ drawId: id, step, dueAt: instant(0) })
        const world = Layer.mock(Draws)({
          publishAhead: Effect.sleep("1 hour").pipe(Effect.as([])),
          due: Effect.sync(() => [...left]),
          nextDueAt: Effect.succeed(null),
          perform: (due) =>
            Effect.gen(function*() {
              begun.push(`${due.step} ${due.drawId === stuck ? "stuck" : "sound"}`)
              if (due.step === "tile" || due.drawId === stuck) yield* Effect.sleep("1 hour")
              takeOff(left, due)
              done.push(due.step)
              return true
            })
        })
        const now = Layer.succeed(Now, Now.of({ now: Effect.succeed(instant(0)) }))
        add(stuck, "settle")
        add(sound, "tile")
        const fiber = yield* Effect.forkChild(Effect.provide(run(), Layer.merge(world, now)), {
          startImmediately: true
        })
        yield* TestClock.adjust("2 seconds")
        add(sound, "lock")
        add(sound, "settle")
        yield* TestClock.adjust("2 seconds")
        assert.sameMembers(done, ["lock", "settle"])
        // none was begun a second time while it was under way
        assert.strictEqual(new Set(begun).size, begun.length)
        yield* TestClock.adjust("1 hour")
        assert.sameMembers(done, ["lock", "settle", "tile", "settle"])
        yield* Fiber.interrupt(fiber)
      })
  )

  patiently(
    "does all that is due in one call although nothing can be published, and says so",
    () =>
      Effect.gen(function*() {
        const tried = yield* Ref.make<ReadonlyArray<DueStep>>([])
        const unpublished = Layer.effect(
          Draws,
          Effect.map(Draws, (all) => ({ ...all, publishAhead: Effect.die("a bug") }))
        )
        const { done, isPublished } = yield* runDue().pipe(
          Effect.provide(Layer.provide(unpublished, draws([[sound, "lock"]], tried)))
        )
        assert.deepStrictEqual([done.map((due) => due.step), isPublished], [["lock"], false])
      })
  )

  patiently(
    "does what is due although nothing can be published, and says once a minute that it cannot look",
    () =>
      Effect.gen(function*() {
        const tried = yield* Ref.make<ReadonlyArray<DueStep>>([])
        const said: Array<string> = []
        let looks: Effect.Effect<ReadonlyArray<DueByClock>> = Effect.succeed([
          { drawId: sound, step: "lock", dueAt: instant(0) }
        ])
        let stall: Effect.Effect<null> = Effect.succeed(null)
        const world = Layer.mock(Draws)({
          publishAhead: Effect.die("a record that cannot be read"),
          due: Effect.suspend(() => looks),
          nextDueAt: Effect.suspend(() => stall),
          perform: (due) => Effect.as(Ref.update(tried, (all) => [...all, due]), false)
        })
        const now = Layer.succeed(Now, Now.of({ now: Effect.succeed(instant(0)) }))
        const log = Logger.layer([Logger.make(({ message }) => said.push(String(message)))])
        const fiber = yield* run().pipe(
          Effect.provide(Layer.mergeAll(world, now, log)),
          Effect.forkChild({ startImmediately: true })
        )
        yield* TestClock.adjust("1 second")
        assert.isAtLeast(timesTried(yield* Ref.get(tried), sound), 1)
        looks = Effect.die(new Error("a bug"))
        // the machine has no time for the process, for longer than a test's clock waits by itself
        stall = Effect.suspend(() => {
          stall = Effect.succeed(null)
          setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200))
          return Effect.as(Effect.repeat(Effect.yieldNow, { times: 3 }), null)
        })
        yield* TestClock.adjust("3 minutes")
        const couldNotLook = said.filter((text) => text.includes("could not look")).length
        assert.isTrue(couldNotLook >= 2 && couldNotLook <= 4, `${couldNotLook} times`)
        yield* Fiber.interrupt(fiber)
      })
  )
})
