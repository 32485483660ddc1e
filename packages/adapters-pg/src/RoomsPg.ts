/**
 * Private rooms on PostgreSQL: each operation one transaction under the row of the room's draw, which is read once it is locked.
 *
 * The rules are `core`'s, the steps of a draw are in `draws/`, the sale is `SaleBatch`'s; here is who may ask for them.
 */
import { lockByHost } from "@ddd/core/draws/Locking"
import { newRoomDraw } from "@ddd/core/draws/Opening"
import { makeSeals } from "@ddd/core/draws/Seals"
import type { TicketStatus } from "@ddd/core/draws/Ticket"
import { BeaconChain } from "@ddd/core/ports/BeaconChain"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { Outbox } from "@ddd/core/ports/Outbox"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { type NewRoom, RoomRefused, type RoomRequest, Rooms } from "@ddd/core/ports/Rooms"
import { PurchaseRefused } from "@ddd/core/ports/Sales"
import { Sealing } from "@ddd/core/ports/Sealing"
import { SeedVault } from "@ddd/core/ports/SeedVault"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { mayClose, mayExecute, mayJoin, mayLeave, mayStart, type RoomRefusal } from "@ddd/core/rooms/Room"
import type { Idempotency } from "@ddd/core/values/Idempotency"
import { type DrawId, drawId, houseUserId, type UserId } from "@ddd/core/values/Ids"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import { tellLeft, tellStatus } from "./DrawEventsPg.ts"
import { writeLock } from "./draws/Lock.ts"
import { insertDraw } from "./draws/Open.ts"
import { orStepFailed } from "./draws/PerformStep.ts"
import { lockDraw } from "./draws/ReadDraw.ts"
import { settleDraw } from "./draws/Settle.ts"
import { clockOf } from "./draws/StepServices.ts"
import { lockForVoid, openSeedOrNull, voidTransaction, writeVoid } from "./draws/Void.ts"
import { makeRoomRows } from "./RoomRows.ts"
import { centsOrNull, ticketOf, type TicketRow } from "./Rows.ts"
import { makeSaleAttempt } from "./SaleAttempt.ts"
import { sellInRoom } from "./SaleBatch.ts"
import { orUnavailable, retryConflicts } from "./Transaction.ts"

