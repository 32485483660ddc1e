/** Private rooms, in memory: decided by core's `Room`, one request at a time. */
import { lockRoom } from "@ddd/core/draws/Locking"
import { openRoom } from "@ddd/core/draws/Opening"
import { keyOf } from "@ddd/core/draws/Sale"
import { makeSeals } from "@ddd/core/draws/Seals"
import { autoDrawTime } from "@ddd/core/draws/Steps"
import { BeaconChain } from "@ddd/core/ports/BeaconChain"
import type { DueStep } from "@ddd/core/ports/Draws"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { RoomRefused, type RoomRequest, Rooms } from "@ddd/core/ports/Rooms"
import { PurchaseRefused } from "@ddd/core/ports/Sales"
import { Sealing } from "@ddd/core/ports/Sealing"
import type { SeedVault } from "@ddd/core/ports/SeedVault"
import { textOf } from "@ddd/core/proof/Note"
import {
  mayClose,
  mayExecute,
  mayJoin,
  mayLeave,
  mayStart,
  parseCode,
  type Room,
  type RoomRefusal,
  type RoomState,
  roomStatus
} from "@ddd/core/rooms/Room"
import { type DrawId, houseUserId, type UserId } from "@ddd/core/values/Ids"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer } from "effect"
import type { DrawRow } from "../audit/Rows.ts"
import { isRoundMissing, makeDrawSteps } from "./DrawSteps.ts"
import { makeSelling } from "./Selling.ts"
import { Store } from "./Store.ts"
import type { LobbyRow } from "./StoredRows.ts"
import { asTicket } from "./TicketView.ts"

const refused = (refusal: RoomRefusal) => new RoomRefused({ refusal })
const noRoom = refused({ _tag: "NoRoom" })

