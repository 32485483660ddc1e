/** Rooms as they are read: for their members, for the rules under a draw's lock, for operators. Each read is one statement. */
import type { DrawStatus } from "@ddd/core/draws/Draw"
import type { DrawState } from "@ddd/core/draws/DrawState"
import { expireAfterMillis } from "@ddd/core/draws/DrawSteps"
import { cents } from "@ddd/core/money/Money"
import type { RoomRequest } from "@ddd/core/ports/Rooms"
import { type OpenRooms, roomsADayMax, type RoomUser } from "@ddd/core/rooms/Membership"
import { type Room, roomOf } from "@ddd/core/rooms/Room"
import { parseCode, parseRoomName } from "@ddd/core/rooms/RoomCode"
import type { RoomState } from "@ddd/core/rooms/RoomState"
import { type DrawId, drawId, type Position, type UserId, userId } from "@ddd/core/values/Ids"
import { type Day, dayMillis, dayOf, dayStart, type Instant, instant } from "@ddd/core/values/Instant"
import { pageOf, type PageRequest } from "@ddd/core/values/Page"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { instantOf, instantOrNull } from "../database/Rows.ts"
import { idAfterAll, smallestIdAt } from "../database/UuidTimes.ts"

interface ParticipantRow {
  readonly id: string
  readonly name: string
  readonly position: number | null
  /** Unix milliseconds. */
  readonly joined: number
}

interface RoomRow {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly host_id: string
  readonly status: DrawStatus
  readonly prize_pool: bigint
  readonly max_participants: number
  readonly commitment_hash: string
  readonly draw_at: Date | null
  readonly seed: string | null
  readonly winning_position: number | null
  readonly created_at: Date
  readonly participants: ReadonlyArray<ParticipantRow>
}

const roomFrom = (row: RoomRow): Room =>
  roomOf({
    room: {
      id: drawId(row.id),
      code: row.code,
      name: row.name,
      hostId: userId(row.host_id),
      maxParticipants: row.max_participants,
      createdAt: instantOf(row.created_at)
    },
    draw: {
      status: row.status,
      prizePool: cents(row.prize_pool),
      commitmentHash: row.commitment_hash,
      drawAt: instantOrNull(row.draw_at),
      seed: row.seed,
      winningPosition: row.winning_position === null ? null : row.winning_position as Position
    },
    members: row.participants.map((member) => ({
      userId: userId(member.id),
      username: member.name,
      ticketPosition: member.position === null ? null : member.position as Position,
      joinedAt: instant(member.joined)
    }))
  })

/** A room by which a member, or whoever has its code, is let in. */
export interface RoomKey {
  readonly id: DrawId
  readonly code: string
}

/** Two periods after which a room expires, the second from its first ticket on, and a day for the clockwork. */
const roomLifeMillisMax = 2 * expireAfterMillis + dayMillis

export type RoomRows = ReturnType<typeof makeRoomRows>