// of 729 million codes one is taken already where a million rooms were made: so many in a row never are
const codesTriedMax = 20

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const identifiers = yield* Identifiers
  const { newId, newRoomCode } = identifiers
  const sealing = yield* Sealing
  const seals = makeSeals(sealing)
  const signer = yield* RecordSigner
  const vault = yield* SeedVault
  const chain = yield* BeaconChain
  const services = { sql, newId, outbox: yield* Outbox, sealing, signer, vault, chain }
  const rooms = makeRoomRows(sql)
  const attempt = makeSaleAttempt(sql, identifiers, yield* Now)
  const sell = sellInRoom(sql, seals, newId)

  const clock = clockOf(sql)

  const transact = <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
    transaction.pipe(sql.withTransaction, retryConflicts, orUnavailable)
  const refuse = (refusal: RoomRefusal) => Effect.fail(new RoomRefused({ refusal }))
  const orRefuse = (refusal: RoomRefusal | null) => refusal === null ? Effect.void : refuse(refusal)
  const orNoRoom = <A>(found: A | null) => found === null ? refuse({ _tag: "NoRoom" }) : Effect.succeed(found)

  /** A room that was read before in the same call: none is ever removed. */
  const known = Effect.fnUntraced(function*(id: DrawId) {
    const room = yield* rooms.byId(id)
    return room === null ? yield* Effect.die(new Error(`room ${id} is gone`)) : room
  })

  /** Whether a user may be in rooms: a player whose account is neither frozen nor erased. */
  const isPlayer = (user: UserId) =>
    Effect.map(
      sql`SELECT 1 FROM users WHERE id = ${user}::uuid AND id <> ${houseUserId}::uuid AND is_active AND erased_at IS NULL`,
      (rows) => rows.length > 0
    )

  /** Locks the draw of a room, and reads both. */
  const lock = Effect.fnUntraced(function*(id: DrawId) {
    const draw = yield* lockDraw(sql, id)
    if (draw === undefined) return yield* Effect.die(new Error(`room ${id} has no draw`))
    return { draw, state: yield* rooms.stateOf(draw) }
  })

  const addMember = (id: DrawId, user: UserId, at: Instant) =>
    sql`
      INSERT INTO lobby_members (id, lobby_id, user_id, joined_at)
      VALUES (${newId(at)}::uuid, ${id}::uuid, ${user}::uuid, ${formatInstant(at)}::timestamptz)`

  /** Writes the room's own row, under a code that no room ever had. */
  const addLobby = Effect.fnUntraced(function*(id: DrawId, { hostId, maxParticipants, name }: NewRoom, at: Instant) {
    for (let tried = 0; tried < codesTriedMax; tried++) {
      // waits for whoever is taking the same code just now
      const added = yield* sql`
        INSERT INTO lobbies (id, code, name, host_id, max_participants, created_at)
        VALUES (${id}::uuid, ${newRoomCode()}, ${name}, ${hostId}::uuid, ${maxParticipants}, ${
        formatInstant(at)
      }::timestamptz)
        ON CONFLICT (code) DO NOTHING RETURNING 1 AS added`
      if (added.length > 0) return
    }
    return yield* Effect.die(new Error(`${codesTriedMax} new room codes were all taken`))
  })

  const create = Effect.fn("RoomsPg.create")(function*(room: NewRoom) {
    if (!(yield* isPlayer(room.hostId))) return yield* new UnknownUser({ userId: room.hostId })
    const at = yield* clock
    const id = drawId(newId(at))
    const seed = yield* vault.generate
    const draw = newRoomDraw(sealing.sha256, { id, opens: at, seed: Redacted.value(seed), chain })
    yield* insertDraw(services, draw, seed, at)
    yield* addLobby(id, room, at)
    yield* addMember(id, room.hostId, at)
    return yield* known(id)
  }, transact)

  const join = Effect.fn("RoomsPg.join")(function*({ code, room, userId }: RoomRequest & { readonly code: string }) {
    const { id } = yield* orNoRoom(yield* rooms.findByCode(room, code))
    if (!(yield* isPlayer(userId))) return yield* refuse({ _tag: "NoRoom" })
    // of many for the last place each waits here for the one before
    const { draw, state } = yield* lock(id)
    yield* orRefuse(mayJoin(state, userId))
    yield* addMember(id, userId, draw.clock)
    yield* tellStatus(sql, id)
    return yield* known(id)
  }, transact)

  const leave = Effect.fn("RoomsPg.leave")(function*(request: RoomRequest) {
    const { id } = yield* orNoRoom(yield* rooms.findKey(request))
    const { state } = yield* lock(id)
    yield* orRefuse(mayLeave(state, request.userId))
    yield* sql`DELETE FROM lobby_members WHERE lobby_id = ${id}::uuid AND user_id = ${request.userId}::uuid`
    // who left is told nothing of those who stay
    yield* tellLeft(sql, id, request.userId)
    yield* tellStatus(sql, id)
  }, transact)

  const purchase = Effect.fn("RoomsPg.purchase")(
    function*(request: RoomRequest & { readonly idempotency: Idempotency | null }) {
      const { idempotency, userId } = request
      const key = yield* orNoRoom(yield* rooms.findKey(request))
      const asked = { userId, quantity: 1, drawId: key.id, idempotency }
      const { outcome, room, tickets: [ticket] } = yield* attempt((batchId) => sell(batchId, key, asked, known(key.id)))
      if (outcome._tag === "Refused") {
        // a member who left since the look-up: for them there is no room
        if (outcome.refusal._tag === "NotMember") return yield* refuse({ _tag: "NoRoom" })
        return yield* new PurchaseRefused({ refusal: outcome.refusal })
      }
      // the answer that is kept under the key is of no purchase in a room
      if (room === null || ticket === undefined) return yield* new PurchaseRefused({ refusal: { _tag: "KeyReused" } })
      const { purchasedAt: updatedAt, wallet: { balance, pendingWithdrawal, withdrawable } } = outcome.block
      return {
        ticket,
        wallet: { balance, withdrawable, pendingWithdrawal, updatedAt },
        room,
        replayed: outcome._tag === "Replayed"
      }
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
      yield* voidTransaction(sql, id)(Effect.gen(function*() {
        const locked = yield* lockForVoid(sql, id)
        const refusal = mayClose(yield* rooms.stateOf(locked.draw), request.userId)
        if (refusal?._tag === "Done") return
        yield* orRefuse(refusal)
        yield* writeVoid(services, locked, "closed", yield* openSeedOrNull(services, id))
      }))
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
      // waits for a purchase that holds the row; the next one finds the draw locked
      const { draw, state } = yield* lock(id)
      yield* orRefuse(mayStart(state, request.userId, drawAt, draw.clock))
      const locked = lockByHost(sealing.sha256, draw, { drawAt, chain })
      yield* writeLock(services, locked)
      const autoDrawAt = formatInstant(locked.autoDrawAt)
      yield* sql`UPDATE lobbies SET server_draws_at = ${autoDrawAt}::timestamptz WHERE id = ${id}::uuid`
      return yield* known(id)
    },
    transact
  )

  /** Why the room is not drawn now, by its host; null where it is to be. Whoever comes before the beacon need not come again. */
  const mayBeDrawn = Effect.fnUntraced(function*(id: DrawId, user: UserId) {
    const { draw, state } = yield* lock(id)
    const refusal = mayExecute(state, user, draw.clock)
    if (refusal?._tag === "BeaconPending" && draw.drawAt !== null) {
      const drawAt = formatInstant(draw.drawAt)
      yield* sql`
        UPDATE lobbies SET server_draws_at = ${drawAt}::timestamptz
        WHERE id = ${id}::uuid AND server_draws_at > ${drawAt}::timestamptz`
    }
    return refusal
  })

  const execute = Effect.fn("RoomsPg.execute")(function*(request: RoomRequest) {
    const { id } = yield* orNoRoom(yield* rooms.findKey(request))
    const refusal = yield* mayBeDrawn(id, request.userId).pipe(sql.withTransaction, retryConflicts)
    if (refusal?._tag === "Done") return yield* known(id)
    yield* orRefuse(refusal)
    // does nothing where the clockwork came in between
    yield* settleDraw(services, id, "host").pipe(orStepFailed({ drawId: id, step: "settle", dueAt: yield* clock }))
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
    all: Effect.fn("RoomsPg.all")((page) => rooms.all(page), orUnavailable)
  })
})

export const layer = Layer.effect(Rooms, make)
