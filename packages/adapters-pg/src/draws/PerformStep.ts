/** Any step of a draw's life: each done once, by whichever node comes first. */
import { type DueStep, StepFailed } from "@ddd/core/ports/Draws"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { ClocksDisagree } from "../database/ClockCheck.ts"
import { inTransaction } from "../database/Transaction.ts"
import { signing } from "./Behind.ts"
import { lock } from "./Lock.ts"
import { open } from "./Open.ts"
import { refundNext } from "./Refund.ts"
import { settleDraw } from "./Settle.ts"
import { StepImpossible, type StepServices } from "./StepServices.ts"
import { tile } from "./TileStep.ts"
import { voidAgain, voidByStep, voidLockedOtherwise } from "./Void.ts"

/** What a backup that was put back asks for comes first. */
const orElseDo = <E, F>(first: Effect.Effect<boolean, E>, step: Effect.Effect<boolean, F>) =>
  Effect.flatMap(first, (did) => did ? Effect.succeed(true) : step)

const stepOf = (
  services: StepServices,
  due: DueStep
): Effect.Effect<boolean, StepImpossible | ClocksDisagree | SqlError.SqlError | Unavailable> => {
  const { drawId } = due
  switch (due.step) {
    case "open":
      return open(services, drawId).pipe(inTransaction(services.sql))
    case "lock":
      return orElseDo(
        voidLockedOtherwise(services, drawId),
        lock(services, drawId).pipe(inTransaction(services.sql))
      )
    case "tile":
      return tile(services, drawId)
    case "settle":
      return orElseDo(voidAgain(services, drawId), settleDraw(services, drawId, "clockwork"))
    case "expire":
      return orElseDo(voidAgain(services, drawId), voidByStep(services, drawId, due))
    case "abandon":
      return voidByStep(services, drawId, due)
    case "refund":
      return refundNext(services, drawId)
  }
}

/** Says of a step that is impossible which one it is. */
export const orStepFailed = (due: DueStep) => <A, E, R>(step: Effect.Effect<A, E | StepImpossible, R>) =>
  Effect.catchIf(
    step,
    (error) => error instanceof StepImpossible,
    ({ cause, message }) => Effect.fail(new StepFailed({ due, message, cause }))
  )

/** Does a due step; false where there was nothing to do (any more, or yet). */
export const performStep = (services: StepServices, due: DueStep) =>
  stepOf(services, due).pipe(orStepFailed(due), signing(services, due.drawId))
