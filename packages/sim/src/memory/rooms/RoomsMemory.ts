/** Private rooms, in memory: one request at a time, decided by core, then written. */
import { followedHashes, isFollowed } from "@ddd/core/draws/DrawChain"
import { newRoomDraw } from "@ddd/core/draws/Opening"
import { makeSeals } from "@ddd/core/draws/Seals"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import { MinAge } from "@ddd/core/ports/MinAge"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { purchaseRefused, RoomRefused, Rooms } from "@ddd/core/ports/Rooms"
import { Sealing } from "@ddd/core/ports/Sealing"
import { SeedVault } from "@ddd/core/ports/SeedVault"
import { closeRoom, executeRoom, startRoom } from "@ddd/core/rooms/HostActions"
import { createRoom, joinRoom, leaveRoom } from "@ddd/core/rooms/Membership"
import { parseCode } from "@ddd/core/rooms/RoomCode"
import { buyInRoom, roomReceiptOf } from "@ddd/core/rooms/RoomPurchase"
import type { RoomRefusal } from "@ddd/core/rooms/RoomState"
import { drawId } from "@ddd/core/values/Ids"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Redacted, Result } from "effect"
import { makeDrawSteps } from "../draws/DrawSteps.ts"
import { asTicket } from "../draws/TicketView.ts"
import { addNotices } from "../push/Notices.ts"
import { makeSelling } from "../sales/Selling.ts"
import { Store } from "../Store.ts"
import type { LobbyRow } from "../StoredRows.ts"
import { makeRoomViews } from "./RoomViews.ts"

const refused = (refusal: RoomRefusal) => new RoomRefused({ refusal })
const noRoom = refused({ _tag: "NoRoom" })
const orRefused = <A>(decision: Result.Result<A, RoomRefusal>): Effect.Effect<A, RoomRefused> =>
  Effect.mapError(Effect.fromResult(decision), refused)

