import { patiently } from "@ddd/sim/scenario/PatientClock"
import { assert, describe } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Latch, Scope } from "effect"
import { TestClock } from "effect/testing"
import { type Batcher, type BatcherOptions, makeBatcher } from "../../src/sales/Batcher.ts"

/** A batcher of numbers that weigh what they are, whose batches end when the test says so. */
const makeGated = Effect.fnUntraced(function*(options: Partial<BatcherOptions<number, string>> = {}) {
  const batches: Array<ReadonlyArray<number>> = []
  const gate = yield* Latch.make(false)
  const scope = yield* Scope.make()
  let key = 0
  const batcher = yield* makeBatcher<number, string>({
    concurrency: 1,
    batchWeightMax: 10,
    waitingMax: 100,
    weightOf: (request) => request,
    keyOf: () => `${key++}`,
    patienceMillis: 60_000,
    late: "late",
    run: (requests) =>
      Effect.suspend(() => {
        batches.push(requests)
        return Effect.as(gate.await, requests.map((request) => `${request} done`))
      }),
    ...options
  }).pipe(Scope.provide(scope))
  return { batcher, batches, gate, scope }
})

const submitAll = (batcher: Batcher<number, string>, requests: ReadonlyArray<number>) =>
  Effect.forEach(requests, (request) => Effect.forkChild(batcher.submit(request), { startImmediately: true }))

/** Lets every other fiber run until none has anything left to do but wait. */
const settled = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

