/**
 * Private rooms on PostgreSQL: each operation one transaction under the row of the room's draw, which is read once it is locked.
 *
 * What may be done is decided in `core/rooms`; a draw's steps and the sale are written as those of daily draws are.
 */
import { followedHashes, isFollowed } from "@ddd/core/draws/DrawChain"
import type { DrawState } from "@ddd/core/draws/DrawState"
import { newRoomDraw } from "@ddd/core/draws/Opening"
import { makeSeals } from "@ddd/core/draws/Seals"
import type { TicketStatus } from "@ddd/core/draws/Ticket"
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import { MinAge } from "@ddd/core/ports/MinAge"
import { Now } from "@ddd/core/ports/Now"
import { Outbox } from "@ddd/core/ports/Outbox"
import { PrizesAwaitIdentityFrom } from "@ddd/core/ports/PrizesAwaitIdentityFrom"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { RoomPrizeHold } from "@ddd/core/ports/RoomPrizeHold"
import { purchaseRefused, RoomRefused, type RoomRequest, Rooms } from "@ddd/core/ports/Rooms"
import { Sealing } from "@ddd/core/ports/Sealing"
import { SeedVault } from "@ddd/core/ports/SeedVault"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { closeRoom, executeRoom, type RoomExecution, startRoom } from "@ddd/core/rooms/HostActions"
import { createRoom, joinRoom, leaveRoom, type NewRoom } from "@ddd/core/rooms/Membership"
import type { RoomRefusal } from "@ddd/core/rooms/RoomState"
import type { Idempotency } from "@ddd/core/values/Idempotency"
import { type DrawId, drawId, type UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted, Result } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { centsOrNull, ticketOf, type TicketRow } from "../database/Rows.ts"
import { inTransaction, orUnavailable, transact } from "../database/Transaction.ts"
import { remember, requireDraw, requireMemory, signing } from "../draws/Behind.ts"
import { makeChains } from "../draws/Chains.ts"
import { tellLeft, tellStatus } from "../draws/DrawEventsPg.ts"
import { writeLock } from "../draws/Lock.ts"
import { insertDraw } from "../draws/Open.ts"
import { orStepFailed } from "../draws/PerformStep.ts"
import { lockDraw, readDraw } from "../draws/ReadDraw.ts"
import { settleDraw } from "../draws/Settle.ts"
import { StepImpossible } from "../draws/StepServices.ts"
import { lockForVoid, openSeedOrNull, retryVoid, signVoid, writeVoid } from "../draws/Void.ts"
import { lockWallets } from "../money/WalletMoves.ts"
import { addNotices } from "../push/NoticeRows.ts"
import { sellInRoom } from "../sales/RoomSale.ts"
import { makeSaleAttempt } from "../sales/SaleAttempt.ts"
import { countRoomTicket } from "../sales/SaleMeasures.ts"
import { makeRoomRows } from "./RoomRows.ts"
import { deleteMember, insertMember, insertRoom, storeAutoDrawAt } from "./RoomWrites.ts"

const refuse = (refusal: RoomRefusal) => Effect.fail(new RoomRefused({ refusal }))
const orRefuse = <A>(decision: Result.Result<A, RoomRefusal>) =>
  Result.isFailure(decision) ? refuse(decision.failure) : Effect.succeed(decision.success)
