/** Why a room refuses, in the words of the API. */
import { holdersMin } from "@ddd/core/rooms/HostActions"
import type { RoomStatus } from "@ddd/core/rooms/Room"
import type { RoomRefusal } from "@ddd/core/rooms/RoomState"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { unfollowedRetrySeconds } from "../lottery/PurchaseProblems.ts"
import { ageProblem, barredProblem, type BarringCode } from "../play/PlayProblems.ts"
import { Problem } from "../problems/Problem.ts"

/** `NoRoom` is answered where wrong codes are counted. */
export type TellableRefusal = Exclude<RoomRefusal, { readonly _tag: "NoRoom" }>

export type RoomProblemCode =
  | "room_full"
  | "limit_exceeded"
  | BarringCode
  | "already_member"
  | "already_has_ticket"
  | "forbidden"
  | "wrong_room_state"
  | "invalid_request"
  | "beacon_pending"
  | "unavailable"

/** What is left to do in a room, by its status. */
const whatToDo: Record<RoomStatus, string> = {
  waiting: "Its host starts the draw, or closes it.",
  open: "Its host starts the draw, or closes it.",
  locked: "It is drawn at its drawAt.",
  drawn: "The room shows who won.",
  closed: "Every ticket in it was refunded; make a new room."
}

/** A beacon's rounds come seconds apart. */
const beaconRetrySeconds = 5

const sentence = (why: string): string => `${why.charAt(0).toUpperCase()}${why.slice(1)}. Nothing was changed.`

const problemOf = (refusal: TellableRefusal): Problem<RoomProblemCode> => {
  switch (refusal._tag) {
    case "RoomFull":
      return new Problem("room_full", "This room has as many members as it takes. You are not in it.")
    case "TooManyRooms":
      return new Problem(
        "limit_exceeded",
        refusal.which === "hosted"
          ? `A player hosts at most ${refusal.max} rooms that are not locked. Nothing was made: start or close one of yours.`
          : `A player is in at most ${refusal.max} rooms that are not locked. Nothing was changed: leave one, or wait until one is drawn or closed.`
      )
    case "TooManyRoomsToday":
      return new Problem(
        "limit_exceeded",
        `A player makes at most ${refusal.max} rooms a day (UTC). Nothing was made: the next one can be at ${
          formatInstant(refusal.again)
        }.`,
        { until: refusal.again }
      )
    case "PlayerBarred":
      return barredProblem(refusal, "Nothing was changed.")
    case "UnderAge":
    case "BirthUnsaid":
      return ageProblem(refusal, "Nothing was changed.")
    case "AlreadyMember":
      return new Problem("already_member", "You are a member of this room already. Nothing was changed.")
    case "AlreadyHasTicket":
      return new Problem(
        "already_has_ticket",
        "You have your ticket of this room: a member buys one, and stays. Nothing was changed."
      )
    case "Forbidden":
      return new Problem("forbidden", sentence(refusal.why))
    case "WrongState":
      return new Problem(
        "wrong_room_state",
        `This room is ${refusal.status}: ${refusal.why}. Nothing was changed. ${whatToDo[refusal.status]}`
      )
    case "TooFewHolders":
      return new Problem(
        "wrong_room_state",
        `A draw needs tickets of ${holdersMin} members, and ${refusal.holders} of this room ${
          refusal.holders === 1 ? "has" : "have"
        } one. Nothing was changed. Wait until another member buys, or close the room: every ticket is refunded then.`
      )
    case "BeaconPending":
      return new Problem(
        "beacon_pending",
        "The beacon's round that decides this draw is not there yet. The server draws as soon as it is. No money moved.",
        { retryAfter: beaconRetrySeconds }
      )
    case "BeaconNotFollowed":
      return new Problem(
        "unavailable",
        "This server does not follow the public beacon that decides this room's draw, so that it sells no tickets and is not started. " +
          "Nothing was changed. It goes on once the operator has set that right; its host may close it: every ticket is refunded then.",
        { retryAfter: unfollowedRetrySeconds }
      )
    case "BadTime": {
      const message = `must be from ${formatInstant(refusal.earliest)} to ${formatInstant(refusal.latest)}`
      return new Problem("invalid_request", `drawAt: ${message}. Nothing was changed.`, {
        errors: [{ path: "drawAt", message }]
      })
    }
  }
}

const isOneOf = <Code extends RoomProblemCode>(
  codes: ReadonlyArray<Code>,
  problem: Problem<RoomProblemCode>
): problem is Problem<Code> => codes.some((code) => code === problem.code)

/** Fails with what a room refuses; `codes` are those that the request can meet, and another one is a mistake of ours. */
export const refuseRoom = <const Code extends RoomProblemCode>(
  refusal: TellableRefusal,
  codes: ReadonlyArray<Code>
): Effect.Effect<never, Problem<Code>> => {
  const problem = problemOf(refusal)
  return isOneOf(codes, problem)
    ? Effect.fail(problem)
    : Effect.die(new Error(`a room refused for what this request cannot meet: ${refusal._tag}`))
}
