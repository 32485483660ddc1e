/**
 * Limits how often room codes may be guessed.
 *
 * A wrong code is counted, by player and by network; after enough of them the next attempt has to wait. A room's id is no code: it
 * cannot be guessed, and does not let anyone join.
 */
import type { RoomRefused } from "@ddd/core/ports/Rooms"
import { type Attempt, Throttles } from "@ddd/core/ports/Throttles"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import type { Room } from "@ddd/core/rooms/Room"
import { isUuid, type UserId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { type Problem, refuse } from "../problems/Problem.ts"

/** Who asks for a room, from where; `room` is what they call it: its id or its code. */
export interface Asker {
  readonly userId: UserId
  readonly ip: string
  readonly room: string
}

/** The same answer to a stranger, to a wrong code and for a room that does not exist, so that it does not tell which it was. */
export const refuseNoRoom = refuse(
  "not_found",
  "There is no such room for you, or its code is wrong. Nothing was changed."
)

const attemptOf = ({ ip, userId }: Asker): Attempt => ({ act: "room_code", account: userId, ip })

export const makeRoomCodeThrottle = Effect.gen(function*() {
  const throttles = yield* Throttles

  const admit = (asker: Asker): Effect.Effect<void, Problem<"rate_limited"> | Unavailable> =>
    Effect.flatMap(throttles.admit(attemptOf(asker)), (admission) =>
      admission._tag === "Admitted"
        ? Effect.void
        : refuse(
          "rate_limited",
          "Too many wrong codes were tried here. Wait before you try again. Nothing was changed.",
          {
            retryAfter: admission.retryAfter
          }
        ))

  return {
    /** Answers a request for a room by a player who is no member; counts it as a wrong code where the room was named by a code. */
    refuse: (asker: Asker): Effect.Effect<never, Problem<"not_found" | "rate_limited"> | Unavailable> =>
      Effect.andThen(isUuid(asker.room.toLowerCase()) ? Effect.void : admit(asker), refuseNoRoom),

    /**
     * Joins by a code. The attempt is counted before it is made, so that guesses at once gain nothing on guesses one by one, and
     * taken back unless the code was wrong.
     */
    guard: (
      asker: Asker,
      join: Effect.Effect<Room, RoomRefused | Unavailable>
    ): Effect.Effect<Room, Problem<"rate_limited"> | RoomRefused | Unavailable> => {
      // whoever is in is told so, whatever the counter says
      const right = Effect.ignore(throttles.succeeded(attemptOf(asker)))
      const joined = Effect.tapError(Effect.tap(join, right), (error) => {
        if (error._tag === "Unavailable") return Effect.ignore(throttles.takenBack(attemptOf(asker)))
        return error.refusal._tag === "NoRoom" ? Effect.void : right
      })
      return Effect.andThen(admit(asker), joined)
    }
  }
})
