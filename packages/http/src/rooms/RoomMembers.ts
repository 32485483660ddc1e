/** Making rooms, coming into them and leaving them. */
import type { Rooms } from "@ddd/core/ports/Rooms"
import { participantsMax } from "@ddd/core/rooms/Room"
import { isUuid } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { barringCodes } from "../play/PlayProblems.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import type { Call } from "../requests/Call.ts"
import { type PagedList, type PageQuery, readPage } from "../requests/Cursors.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { askerOf, type RoomAccess, type RoomCall } from "./RoomAccess.ts"
import { JoinBody, NewRoomBody, roomBody } from "./RoomBodies.ts"
import { refuseNoRoom } from "./RoomCodeThrottle.ts"
import { refuseRoom } from "./RoomProblems.ts"

const newRoomBody = jsonBody(NewRoomBody)
const joinBody = jsonBody(JoinBody)
const roomList: PagedList = { name: "rooms", isKey: isUuid }

/** The handlers that make rooms and change who is in them. */
export const roomMembers = (rooms: Rooms["Service"], { found, guardJoin, refused }: RoomAccess) => ({
  list: ({ query }: { readonly query: PageQuery }) =>
    Effect.gen(function*() {
      const { userId } = yield* CurrentUser
      const page = yield* readPage(roomList, [userId], query, (page) => rooms.list(userId, page))
      return { ...page, items: page.items.map(roomBody) }
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

  create: ({ request }: Call) =>
    Effect.gen(function*() {
      const { maxParticipants = participantsMax, name } = (yield* newRoomBody(request)).value
      const { userId: hostId } = yield* CurrentUser
      return roomBody(yield* rooms.create({ hostId, name, maxParticipants }))
    }).pipe(Effect.catchTags({
      UnknownUser: () => refuseUnknownPlayer,
      RoomRefused: ({ refusal }) =>
        refusal._tag === "NoRoom"
          ? Effect.die(new Error("a room that is to be made does not exist yet"))
          : refuseRoom(refusal, ["limit_exceeded", ...barringCodes]),
      Unavailable: refuseUnavailable
    })),

  find: (call: RoomCall) =>
    Effect.gen(function*() {
      const asker = yield* askerOf(call)
      return roomBody(yield* found(asker, rooms.find(asker)))
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

  join: (call: RoomCall) =>
    Effect.gen(function*() {
      const { code } = (yield* joinBody(call.request)).value
      const asker = yield* askerOf(call)
      return roomBody(yield* guardJoin(asker, rooms.join({ ...asker, code })))
    }).pipe(
      Effect.catchTags({
        RoomRefused: ({ refusal }) =>
          refusal._tag === "NoRoom"
            ? refuseNoRoom
            : refuseRoom(refusal, [
              "already_member",
              "limit_exceeded",
              "room_full",
              ...barringCodes,
              "wrong_room_state"
            ]),
        Unavailable: refuseUnavailable
      })
    ),

  leave: (call: RoomCall) =>
    Effect.gen(function*() {
      const asker = yield* askerOf(call)
      const refusals = refused(asker, ["forbidden", "already_has_ticket", "wrong_room_state"])
      yield* Effect.catchTag(rooms.leave(asker), "RoomRefused", refusals)
    }).pipe(Effect.catchTag("Unavailable", refuseUnavailable))
})