const orNoRoom = <A>(found: A | null) => found === null ? refuse({ _tag: "NoRoom" }) : Effect.succeed(found)

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const identifiers = yield* Identifiers
  const { newId, newRoomCode } = identifiers
  const sealing = yield* Sealing
  const seals = makeSeals(sealing)
  const signer = yield* RecordSigner
  const vault = yield* SeedVault
  const beacons = yield* BeaconChains
  const chains = makeChains(sql, sealing.sha256, beacons)
  const followed = followedHashes(sealing.sha256, beacons.followed)
  const acknowledged = yield* Acknowledged
  const minAge = yield* MinAge
  const services = {
    sql,
    newId,
    outbox: yield* Outbox,
    sealing,
    signer,
    vault,
    acknowledged,
    chains,
    roomPrizeHold: yield* RoomPrizeHold,
    awaitIdentityFrom: yield* PrizesAwaitIdentityFrom
  }
  const rooms = makeRoomRows(sql)
  const attempt = makeSaleAttempt(sql, identifiers, yield* Now)
  const sell = sellInRoom({ sql, seals, newId, followed, acknowledged, ticketsPerPlayerMax: null, minAge }, rooms)

  const clock = clockOf(sql)

  /** A room that was read before in the same call: none is ever removed. */
  const known = Effect.fnUntraced(function*(id: DrawId) {
    const room = yield* rooms.byId(id)
    return room === null ? yield* Effect.die(new Error(`room ${id} is gone`)) : room
  })

  /** The draw of a room, as `read` reads it. */
  const drawOf = Effect.fnUntraced(function*<E>(id: DrawId, read: Effect.Effect<DrawState | undefined, E>) {
    return (yield* read) ?? (yield* Effect.die(new Error(`room ${id} has no draw`)))
  })

  /** Locks the draw of a room, and reads both. */
  const lock = Effect.fnUntraced(function*(id: DrawId) {
    const draw = yield* drawOf(id, lockDraw(sql, id))
    return { draw, state: yield* rooms.stateOf(draw) }
  })

  /** Says of a start that is impossible that it is, for now. */
  const orNotStarted = <A, E, R>(start: Effect.Effect<A, E | StepImpossible, R>) =>
    Effect.catchIf(
      start,
      (error) => error instanceof StepImpossible,
      (cause) => Effect.fail(new Unavailable({ message: cause.message, retryAfter: 60, cause }))
    )

  const create = Effect.fn("RoomsPg.create")(
    function*(asked: NewRoom) {
      yield* requireMemory(acknowledged)
      const { hostId } = asked
      yield* lockWallets(sql, [hostId])
      const now = yield* clock
      const ofHost = { ...yield* rooms.openRoomsOf(hostId, now), madeToday: yield* rooms.madeTodayBy(hostId, now) }
      const decided = createRoom(asked, yield* rooms.userOf(hostId), ofHost, minAge, now)
      if (Result.isFailure(decided)) {
        const { failure } = decided
        return yield* failure._tag === "UnknownUser" ? new UnknownUser({ userId: hostId }) : refuse(failure)
      }
      const { members: [host], ...room } = decided.success
      const id = drawId(newId(room.createdAt))
      const seed = yield* vault.generate
      const opening = { id, opens: room.createdAt, seed: Redacted.value(seed), chain: chains.forNewDraws }
      const draw = newRoomDraw(sealing.sha256, opening)
      yield* insertDraw(services, draw, seed, room.createdAt)
      yield* insertRoom(sql, newRoomCode, id, room)
      yield* insertMember(sql, newId, id, host)
      return yield* known(id)
    },
    transact(sql),
    Effect.tap(({ id }) => remember(services, id))
  )

  const join = Effect.fn("RoomsPg.join")(function*({ code, room, userId }: RoomRequest & { readonly code: string }) {
    const { id } = yield* orNoRoom(yield* rooms.findByCode(room, code))
    yield* lockWallets(sql, [userId])
    const user = yield* rooms.userOf(userId)
    const open = yield* rooms.openRoomsOf(userId, yield* clock)
    // of many for the last place each waits here for the one before
    const { draw, state } = yield* lock(id)
    const member = yield* orRefuse(joinRoom(state, userId, user, open, minAge, draw.clock))
    yield* insertMember(sql, newId, id, member)
    yield* tellStatus(sql, id)
    return yield* known(id)
  }, transact(sql))

  const leave = Effect.fn("RoomsPg.leave")(function*(request: RoomRequest) {
    const { id } = yield* orNoRoom(yield* rooms.findKey(request))
    const { state } = yield* lock(id)
    const gone = yield* orRefuse(leaveRoom(state, request.userId))
    yield* deleteMember(sql, id, gone)
    // who left is told nothing of those who stay
    yield* tellLeft(sql, id, gone)
    yield* tellStatus(sql, id)
  }, transact(sql))

  const purchase = Effect.fn("RoomsPg.purchase")(
    function*(request: RoomRequest & { readonly idempotency: Idempotency | null }) {
      const key = yield* orNoRoom(yield* rooms.findKey(request))
      const decided = yield* attempt((batchId) => sell(batchId, key, request))
      if (Result.isFailure(decided)) return yield* purchaseRefused(decided.failure)
      const { receipt, sold } = decided.success
      acknowledged.sold(sold.drawId, sold.epoch, sold.entries)
      if (!receipt.replayed) countRoomTicket()
      return receipt
    },
    orUnavailable
  )

  const ticket = Effect.fn("RoomsPg.ticket")(function*(request: RoomRequest) {
    const key = yield* rooms.findKey(request)
    const [row] = yield* sql<TicketRow & { readonly status: TicketStatus; readonly prize_amount: bigint | null }>`
      SELECT id, ticket_id, user_id, draw_id, draw_date, position, total_entries_at_purchase, ticket_hash, owner_commit,
        seal_key_id, created_at, status, (prize_amount * 100)::bigint AS prize_amount
      FROM tickets_with_result WHERE draw_id = ${key?.id ?? null}::uuid AND user_id = ${request.userId}::uuid`
    return row === undefined
      ? null
      : ticketOf(seals, row, { status: row.status, prizeAmount: centsOrNull(row.prize_amount) })
  }, orUnavailable)

  const close = Effect.fn("RoomsPg.close")(
    function*(request: RoomRequest) {
      const { id } = yield* orNoRoom(yield* rooms.findKey(request))
      const decide = Effect.fnUntraced(function*(draw: DrawState) {
        return yield* orRefuse(closeRoom(yield* rooms.stateOf(draw), request.userId))
      })
      yield* retryVoid(id)(Effect.gen(function*() {
        const unlocked = yield* drawOf(id, readDraw(sql, id))
        const found = yield* decide(unlocked)
        // neither its seed nor a wallet is touched of a room that is not to be closed
        if (found._tag === "Closed") return
        const seed = yield* openSeedOrNull(services, id)
        const signed = yield* signVoid(services, unlocked, found.reason, seed)
        yield* inTransaction(sql)(Effect.gen(function*() {
          const locked = yield* lockForVoid(sql, id, unlocked.totalEntries)
          const decision = yield* decide(locked.draw)
          if (decision._tag === "DeclareVoid") yield* writeVoid(services, locked, decision.reason, seed, signed)
        }))
      })).pipe(signing(services, id))
      return yield* known(id)
    },
    Effect.catchTag("StepImpossible", (cause) =>
      Effect.fail(
        new Unavailable({ message: "the room could not be closed; nothing was refunded", retryAfter: 1, cause })
      )),
    orUnavailable
  )

  const start = Effect.fn("RoomsPg.start")(
    function*({ drawAt, ...request }: RoomRequest & { readonly drawAt: Instant | null }) {
      const { id } = yield* orNoRoom(yield* rooms.findKey(request))
      yield* requireDraw(services, id)
      // waits for a purchase that holds the row; the next one finds the draw locked
      const { draw, state } = yield* lock(id)
      const terms = {
        drawAt,
        chain: yield* chains.named(draw.chainHash),
        isChainFollowed: isFollowed(followed, draw.chainHash)
      }
      const locked = yield* orRefuse(startRoom(sealing.sha256, state, draw, request.userId, terms))
      yield* writeLock(services, locked)
      yield* addNotices(sql, locked.notices)
      yield* storeAutoDrawAt(sql, id, locked.autoDrawAt)
      return yield* known(id)
    },
    transact(sql),
    Effect.tap(({ id }) => remember(services, id)),
    orNotStarted
  )

  /** What is to become of a room whose host asks for its outcome. */
  const decideExecution = Effect.fnUntraced(function*(id: DrawId, user: UserId) {
    const { draw, state } = yield* lock(id)
    const execution: RoomExecution = yield* orRefuse(executeRoom(state, user, draw.clock))
    if (execution._tag === "AwaitRound") yield* storeAutoDrawAt(sql, id, execution.autoDrawAt)
    return execution
  })

  const execute = Effect.fn("RoomsPg.execute")(function*(request: RoomRequest) {
    const { id } = yield* orNoRoom(yield* rooms.findKey(request))
    const execution = yield* decideExecution(id, request.userId).pipe(inTransaction(sql))
    switch (execution._tag) {
      case "AwaitRound":
        return yield* refuse(execution.refusal)
      case "Settle":
        // does nothing where the clockwork came in between
        yield* settleDraw(services, id, "host").pipe(
          orStepFailed({ drawId: id, step: "settle", dueAt: yield* clock }),
          signing(services, id)
        )
    }
    return yield* known(id)
  }, orUnavailable)

  return Rooms.of({
    create,
    join,
    leave,
    purchase,
    ticket,
    close,
    start,
    execute,
    find: Effect.fn("RoomsPg.find")((request) => rooms.find(request), orUnavailable),
    list: Effect.fn("RoomsPg.list")((user, page) => rooms.listOf(user, page), orUnavailable),
    byId: Effect.fn("RoomsPg.byId")((id) => rooms.byId(id), orUnavailable),
    marks: Effect.fn("RoomsPg.marks")((ids) => rooms.marks(ids), orUnavailable),
    all: Effect.fn("RoomsPg.all")((page) => rooms.all(page), orUnavailable)
  })
})

export const layer = Layer.effect(Rooms, make)