export const makeRoomRows = (sql: PgClient.PgClient) => {
  // one statement, so that places, tickets and pot are of one instant
  const rooms = sql.literal(`
    SELECT l.id, l.code, l.name, l.host_id, d.status, (d.prize_pool * 100)::bigint AS prize_pool, l.max_participants,
      d.commitment_hash, d.draw_at, d.seed, d.winning_position, l.created_at,
      d.beacon_signature IS NOT NULL AS is_round_there,
      (
        SELECT json_agg(json_build_object('id', m.user_id, 'name', u.username, 'position', m.ticket_position,
          'joined', floor(extract(epoch FROM m.joined_at) * 1000)) ORDER BY m.joined_at, m.id)
        FROM lobby_members_with_ticket m JOIN users u ON u.id = m.user_id WHERE m.lobby_id = l.id
      ) AS participants
    FROM lobbies l JOIN draws d ON d.id = l.id`)

  const isMember = (user: UserId) =>
    sql`EXISTS (SELECT FROM lobby_members own WHERE own.lobby_id = l.id AND own.user_id = ${user}::uuid)`
  const isCalled = (room: string) => {
    const { code, id } = parseRoomName(room)
    return sql`(l.id = ${id}::uuid OR l.code = ${code}::text)`
  }

  const one = Effect.map((rows: ReadonlyArray<RoomRow>): Room | null =>
    rows[0] === undefined ? null : roomFrom(rows[0])
  )
  const keyOf = Effect.map((rows: ReadonlyArray<{ readonly id: string; readonly code: string }>): RoomKey | null =>
    rows[0] === undefined ? null : { id: drawId(rows[0].id), code: rows[0].code }
  )
  const page = (rows: ReadonlyArray<RoomRow>, limit: number) => pageOf(rows.map(roomFrom), limit, (room) => room.id)

  return {
    /** Null for whoever is no member, and where there is no such room, by the same work. */
    find: ({ room, userId: user }: RoomRequest) =>
      one(sql<RoomRow>`${rooms} WHERE ${isCalled(room)} AND ${isMember(user)}`),
    /** The same, for those who need no more of it. */
    findKey: ({ room, userId: user }: RoomRequest) =>
      keyOf(
        sql<{ readonly id: string; readonly code: string }>`
          SELECT l.id, l.code FROM lobbies l WHERE ${isCalled(room)} AND ${isMember(user)}`
      ),
    /** The room that is called so and whose code is this one; null of any other. */
    findByCode: (room: string, code: string) =>
      keyOf(
        sql<{ readonly id: string; readonly code: string }>`
          SELECT l.id, l.code FROM lobbies l WHERE ${isCalled(room)} AND l.code = ${parseCode(code) ?? null}::text`
      ),
    /** Of what is told to members: all but what never changes. */
    marks: (ids: ReadonlyArray<DrawId>) =>
      Effect.map(
        sql<{ readonly id: string; readonly mark: string }>`
          SELECT id, md5(concat_ws(' ', status, prize_pool, winning_position, is_round_there, participants)) AS mark
          FROM (${rooms} WHERE l.id = ANY(${ids}::uuid[])) AS room`,
        (rows) => new Map(rows.map(({ id, mark }) => [drawId(id), mark]))
      ),

    byId: (id: DrawId) => one(sql<RoomRow>`${rooms} WHERE l.id = ${id}::uuid`),

    /** Those of a member, newest first. */
    listOf: (user: UserId, { cursor, limit }: PageRequest) =>
      Effect.map(
        sql<RoomRow>`
          ${rooms} JOIN lobby_members own ON own.lobby_id = l.id
          WHERE own.user_id = ${user}::uuid AND own.lobby_id < ${cursor ?? idAfterAll}::uuid
          ORDER BY own.lobby_id DESC LIMIT ${limit + 1}`,
        (rows) => page(rows, limit)
      ),
    all: ({ cursor, limit }: PageRequest) =>
      Effect.map(
        sql<RoomRow>`${rooms} WHERE l.id < ${cursor ?? idAfterAll}::uuid ORDER BY l.id DESC LIMIT ${limit + 1}`,
        (rows) => page(rows, limit)
      ),

    /** A user as the rules of rooms see them; null where there is none. */
    userOf: (user: UserId) =>
      Effect.map(
        sql<{
          readonly is_frozen: boolean
          readonly is_erased: boolean
          readonly timed_out_until: Date | null
          readonly excluded_until: Date | null
          readonly born_on: Day | null
        }>`
          SELECT NOT u.is_active AS is_frozen, u.erased_at IS NOT NULL AS is_erased, w.timed_out_until, w.excluded_until, w.born_on
          FROM users u JOIN wallets w ON w.user_id = u.id WHERE u.id = ${user}::uuid`,
        ([row]): RoomUser | null =>
          row === undefined ? null : {
            userId: user,
            isFrozen: row.is_frozen,
            isErased: row.is_erased,
            timedOutUntil: instantOrNull(row.timed_out_until),
            excludedUntil: instantOrNull(row.excluded_until),
            bornOn: row.born_on
          }
      ),

    /** The rooms of a player that are not locked yet. Each ends by itself: none that was made long before is looked at. */
    openRoomsOf: (user: UserId, now: Instant) =>
      Effect.map(
        sql<{ readonly hosted: number; readonly joined: number }>`
          SELECT count(*) FILTER (WHERE l.host_id = m.user_id)::int AS hosted, count(*)::int AS joined
          FROM lobby_members m JOIN lobbies l ON l.id = m.lobby_id JOIN draws d ON d.id = m.lobby_id
          WHERE m.user_id = ${user}::uuid AND m.lobby_id >= ${smallestIdAt(now - roomLifeMillisMax)}::uuid
            AND d.status IN ('scheduled', 'open')`,
        ([row]): OpenRooms => row ?? { hosted: 0, joined: 0 }
      ),

    /** How many rooms a player has made since this UTC day began. */
    madeTodayBy: (user: UserId, now: Instant) =>
      Effect.map(
        sql<{ readonly made: number }>`
          SELECT count(*)::int AS made FROM (
            SELECT 1 FROM lobby_members m JOIN lobbies l ON l.id = m.lobby_id AND l.host_id = m.user_id
            WHERE m.user_id = ${user}::uuid AND m.lobby_id >= ${
          smallestIdAt(dayStart(dayOf(now)))
        }::uuid LIMIT ${roomsADayMax}
          ) r`,
        ([row]) => row?.made ?? 0
      ),

    /** A room as its decisions see it; its draw, `draw`, was locked and read before. */
    stateOf: Effect.fnUntraced(function*(draw: DrawState) {
      const rows = yield* sql<{
        readonly host_id: string
        readonly max_participants: number
        readonly user_id: string
        readonly has_ticket: boolean
      }>`
        SELECT l.host_id, l.max_participants, m.user_id, m.has_ticket
        FROM lobbies l JOIN lobby_members_with_ticket m ON m.lobby_id = l.id WHERE l.id = ${draw.id}::uuid`
      const [room] = rows
      // its host is a member of every room
      if (room === undefined) return yield* Effect.die(new Error(`draw ${draw.id} is no room`))
      return {
        hostId: userId(room.host_id),
        status: draw.status,
        maxParticipants: room.max_participants,
        members: rows.map((row) => ({ userId: userId(row.user_id), hasTicket: row.has_ticket })),
        drawAt: draw.drawAt,
        isRoundMissing: draw.isRoundMissing
      } satisfies RoomState
    })
  }
}
