/** The handlers of `RoomsApi`: private rooms. */
import type { WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import { Draws } from "@ddd/core/ports/Draws"
import { Rooms } from "@ddd/core/ports/Rooms"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { makeProofBundle } from "../lottery/ProofBundle.ts"
import { makeRoomAccess } from "./RoomAccess.ts"
import { roomDraw } from "./RoomDraw.ts"
import { roomMembers } from "./RoomMembers.ts"
import { roomTickets } from "./RoomTickets.ts"

export const layer = (terms: WithdrawalTerms) =>
  withoutPorts(Effect.gen(function*() {
    const draws = yield* Draws
    const rooms = yield* Rooms
    const proofBundle = yield* makeProofBundle
    const access = yield* makeRoomAccess
    const members = roomMembers(rooms, access)
    const tickets = roomTickets(rooms, access, terms)
    const draw = roomDraw({ draws, proofBundle, rooms }, access)

    return HttpApiBuilder.group(Api, "rooms", (handlers) =>
      handlers
        .handle("rooms", members.list)
        .handleRaw("createRoom", members.create)
        .handle("room", members.find)
        .handleRaw("joinRoom", members.join)
        .handleRaw("leaveRoom", members.leave)
        .handleRaw("purchaseRoomTicket", tickets.purchase)
        .handle("roomTicket", tickets.show)
        .handleRaw("closeRoom", draw.close)
        .handleRaw("startDraw", draw.start)
        .handleRaw("executeDraw", draw.execute)
        .handle("roomProof", draw.proof))
  }))
