/**
 * The clockwork: does what is due, when it is due, for as long as it runs.
 *
 * Every node runs one. What is due follows from the draws' rows, and each step is done once however many try, so nodes need
 * not know of each other; one that was away for days catches up in order. Each step of each draw that fails is tried again on
 * its own, with a back-off of its own: one stuck draw delays no other (docs/design.md, "The clockwork").
 */
import { Clock, Duration, Effect } from "effect"
import { type AbandonReason, failingMillisMin } from "../draws/DrawSteps.ts"
import { Draws, type DueStep } from "../ports/Draws.ts"
import { Now } from "../ports/Now.ts"
import type { DrawId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { makeBackOffs } from "./BackOff.ts"
import { logFailure } from "./SeldomLog.ts"

/** The longest that it sleeps: what another node, or an operator, makes due is noticed this late at most. */
const pollMillisMax = 1_000
const backOffMillisMin = 500
const backOffMillisMax = 60_000

const nameOf = (due: DueStep): string => `${due.drawId} ${due.step}`

/**
 * Publishes what is to stand by now and does every step that is due, repeatedly until none is left. Gives the steps done, and those that
 * failed; a defect is the failure of its step alone.
 */
export const runDue = Effect.fn("Clockwork.runDue")(function*() {
  const draws = yield* Draws
  const done: Array<DueStep> = []
  const failed = new Map<string, DueStep>()
  yield* draws.publishAhead
  for (;;) {
    const due = (yield* draws.due).filter((step) => !failed.has(nameOf(step)))
    if (due.length === 0) return { done, failed: [...failed.values()] }
    for (const step of due) {
      const performed = yield* draws.perform(step).pipe(
        Effect.catchCause((cause) =>
          Effect.as(logFailure(`${step.step} of draw ${step.drawId} failed`, cause), undefined)
        )
      )
      if (performed === undefined) failed.set(nameOf(step), step)
      else if (performed) done.push(step)
    }
  }
})

/**
 * Has a draw declared void that this process failed to decide for `failingMillisMin`, if it is overdue (`isOverdue`) as well. `reason`:
 * what this process tried in vain. Never fails.
 */
export const abandon = (drawId: DrawId, reason: AbandonReason, at: Instant) =>
  Draws.use((draws) => draws.perform({ drawId, step: "abandon", reason, dueAt: at })).pipe(
    Effect.tap((done) =>
      done ? Effect.logError(`draw ${drawId} could not be decided within a week, and is void now`) : Effect.void
    ),
    Effect.catchCause((cause) => logFailure(`draw ${drawId} could not be declared void`, cause)),
    Effect.asVoid
  )

/** Runs until it is interrupted. Never fails: what cannot be done now is logged and tried again. */
export const run = Effect.fn("Clockwork.run")(function*() {
  const draws = yield* Draws
  const now = yield* Now
  const backOffs = makeBackOffs(backOffMillisMin, backOffMillisMax)

  const perform = Effect.fnUntraced(function*(due: DueStep) {
    const name = nameOf(due)
    const clock = yield* Clock.currentTimeMillis
    if (backOffs.isWaiting(name, clock)) return
    yield* draws.perform(due).pipe(
      Effect.tap((done) => done ? Effect.logInfo(`${due.step} done`, { drawId: due.drawId }) : Effect.void),
      Effect.matchCauseEffect({
        onSuccess: () => Effect.sync(() => backOffs.succeeded(name)),
        onFailure: Effect.fnUntraced(function*(cause) {
          const at = yield* now.now
          const { delayMillis, since } = backOffs.failed(name, clock, at)
          yield* logFailure(`${due.step} of draw ${due.drawId} failed; again in ${delayMillis} ms`, cause)
          if (due.step === "settle" && at - since >= failingMillisMin) yield* abandon(due.drawId, "seed", at)
        })
      })
    )
  })

  const round = Effect.gen(function*() {
    yield* draws.publishAhead
    // before what is due: a step that falls due between the two is in the latter
    const next = yield* draws.nextDueAt
    const due = yield* draws.due
    // the steps of different draws do not wait for each other; those of one draw come in order
    yield* Effect.forEach(due, perform, { concurrency: 4, discard: true })
    const untilNext = next === null ? pollMillisMax : next - (yield* now.now)
    return due.length > 0 && !backOffs.isAnyFailing() ? 0 : Math.max(1, Math.min(untilNext, pollMillisMax))
  }).pipe(
    Effect.catchCause((cause) => Effect.as(logFailure("the clockwork could not look", cause), pollMillisMax))
  )
  return yield* Effect.forever(Effect.flatMap(round, (millis) => Effect.sleep(Duration.millis(millis))))
})
