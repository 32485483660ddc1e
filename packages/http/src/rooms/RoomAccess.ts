/** What the handlers of one room share: who asks for it, and the answers to whoever is no member. */
import type { RoomRefused } from "@ddd/core/ports/Rooms"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { Effect, Predicate } from "effect"
import type { Problem } from "../problems/Problem.ts"
import { CurrentUser } from "../requests/Authentication.ts"
import type { Call } from "../requests/Call.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { type Asker, makeRoomCodeThrottle } from "./RoomCodeThrottle.ts"
import { refuseRoom, type RoomProblemCode } from "./RoomProblems.ts"

/** A request for one room. */
export interface RoomCall extends Call {
  readonly params: { readonly id: string }
}

/** Who asks, and for which room. */
export const askerOf = ({ params, request }: RoomCall): Effect.Effect<Asker, never, CurrentUser> =>
  Effect.map(CurrentUser, ({ userId }) => ({ userId, room: params.id, ip: requestOrigin(request).ip ?? "" }))

export const makeRoomAccess = Effect.map(makeRoomCodeThrottle, ({ guard, refuse }) => ({
  /** Joins by a code, as often as codes may be tried. */
  guardJoin: guard,
  /** Answers that there is no such room. */
  refuseNoRoom: refuse,

  /** Succeeds with what `sought` finds; where that is null, answers that there is no such room. */
  found: <A>(asker: Asker, sought: Effect.Effect<A | null, Unavailable>) =>
    Effect.filterOrElse(sought, Predicate.isNotNull, () => refuse(asker)),

  /** Answers what a room refuses: with one of `codes`, or that there is no such room. */
  refused: <Code extends RoomProblemCode>(asker: Asker, codes: ReadonlyArray<Code>) =>
  (
    { refusal }: RoomRefused
  ): Effect.Effect<never, Problem<Code | "not_found" | "rate_limited"> | Unavailable> =>
    refusal._tag === "NoRoom" ? refuse(asker) : refuseRoom(refusal, codes)
}))
export type RoomAccess = Effect.Success<typeof makeRoomAccess>
