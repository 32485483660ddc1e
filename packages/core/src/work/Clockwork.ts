/**
 * The clockwork: does what is due, when it is due, for as long as it runs.
 *
 * Every node runs one. What is due follows from the draws' rows, and each step is done once however many try, so nodes need
 * not know of each other; one that was away for days catches up in order. Each step of each draw that fails is tried again on
 * its own, with a back-off of its own: one stuck or slow step delays no other (docs/design.md, "The clockwork").
 */
import { Duration, Effect, Latch, Record, Semaphore } from "effect"
import { type AbandonReason, failingMillisMin, type StepAhead } from "../draws/DrawSteps.ts"
import { Draws, type DueByClock, type DueStep } from "../ports/Draws.ts"
import { Now } from "../ports/Now.ts"
import type { DrawId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { makeLogThrottle } from "./LogThrottle.ts"
import { makeRetriedTasks } from "./RetriedTasks.ts"
import { logFailure, sayFailure } from "./SeldomLog.ts"

/** The longest that it sleeps: what another node, or an operator, makes due is noticed this late at most. */
const pollMillisMax = 1_000
const backOffMillisMin = 500
const backOffMillisMax = 60_000

const nameOf = (due: DueStep): string => `${due.drawId} ${due.step}`

/**
 * Publishes what is to stand by now and does every step that is due, repeatedly until none is left. Gives the steps done, those that
 * failed, and whether publishing did; a defect is the failure of its step alone.
 */
export const runDue = Effect.fn("Clockwork.runDue")(function*() {
  const draws = yield* Draws
  const done: Array<DueStep> = []
  const failed = new Map<string, DueStep>()
  const isPublished = yield* draws.publishAhead.pipe(
    Effect.as(true),
    Effect.catchDefect((defect) => Effect.as(Effect.logError("the days ahead could not be published", defect), false))
  )
  for (;;) {
    const due = (yield* draws.due).filter((step) => !failed.has(nameOf(step)))
    if (due.length === 0) return { done, failed: [...failed.values()], isPublished }
    const doneBefore = done.length
    for (const step of due) {
      const performed = yield* draws.perform(step).pipe(
        Effect.catchCause((cause) =>
          Effect.as(logFailure(`${step.step} of draw ${step.drawId} failed`, cause), undefined)
        )
      )
      if (performed === undefined) failed.set(nameOf(step), step)
      else if (performed) done.push(step)
    }
    // what is due still is being done by another process
    if (done.length === doneBefore) return { done, failed: [...failed.values()], isPublished }
  }
})

/**
 * Has a draw declared void that this process failed to decide for `failingMillisMin`, if it is overdue (`isOverdue`) as well. `reason`:
 * what this process tried in vain. Never fails.
 */
export const abandon = (drawId: DrawId, reason: AbandonReason, at: Instant) =>
  Draws.use((draws) => draws.perform({ drawId, step: "abandon", reason, dueAt: at })).pipe(
    Effect.tap((done) =>
      done
        ? Effect.logError(`draw ${drawId} could not be decided within a week: it is declared void, and paid back`)
        : Effect.void
    ),
    Effect.catchCause((cause) => logFailure(`draw ${drawId} could not be declared void`, cause)),
    Effect.asVoid
  )

/**
 * Steps of one kind that one process does at a time. Each kind has its own, so that slow steps of one delay no other kind; together they
 * leave a connection for jobs.
 */
const concurrencyOf: Readonly<Record<StepAhead["step"], number>> = {
  open: 1,
  lock: 2,
  tile: 1,
  settle: 2,
  expire: 1,
  refund: 1
}

/**
 * Runs until it is interrupted. Never fails: what cannot be done now is logged and tried again. Every step of every draw, and publishing
 * ahead, is a fiber of its own: none is waited for before it is looked again for what is due.
 */
export const run = Effect.fn("Clockwork.run")(function*() {
  const draws = yield* Draws
  const now = yield* Now
  const begin = yield* makeRetriedTasks(backOffMillisMin, backOffMillisMax)
  const permits = Record.map(concurrencyOf, Semaphore.makeUnsafe)
  const lookFailures = makeLogThrottle()
  /** Open once something was done, after which more may be due. */
  const progressed = Latch.makeUnsafe(false)

  const goesOn = (done: boolean) =>
    Effect.sync(() => {
      if (done) progressed.openUnsafe()
    })

  const perform = (due: DueByClock) =>
    begin(
      nameOf(due),
      permits[due.step].withPermit(draws.perform(due)).pipe(
        Effect.tap((done) => {
          if (!done) return Effect.void
          // of a void there are as many as it takes, and its end is told by itself
          const log = due.step === "refund" ? Effect.logDebug : Effect.logInfo
          return log(`${due.step} done`, { drawId: due.drawId })
        })
      ),
      {
        onSuccess: goesOn,
        onFailure: Effect.fnUntraced(function*(cause, { delayMillis, since }, at) {
          yield* logFailure(`${due.step} of draw ${due.drawId} failed; again in ${delayMillis} ms`, cause)
          if (due.step === "settle" && at - since >= failingMillisMin) yield* abandon(due.drawId, "seed", at)
        })
      }
    )

  const publish = begin("publish", draws.publishAhead, {
    onSuccess: (made) => goesOn(made.length > 0),
    onFailure: (cause, { delayMillis }) =>
      logFailure(`the days ahead could not be published; again in ${delayMillis} ms`, cause)
  })

  const round = Effect.gen(function*() {
    progressed.closeUnsafe()
    yield* publish
    // before what is due: a step that falls due between the two is in the latter
    const next = yield* draws.nextDueAt
    const due = yield* draws.due
    lookFailures.ended()
    for (const step of due) yield* perform(step)
    const untilNext = next === null ? pollMillisMax : next - (yield* now.now)
    return Math.max(1, Math.min(untilNext, pollMillisMax))
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.as(lookFailures.failed(sayFailure("the clockwork could not look", cause)), pollMillisMax)
    )
  )
  return yield* Effect.forever(
    Effect.flatMap(round, (millis) => Effect.timeoutOption(progressed.await, Duration.millis(millis)))
  )
}, Effect.scoped)