describe("makeBatcher", () => {
  patiently(
    "answers whoever has waited for long enough, and says whether the request is being run",
    () =>
      Effect.gen(function*() {
        const { batcher, batches } = yield* makeGated({ patienceMillis: 0 })
        const [running] = yield* submitAll(batcher, [1])
        yield* settled
        const [waiting] = yield* submitAll(batcher, [2])
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(running!), "late")
        assert.isUndefined(yield* Fiber.join(waiting!))
        assert.deepStrictEqual(batches, [[1]])
      })
  )

  patiently("runs a request at once where nothing else runs", () =>
    Effect.gen(function*() {
      const { batcher, batches, gate } = yield* makeGated()
      yield* gate.open
      assert.strictEqual(yield* batcher.submit(1), "1 done")
      assert.strictEqual(yield* batcher.submit(2), "2 done")
      assert.deepStrictEqual(batches, [[1], [2]])
    }))

  patiently(
    "runs together what came while a batch ran, and answers each request with its own result",
    () =>
      Effect.gen(function*() {
        const { batcher, batches, gate } = yield* makeGated()
        const [first] = yield* submitAll(batcher, [1])
        yield* settled
        const others = yield* submitAll(batcher, [4, 2, 3])
        yield* settled
        assert.deepStrictEqual(batches, [[1]])
        yield* gate.open
        assert.strictEqual(yield* Fiber.join(first!), "1 done")
        assert.deepStrictEqual(yield* Effect.forEach(others, Fiber.join), ["4 done", "2 done", "3 done"])
        assert.deepStrictEqual(batches, [[1], [4, 2, 3]])
      })
  )

  patiently(
    "runs requests of one key together or one after the other, and others meanwhile",
    () =>
      Effect.gen(function*() {
        const { batcher, batches, gate } = yield* makeGated({ concurrency: 2, keyOf: (request) => `${request % 2}` })
        const fibers = yield* submitAll(batcher, [1])
        yield* settled
        fibers.push(...yield* submitAll(batcher, [3, 5, 2]))
        yield* settled
        assert.deepStrictEqual(batches, [[1], [2]])
        const [dropped] = yield* submitAll(batcher, [7])
        yield* Fiber.interrupt(dropped!)
        yield* gate.open
        assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), ["1 done", "3 done", "5 done", "2 done"])
        assert.deepStrictEqual(batches, [[1], [2], [3, 5]])
      })
  )

  patiently(
    "counts those that wait for their key among those that wait, and gives up on them too",
    () =>
      Effect.gen(function*() {
        const { batcher } = yield* makeGated({ waitingMax: 2, patienceMillis: 0, keyOf: () => "one" })
        yield* submitAll(batcher, [1])
        yield* settled
        const [second, third, fourth] = yield* submitAll(batcher, [2, 3, 4])
        assert.isUndefined(yield* Fiber.join(fourth!))
        yield* TestClock.adjust("1 second")
        assert.isUndefined(yield* Fiber.join(second!))
        assert.isUndefined(yield* Fiber.join(third!))
      })
  )

  patiently(
    "takes no more than the weight of a batch, in the order of arrival, and what is heavier alone",
    () =>
      Effect.gen(function*() {
        const { batcher, batches, gate } = yield* makeGated()
        const fibers = yield* submitAll(batcher, [1])
        yield* settled
        fibers.push(...yield* submitAll(batcher, [6, 4, 1, 11, 3, 7]))
        yield* gate.open
        yield* Effect.forEach(fibers, Fiber.join)
        assert.deepStrictEqual(batches, [[1], [6, 4], [1], [11], [3, 7]])
      })
  )

  patiently("runs as many batches at a time as it may, and no more", () =>
    Effect.gen(function*() {
      const { batcher, batches, gate } = yield* makeGated({ concurrency: 2 })
      const fibers: Array<Fiber.Fiber<string | undefined>> = []
      for (const request of [1, 2, 3, 4]) {
        fibers.push(...yield* submitAll(batcher, [request]))
        yield* settled
      }
      assert.deepStrictEqual(batches, [[1], [2]])
      yield* gate.open
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), ["1 done", "2 done", "3 done", "4 done"])
      assert.deepStrictEqual(batches.slice(2).flat(), [3, 4])
    }))

  patiently(
    "does not take a request where too many wait, and takes them again when the queue is shorter",
    () =>
      Effect.gen(function*() {
        const { batcher, batches, gate } = yield* makeGated({ waitingMax: 2 })
        const fibers = yield* submitAll(batcher, [1])
        yield* settled
        fibers.push(...yield* submitAll(batcher, [2, 3]))
        assert.strictEqual(yield* batcher.submit(4), undefined)
        yield* gate.open
        yield* Effect.forEach(fibers, Fiber.join)
        assert.strictEqual(yield* batcher.submit(5), "5 done")
        assert.deepStrictEqual(batches, [[1], [2, 3], [5]])
      })
  )

  patiently("does not run a request that was interrupted while it waited", () =>
    Effect.gen(function*() {
      const { batcher, batches, gate } = yield* makeGated({ waitingMax: 2 })
      const [first] = yield* submitAll(batcher, [1])
      yield* settled
      const [impatient, patient] = yield* submitAll(batcher, [2, 3])
      yield* Fiber.interrupt(impatient!)
      // its place is free again
      const [late] = yield* submitAll(batcher, [4])
      yield* gate.open
      assert.strictEqual(yield* Fiber.join(first!), "1 done")
      assert.strictEqual(yield* Fiber.join(patient!), "3 done")
      assert.strictEqual(yield* Fiber.join(late!), "4 done")
      assert.deepStrictEqual(batches, [[1], [3, 4]])
    }))

  patiently(
    "runs a request to its end that is interrupted while it runs, and answers its neighbours",
    () =>
      Effect.gen(function*() {
        const ended: Array<ReadonlyArray<number>> = []
        const gate = yield* Latch.make(false)
        const { batcher } = yield* makeGated({
          run: (requests) =>
            Effect.andThen(
              gate.await,
              Effect.sync(() => {
                ended.push(requests)
                return requests.map(String)
              })
            )
        })
        const [impatient, patient] = yield* submitAll(batcher, [1, 2])
        yield* settled
        yield* Fiber.interrupt(impatient!)
        yield* gate.open
        assert.strictEqual(yield* Fiber.join(patient!), "2")
        assert.deepStrictEqual(ended, [[1, 2]])
      })
  )

  patiently("a batch that dies takes its own requests with it, and no others", () =>
    Effect.gen(function*() {
      const { batcher } = yield* makeGated({
        run: (requests) =>
          requests.includes(13) ? Effect.die(new Error("thirteen")) : Effect.succeed(requests.map(String))
      })
      const died = yield* Effect.exit(batcher.submit(13))
      assert.isTrue(Exit.hasDies(died))
      assert.strictEqual(yield* batcher.submit(1), "1")
    }))

  patiently(
    "a shutdown waits for the batch that runs, answers it, and takes nothing of what waited or comes after",
    () =>
      Effect.gen(function*() {
        const { batcher, batches, gate, scope } = yield* makeGated()
        const [running] = yield* submitAll(batcher, [1])
        yield* settled
        const [waiting] = yield* submitAll(batcher, [2])
        const closed = yield* Deferred.make<void>()
        yield* Effect.forkChild(Effect.andThen(Scope.close(scope, Exit.void), Deferred.succeed(closed, undefined)), {
          startImmediately: true
        })
        yield* settled
        assert.isFalse(Deferred.isDoneUnsafe(closed))
        yield* gate.open
        yield* Deferred.await(closed)
        assert.strictEqual(yield* Fiber.join(running!), "1 done")
        assert.strictEqual(yield* Fiber.join(waiting!), undefined)
        assert.strictEqual(yield* batcher.submit(3), undefined)
        assert.deepStrictEqual(batches, [[1]])
      })
  )
})