export const layer: Layer.Layer<Rooms, never, Store | Sealing | SeedVault | RecordSigner> = Layer.effect(
  Rooms,
  Effect.gen(function*() {
    const store = yield* Store
    const sealing = yield* Sealing
    const seals = makeSeals(sealing)
    const chain = yield* BeaconChain
    const steps = yield* makeDrawSteps
    const sell = yield* makeSelling

    const drawOf = ({ id }: LobbyRow): DrawRow => {
      const draw = store.draws.get(id)
      if (draw === undefined) throw new Error(`room ${id} has no draw`)
      return draw
    }

    const ticketsIn = ({ id }: LobbyRow) => store.tickets.get(id) ?? []

    const asRoom = (lobby: LobbyRow): Room => {
      const draw = drawOf(lobby)
      const tickets = ticketsIn(lobby)
      const positions = new Map(tickets.map(({ position, userId }) => [userId, position]))
      return {
        id: lobby.id,
        code: lobby.code,
        name: lobby.name,
        hostId: lobby.hostId,
        status: roomStatus(draw.status, lobby.members.length),
        prizePool: draw.prizePool,
        maxParticipants: lobby.maxParticipants,
        participants: lobby.members.map(({ joinedAt, userId }) => ({
          userId,
          username: store.users.get(userId)?.username ?? "",
          hasTicket: positions.has(userId),
          ticketPosition: positions.get(userId) ?? null,
          joinedAt
        })),
        commitmentHash: draw.commitmentHash,
        drawAt: draw.drawAt,
        seed: draw.seed,
        winnerId: draw.winningPosition === null ? null : tickets[draw.winningPosition - 1]?.userId ?? null,
        winningPosition: draw.winningPosition,
        createdAt: lobby.createdAt
      }
    }

    const stateOf = (lobby: LobbyRow): RoomState => {
      const draw = drawOf(lobby)
      const { drawAt, status } = draw
      const holders = new Set(ticketsIn(lobby).map(({ userId }) => userId))
      const members = lobby.members.map(({ userId }) => ({ userId, hasTicket: holders.has(userId) }))
      return {
        hostId: lobby.hostId,
        status,
        maxParticipants: lobby.maxParticipants,
        members,
        drawAt,
        isRoundMissing: isRoundMissing(draw)
      }
    }

    /** Neither the house, nor who is frozen or erased, hosts a room or comes into one. */
    const mayPlay = (userId: UserId): boolean => {
      const user = store.users.get(userId)
      return userId !== houseUserId && user !== undefined && !user.frozen && user.erasedAt === null
    }

    /** By id or code, whoever asks. */
    const lookUp = (room: string): LobbyRow | undefined => {
      const code = parseCode(room)
      return [...store.lobbies.values()].find((lobby) => lobby.id === room || lobby.code === code)
    }

    const isMember = (lobby: LobbyRow, userId: UserId): boolean =>
      lobby.members.some((member) => member.userId === userId)

    const asMember = ({ room, userId }: RoomRequest): LobbyRow | undefined => {
      const lobby = lookUp(room)
      return lobby !== undefined && isMember(lobby, userId) ? lobby : undefined
    }

    const rooms = (): ReadonlyArray<LobbyRow> => [...store.lobbies.values()].toReversed()

    /** The room as it is stored now. */
    const now = (id: DrawId): Room => {
      const lobby = store.lobbies.get(id)
      if (lobby === undefined) throw new Error(`there is no room ${id}`)
      return asRoom(lobby)
    }

    const exclusively = <A, E>(write: () => Effect.Effect<A, E>) => store.exclusive(Effect.suspend(write))

    return Rooms.of({
      create: ({ hostId, maxParticipants, name }) =>
        exclusively(() =>
          Effect.gen(function*() {
            if (!mayPlay(hostId)) return yield* new UnknownUser({ userId: hostId })
            const createdAt = store.now()
            const made = yield* steps.make(
              "open",
              (id, seed) => openRoom(sealing.sha256, { id, opens: createdAt, seed, chain })
            )
            const { id } = made.draw
            steps.publish(made)
            store.lobbies.set(id, {
              id,
              code: store.newRoomCode(),
              name,
              hostId,
              maxParticipants,
              createdAt,
              autoDrawAt: null,
              members: [{ userId: hostId, joinedAt: createdAt }]
            })
            return now(id)
          })
        ),

      find: (request) =>
        Effect.sync(() => {
          const lobby = asMember(request)
          return lobby === undefined ? null : asRoom(lobby)
        }),

      list: (userId, { cursor, limit }) =>
        Effect.sync(() => {
          const own = rooms().filter((lobby) => isMember(lobby, userId) && (cursor === null || lobby.id < cursor))
          return pageOf(own.map(asRoom), limit, ({ id }) => id)
        }),

      join: ({ code, room, userId }) =>
        exclusively(() => {
          const lobby = lookUp(room)
          if (lobby === undefined || lobby.code !== parseCode(code) || !mayPlay(userId)) return Effect.fail(noRoom)
          const refusal = mayJoin(stateOf(lobby), userId)
          if (refusal !== null) return Effect.fail(refused(refusal))
          const members = [...lobby.members, { userId, joinedAt: store.now() }]
          store.lobbies.set(lobby.id, { ...lobby, members })
          store.tell("Status", lobby.id)
          return Effect.succeed(now(lobby.id))
        }),

      leave: ({ room, userId }) =>
        exclusively(() => {
          const lobby = lookUp(room)
          const refusal = lobby === undefined ? noRoom.refusal : mayLeave(stateOf(lobby), userId)
          if (lobby === undefined || refusal !== null) return Effect.fail(refused(refusal ?? noRoom.refusal))
          const members = lobby.members.filter((member) => member.userId !== userId)
          store.lobbies.set(lobby.id, { ...lobby, members })
          store.tellLeft(lobby.id, userId)
          store.tell("Status", lobby.id)
          return Effect.void
        }),

      purchase: ({ idempotency, room, userId }) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = asMember({ room, userId })
            if (lobby === undefined) return yield* noRoom
            const { draw: _, tickets: [ticket], ...receipt } = yield* sell(
              drawOf(lobby),
              { userId, quantity: 1, drawId: lobby.id, idempotency },
              {
                members: new Set(lobby.members.map((member) => member.userId)),
                holders: new Set(ticketsIn(lobby).map((holder) => holder.userId))
              }
            )
            if (ticket === undefined) throw new Error("a purchase in a room is of a ticket")
            const answerKey = idempotency === null ? null : keyOf(userId, idempotency.key)
            if (!receipt.replayed) {
              const after = now(lobby.id)
              if (answerKey !== null) store.keptRooms.set(answerKey, after)
              return { ticket, ...receipt, room: after }
            }
            const kept = answerKey === null ? undefined : store.keptRooms.get(answerKey)
            // the answer to a purchase elsewhere
            if (kept === undefined) return yield* new PurchaseRefused({ refusal: { _tag: "KeyReused" } })
            return { ticket, ...receipt, room: kept }
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
            const lobby = lookUp(room)
            if (lobby === undefined) return yield* noRoom
            const refusal = mayClose(stateOf(lobby), userId)
            if (refusal?._tag === "Done") return asRoom(lobby)
            if (refusal !== null) return yield* refused(refusal)
            const clock = store.now()
            const due: DueStep = { drawId: lobby.id, step: "expire", dueAt: clock }
            // a seed or a wallet that keeps a room from being closed is a defect of these stores
            yield* Effect.orDie(steps.declareVoid(drawOf(lobby), clock, due, "closed"))
            return now(lobby.id)
          })
        ),

      start: ({ drawAt, room, userId }) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = lookUp(room)
            if (lobby === undefined) return yield* noRoom
            const clock = store.now()
            const refusal = mayStart(stateOf(lobby), userId, drawAt, clock)
            if (refusal !== null) return yield* refused(refusal)
            const draw = drawOf(lobby)
            const record = lockRoom(sealing.sha256, textOf(draw.notes.open), {
              ...steps.soldIn(draw, clock),
              drawAt,
              chain
            })
            yield* steps.publishLockRecord(draw, record)
            store.lobbies.set(lobby.id, {
              ...lobby,
              autoDrawAt: autoDrawTime(record.locked, drawAt, record.draws)
            })
            return now(lobby.id)
          })
        ),

      execute: ({ room, userId }) =>
        exclusively(() =>
          Effect.gen(function*() {
            const lobby = lookUp(room)
            if (lobby === undefined) return yield* noRoom
            const clock = store.now()
            const refusal = mayExecute(stateOf(lobby), userId, clock)
            if (refusal?._tag === "Done") return asRoom(lobby)
            if (refusal?._tag === "BeaconPending") {
              store.lobbies.set(lobby.id, { ...lobby, autoDrawAt: drawOf(lobby).drawAt })
            }
            if (refusal !== null) return yield* refused(refusal)
            yield* steps.settle(drawOf(lobby), clock, { drawId: lobby.id, step: "settle", dueAt: clock })
            return now(lobby.id)
          })
        ),

      byId: (id) =>
        Effect.sync(() => {
          const lobby = store.lobbies.get(id)
          return lobby === undefined ? null : asRoom(lobby)
        }),

      all: ({ cursor, limit }) =>
        Effect.sync(() =>
          pageOf(rooms().filter(({ id }) => cursor === null || id < cursor).map(asRoom), limit, ({ id }) => id)
        )
    })
  })
)