export const layer: Layer.Layer<Rooms, never, Store | Sealing | SeedVault | RecordSigner> = Layer.effect(
  Rooms,
  Effect.gen(function*() {
    const store = yield* Store
    const sealing = yield* Sealing
    const seals = makeSeals(sealing)
    const followed = followedHashes(sealing.sha256, (yield* BeaconChains).followed)
    const vault = yield* SeedVault
    const minAge = yield* MinAge
    const steps = yield* makeDrawSteps
    const selling = yield* makeSelling
    const {
      asMember,
      userOf,
      asRoom,
      drawOf,
      isMember,
      lookUp,
      madeTodayBy,
      newestFirst,
      openRoomsOf,
      stateOf,
      ticketsIn
    } = makeRoomViews(
      store
    )

    const exclusively = <A, E>(write: () => Effect.Effect<A, E>) => store.exclusive(Effect.suspend(write))

    /** Changes what is a room's own. Gives the room after it. */
    const change = (lobby: LobbyRow, changes: Partial<LobbyRow>) => {
      const after = { ...lobby, ...changes }
      store.lobbies.set(lobby.id, after)
      return asRoom(after)
    }

    /** A room as it stands, whoever asks. */
    const roomCalled = (room: string) => Effect.fromNullishOr(lookUp(room)).pipe(Effect.mapError(() => noRoom))

    return Rooms.of({
      create: (asked) =>
        exclusively(() =>
          Effect.gen(function*() {
            const ofHost = { ...openRoomsOf(asked.hostId), madeToday: madeTodayBy(asked.hostId) }
            const decided = createRoom(asked, userOf(asked.hostId), ofHost, minAge, store.now())
            if (Result.isFailure(decided)) {
              const { failure } = decided
              return yield* failure._tag === "UnknownUser"
                ? new UnknownUser({ userId: asked.hostId })
                : refused(failure)
            }
            const room = decided.success
            const id = drawId(store.newId())
            const seed = yield* vault.generate
            const opening = { id, opens: room.createdAt, seed: Redacted.value(seed), chain: steps.chains.forNewDraws }
            yield* steps.publish(newRoomDraw(sealing.sha256, opening), seed)
            const lobby = { ...room, id, code: store.newRoomCode(), autoDrawAt: null, hostGoneAt: null }
            store.lobbies.set(lobby.id, lobby)
            return asRoom(lobby)
          })
        ),

      find: (request) =>
        Effect.sync(() => {
          const lobby = asMember(request)
          return lobby === undefined ? null : asRoom(lobby)
        }),

      list: (userId, { cursor, limit }) =>
        Effect.sync(() => {
          const own = newestFirst().filter((lobby) => isMember(lobby, userId) && (cursor === null || lobby.id < cursor))
          return pageOf(own.map(asRoom), limit, ({ id }) => id)
        }),

      join: ({ code, room, userId }) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = yield* roomCalled(room)
            if (lobby.code !== parseCode(code)) return yield* noRoom
            const member = yield* orRefused(
              joinRoom(stateOf(lobby), userId, userOf(userId), openRoomsOf(userId), minAge, store.now())
            )
            const after = change(lobby, { members: [...lobby.members, member] })
            store.tell("Status", lobby.id)
            return after
          })
        ),

      leave: ({ room, userId }) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = yield* roomCalled(room)
            const gone = yield* orRefused(leaveRoom(stateOf(lobby), userId))
            change(lobby, { members: lobby.members.filter((member) => member.userId !== gone) })
            store.tellLeft(lobby.id, gone)
            store.tell("Status", lobby.id)
          })
        ),

      purchase: (request) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = asMember(request)
            if (lobby === undefined) return yield* noRoom
            const draw = drawOf(lobby)
            const decided = buyInRoom({
              clock: store.now(),
              pool: selling.poolOf(draw),
              room: asRoom(lobby),
              buyer: selling.buyerOf(request.userId),
              kept: selling.keptOf(request),
              numbering: selling.numberingOf(draw)
            }, request)
            if (Result.isFailure(decided)) return yield* purchaseRefused(decided.failure)
            const bought = decided.success
            const sold = bought._tag === "Sold" ? selling.write(draw, bought.sale) : []
            if (bought._tag === "Sold") selling.keep(request, bought.answer)
            const [ticket] = bought._tag === "Sold" ? sold : selling.ticketsOf(bought.answer.block)
            if (ticket === undefined) throw new Error("a purchase in a room is of a ticket")
            return roomReceiptOf(bought, ticket)
          })
        ),

      ticket: (request) =>
        Effect.sync(() => {
          const lobby = asMember(request)
          const row = lobby && ticketsIn(lobby).find(({ userId }) => userId === request.userId)
          return lobby === undefined || row === undefined ? null : asTicket(row, drawOf(lobby), seals)
        }),

      close: ({ room, userId }) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = yield* roomCalled(room)
            const decision = yield* orRefused(closeRoom(stateOf(lobby), userId))
            if (decision._tag === "DeclareVoid") {
              // a wallet that keeps a room from being closed is a defect of these stores
              yield* Effect.orDie(
                steps.writeVoid(drawOf(lobby), decision.reason, yield* steps.openSeedOrNull(lobby.id))
              )
            }
            return asRoom(lobby)
          })
        ),

      start: ({ drawAt, room, userId }) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = yield* roomCalled(room)
            const draw = steps.stateOf(drawOf(lobby))
            const terms = {
              drawAt,
              chain: steps.chains.named(draw.chainHash),
              isChainFollowed: isFollowed(followed, draw.chainHash)
            }
            const { autoDrawAt, notices, ...locked } = yield* orRefused(
              startRoom(sealing.sha256, stateOf(lobby), draw, userId, terms)
            )
            yield* steps.writeLock(locked)
            addNotices(store, notices)
            return change(lobby, { autoDrawAt })
          })
        ),

      execute: ({ room, userId }) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = yield* roomCalled(room)
            const clock = store.now()
            const decision = yield* orRefused(executeRoom(stateOf(lobby), userId, clock))
            switch (decision._tag) {
              case "Drawn":
                return asRoom(lobby)
              case "AwaitRound":
                change(lobby, { autoDrawAt: decision.autoDrawAt })
                return yield* refused(decision.refusal)
              case "Settle":
                yield* steps.settleDraw(drawOf(lobby), "host", { drawId: lobby.id, step: "settle", dueAt: clock })
                return asRoom(lobby)
            }
          })
        ),

      byId: (id) =>
        Effect.sync(() => {
          const lobby = store.lobbies.get(id)
          return lobby === undefined ? null : asRoom(lobby)
        }),

      marks: (ids) =>
        Effect.sync(() =>
          new Map(ids.flatMap((id) => {
            const lobby = store.lobbies.get(id)
            if (lobby === undefined) return []
            const { participants, prizePool, status, winningPosition } = asRoom(lobby)
            const isRoundThere = drawOf(lobby).beaconSignature !== null
            return [
              [id, JSON.stringify([status, String(prizePool), winningPosition, isRoundThere, participants])] as const
            ]
          }))
        ),

      all: ({ cursor, limit }) =>
        Effect.sync(() =>
          pageOf(
            newestFirst().filter(({ id }) => cursor === null || id < cursor).map(asRoom),
            limit,
            ({ id }) => id
          )
        )
    })
  })
)
