/** Carries out again what protected players and was lost with a backup that was put back (docs/decisions/0098). */
import { Effect } from "effect"
import { identityFault } from "../accounts/IdentityCheck.ts"
import type { EraseReason } from "../accounts/Refusals.ts"
import { operatorOrigin } from "../accounts/SecurityEvent.ts"
import type { TakenMeasure } from "../money/Measure.ts"
import { lowerOf } from "../play/LimitChange.ts"
import { Accounts } from "../ports/Accounts.ts"
import { IdentityChecks } from "../ports/IdentityChecks.ts"
import { PlayControls } from "../ports/PlayControls.ts"
import { SecurityLog } from "../ports/SecurityLog.ts"
import type { UserId } from "../values/Ids.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"

/** What became of a measure. */
export type CarriedOut =
  | { readonly _tag: "Done" }
  /** They signed up since, or are erased. */
  | { readonly _tag: "UnknownUser" }
  /** The player cannot be erased yet, and is frozen. */
  | { readonly _tag: "EraseWaits"; readonly reasons: ReadonlyArray<EraseReason> }
  /** `why`: a clause. */
  | { readonly _tag: "Refused"; readonly why: string }

const done: CarriedOut = { _tag: "Done" }

/** Of a player's newest events, how many are looked through. */
const eventsMax = 1_000

/** Whether the player was frozen after an event, by what this database knows: another host's measures may have been carried out already. */
const isFrozenAfter = (userId: UserId, id: string) =>
  Effect.flatMap(
    SecurityLog,
    (log) =>
      Effect.map(
        log.of(userId, eventsMax),
        (events) => events.some((event) => event.type === "frozen" && event.id > id)
      )
  )

/** Does it as it was; safe as often as wanted. */
export const carryOut = Effect.fn("CarryOut.carryOut")(function*(
  { id, measure, userId }: TakenMeasure,
  act: OperatorAct
) {
  const accounts = yield* Accounts
  if ((yield* accounts.profile(userId)) === null) return { _tag: "UnknownUser" } satisfies CarriedOut
  const ofPlay = yield* PlayControls
  switch (measure._tag) {
    case "Frozen":
      yield* accounts.freeze(userId, act)
      return done
    case "Unfrozen":
      if (yield* isFrozenAfter(userId, id)) {
        return { _tag: "Refused", why: "they were frozen since" } satisfies CarriedOut
      }
      yield* accounts.unfreeze(userId, act)
      return done
    case "Erased":
      return yield* accounts.erase(userId, act).pipe(
        Effect.as(done),
        // what they had spent is in the wallet again: nobody uses the account meanwhile
        Effect.catchTag(
          "EraseRefused",
          ({ reasons }) => Effect.as(accounts.freeze(userId, act), { _tag: "EraseWaits", reasons } satisfies CarriedOut)
        )
      )
    case "Barred":
      yield* ofPlay.barAgain(userId, measure.by, measure.until)
      return done
    case "Limited": {
      const lower = lowerOf((yield* ofPlay.of(userId)).inForce, measure.limits)
      if (Object.keys(lower).length === 0) return done
      return yield* ofPlay.changeLimits(userId, lower, operatorOrigin).pipe(
        Effect.as(done),
        Effect.catchTag(
          "TooManyChanges",
          () => Effect.succeed({ _tag: "Refused", why: "they were changed too often today" } satisfies CarriedOut)
        )
      )
    }
    case "Identity":
      return yield* (yield* IdentityChecks).record({
        userId,
        status: measure.status,
        occurredAt: measure.occurredAt,
        bornOn: null,
        reference: null
      }, measure.occurredAt).pipe(
        Effect.as(done),
        Effect.catchTag(
          "IdentityRefused",
          ({ refusal }) => Effect.succeed({ _tag: "Refused", why: identityFault(refusal) } satisfies CarriedOut)
        )
      )
  }
}, Effect.catchTag("UnknownUser", () => Effect.succeed({ _tag: "UnknownUser" } satisfies CarriedOut)))
