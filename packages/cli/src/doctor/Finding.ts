/** What a check of `ddd doctor` found. */
import { Effect, Fiber, type Scope } from "effect"
import { explain } from "../Explanation.ts"
import { withCallable } from "../Invocation.ts"

/**
 * - `ok`: it is as it should be.
 * - `warning`: the server works; somebody should see to it.
 * - `failed`: the server does not start, or something that players rely on does not work.
 * - `skipped`: it could not be looked at, for a reason that another check tells, or there is nothing to look at.
 */
export type Status = "ok" | "warning" | "failed" | "skipped"

export interface Finding {
  /** Its name, which stays as it is: scripts may go by it. */
  readonly check: string
  readonly status: Status
  /** A sentence or two: what was found, and what to do. It may hold foreign text. */
  readonly message: string
}

/** What a check says, before its name is put to it. */
export type Said = Omit<Finding, "check">

const saying = (status: Status) => (message: string): Said => ({ status, message: withCallable(message) })

export const ok = saying("ok")
export const warning = saying("warning")
export const failed = saying("failed")
export const skipped = saying("skipped")

/** Where there is a problem it is this, else all is well. */
export const failedOr = (problem: string | null, otherwise: string): Said =>
  problem === null ? ok(otherwise) : failed(problem)

/** How long one check may take. */
const patienceSeconds = 30

/**
 * Makes a check, within its time: what takes longer is left alone, since a server that says nothing cannot be made to hurry. Never fails: what
 * goes wrong is what the check found.
 */
export const check = <E>(
  name: string,
  look: Effect.Effect<Said, E, Scope.Scope>
): Effect.Effect<Finding> =>
  Effect.gen(function*() {
    const looking = yield* Effect.forkDetach(
      Effect.catchCause(Effect.scoped(look), (cause) => Effect.succeed(failed(explain(cause))))
    )
    const said = yield* Fiber.join(looking).pipe(
      Effect.timeoutOrElse({
        duration: `${patienceSeconds} seconds`,
        orElse: () => Effect.succeed(failed(`It took longer than ${patienceSeconds} s, and was given up.`))
      })
    )
    return { check: name, ...said }
  })

/** Checks that cannot be made, and why. */
export const leftOut = (names: ReadonlyArray<string>, why: string): ReadonlyArray<Finding> =>
  names.map((name) => ({ check: name, ...skipped(why) }))
