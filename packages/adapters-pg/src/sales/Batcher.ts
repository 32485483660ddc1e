/**
 * Group commit: what is in flight together is done together.
 *
 * Requests wait in a bounded queue while the batch before them runs; whoever is free takes all that waits, up to a weight.
 * No batch waits for a time: an idle system runs a request at once, a busy one batches by itself (docs/design.md, "Selling"). Requests of
 * one key are in one batch at a time: in two they would only wait for each other.
 *
 * Nobody waits for ever: a request that is not done within `patienceMillis` is answered so, whether it still waited or is being run.
 */
import { Effect, type Scope } from "effect"
import { performance } from "node:perf_hooks"

/** Runs a batch and gives one result for each request, in order. It never fails: failures are results. */
export type RunBatch<I, O> = (requests: ReadonlyArray<I>) => Effect.Effect<ReadonlyArray<O>>

export interface BatcherOptions<I, O> {
  /** Batches that may run at the same time. */
  readonly concurrency: number
  /** What one batch may weigh at most; a heavier request runs alone. */
  readonly batchWeightMax: number
  /** How many requests may wait. */
  readonly waitingMax: number
  readonly weightOf: (request: I) => number
  /** What a request has to itself while it is run: others of the same key are run with it or after it. */
  readonly keyOf: (request: I) => string
  /** For how long a request may be without its result, in milliseconds. */
  readonly patienceMillis: number
  /** The result of a request that is being run for too long: it goes on, and what comes of it is not told. */
  readonly late: O
  readonly run: RunBatch<I, O>
}

export interface Batcher<I, O> {
  /**
   * The request's result, or `undefined` where it was not run and will not be: too many were waiting already, it waited for too long, or
   * the scope has closed.
   */
  readonly submit: (request: I) => Effect.Effect<O | undefined>
  /** How many requests wait. */
  readonly waiting: () => number
}

/** How often it is looked for those that wait for too long. */
const sweepPause = "250 millis"

// what a request that was not taken is answered
const full: Effect.Effect<undefined> = Effect.undefined

interface Waiting<I, O> {
  readonly request: I
  readonly key: string
  readonly sinceMillis: number
  readonly resume: (effect: Effect.Effect<O | undefined>) => void
}

/** The requests that wait: those that may be run, in the order in which that became so, and those whose key is being run. */
class WaitingLine<I, O> {
  readonly #free = new Set<Waiting<I, O>>()
  readonly #parked = new Map<string, Set<Waiting<I, O>>>()
  readonly #busy = new Set<string>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Whether any of them may be run. */
  get hasFree(): boolean {
    return this.#free.size > 0
  }

  add(waiting: Waiting<I, O>): void {
    this.#size++
    if (this.#busy.has(waiting.key)) this.#park(waiting)
    else this.#free.add(waiting)
  }

  /** Takes one out, if it is still there. */
  remove(waiting: Waiting<I, O>): void {
    const parked = this.#parked.get(waiting.key)
    if (this.#free.delete(waiting)) this.#size--
    else if (parked?.delete(waiting)) {
      this.#size--
      if (parked.size === 0) this.#parked.delete(waiting.key)
    }
  }

  /** Takes out what may be run together, up to a weight; their keys are busy until `done`. */
  take(weightMax: number, weightOf: (request: I) => number): ReadonlyArray<Waiting<I, O>> {
    const batch: Array<Waiting<I, O>> = []
    let weight = 0
    for (const waiting of this.#free) {
      if (this.#busy.has(waiting.key)) {
        this.#free.delete(waiting)
        this.#park(waiting)
        continue
      }
      weight += weightOf(waiting.request)
      if (batch.length > 0 && weight > weightMax) break
      batch.push(waiting)
      this.#free.delete(waiting)
      this.#size--
    }
    for (const { key } of batch) this.#busy.add(key)
    return batch
  }

  /** A batch has been run: what was parked for it may be. */
  done(batch: ReadonlyArray<Waiting<I, O>>): void {
    for (const { key } of batch) {
      this.#busy.delete(key)
      for (const waiting of this.#parked.get(key) ?? []) this.#free.add(waiting)
      this.#parked.delete(key)
    }
  }

  *all(): Iterable<Waiting<I, O>> {
    yield* this.#free
    for (const parked of this.#parked.values()) yield* parked
  }

  #park(waiting: Waiting<I, O>): void {
    const parked = this.#parked.get(waiting.key)
    if (parked === undefined) this.#parked.set(waiting.key, new Set([waiting]))
    else parked.add(waiting)
  }
}

/**
 * A batcher that lives as long as the scope.
 *
 * A request that is interrupted while it waits is not run; one that is being run is run to its end, and its result dropped.
 */
export const makeBatcher = <I, O>(options: BatcherOptions<I, O>): Effect.Effect<Batcher<I, O>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const line = new WaitingLine<I, O>()
    const running = new Set<ReadonlyArray<Waiting<I, O>>>()
    let idle: Array<(effect: Effect.Effect<void>) => void> = []
    let closed = false

    const untilWork = Effect.callback<void>((resume) => {
      if (line.hasFree) return resume(Effect.void)
      idle.push(resume)
      return Effect.sync(() => {
        idle = idle.filter((other) => other !== resume)
      })
    })

    // what is taken is finished and answered: neither is cut short by a shutdown, nor is anything taken that then is not run
    const runWaiting = Effect.uninterruptible(Effect.suspend(() => {
      const batch = line.take(options.batchWeightMax, options.weightOf)
      if (batch.length === 0) return Effect.void
      running.add(batch)
      return options.run(batch.map((waiting) => waiting.request)).pipe(
        Effect.filterOrElse(
          (results) => results.length === batch.length,
          (results) => Effect.die(new Error(`a batch of ${batch.length} gave ${results.length} results`))
        ),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            running.delete(batch)
            line.done(batch)
            if (line.hasFree) idle.pop()?.(Effect.void)
            batch.forEach((waiting, index) => {
              waiting.resume(exit._tag === "Success" ? Effect.succeed(exit.value[index]) : Effect.failCause(exit.cause))
            })
          })
        ),
        Effect.catchCause((cause) => Effect.logError("a batch died; its requests die with it", cause))
      )
    }))
    // the first request wakes a worker before the others of the same moment have come: a yield lets those join
    const work = Effect.andThen(Effect.andThen(untilWork, Effect.yieldNow), runWaiting)
    const sweep = Effect.sync(() => {
      const before = performance.now() - options.patienceMillis
      for (const waiting of line.all()) {
        if (waiting.sinceMillis > before) continue
        line.remove(waiting)
        waiting.resume(full)
      }
      for (const batch of running) {
        for (const waiting of batch) if (waiting.sinceMillis <= before) waiting.resume(Effect.succeed(options.late))
      }
    })
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(sweepPause), sweep)))
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        closed = true
        for (const waiting of line.all()) {
          line.remove(waiting)
          waiting.resume(full)
        }
      })
    )
    for (let worker = 0; worker < options.concurrency; worker++) yield* Effect.forkScoped(Effect.forever(work))

    return {
      waiting: () => line.size,
      submit: (request) =>
        Effect.callback((resume) => {
          if (closed || line.size >= options.waitingMax) return resume(full)
          const waiting = { request, key: options.keyOf(request), sinceMillis: performance.now(), resume }
          line.add(waiting)
          if (line.hasFree) idle.pop()?.(Effect.void)
          return Effect.sync(() => line.remove(waiting))
        })
    }
  })
