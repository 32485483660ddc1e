/** Writes what is a room's own: its row, and who is in it. A room that is closed, or drawn, is written as every draw is: `draws/Void`, `draws/Settle`. */
import type { NewMember } from "@ddd/core/rooms/Membership"
import type { Room } from "@ddd/core/rooms/Room"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

// of 729 million codes one is taken already where a million rooms were made: so many in a row never are
const codesTriedMax = 20

/** Writes a room under a code that no room ever had. Its draw is written already. */
export const insertRoom = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  newCode: () => string,
  id: DrawId,
  { createdAt, hostId, maxParticipants, name }: Pick<Room, "name" | "hostId" | "maxParticipants" | "createdAt">
) {
  for (let tried = 0; tried < codesTriedMax; tried++) {
    // waits for whoever is taking the same code just now
    const added = yield* sql`
      INSERT INTO lobbies (id, code, name, host_id, max_participants, created_at)
      VALUES (${id}::uuid, ${newCode()}, ${name}, ${hostId}::uuid, ${maxParticipants},
        ${formatInstant(createdAt)}::timestamptz)
      ON CONFLICT (code) DO NOTHING RETURNING 1 AS added`
    if (added.length > 0) return
  }
  return yield* Effect.die(new Error(`${codesTriedMax} new room codes were all taken`))
})

export const insertMember = (
  sql: PgClient.PgClient,
  newId: (at: Instant) => string,
  room: DrawId,
  { joinedAt, userId }: NewMember
) =>
  sql`
    INSERT INTO lobby_members (id, lobby_id, user_id, joined_at)
    VALUES (${newId(joinedAt)}::uuid, ${room}::uuid, ${userId}::uuid, ${formatInstant(joinedAt)}::timestamptz)`

export const deleteMember = (sql: PgClient.PgClient, room: DrawId, user: UserId) =>
  sql`DELETE FROM lobby_members WHERE lobby_id = ${room}::uuid AND user_id = ${user}::uuid`

/** When the server draws a room, although its host never comes. Writes nothing where it is that already: hosts ask again and again. */
export const storeAutoDrawAt = (sql: PgClient.PgClient, room: DrawId, at: Instant) =>
  sql`
    UPDATE lobbies SET auto_draw_at = ${formatInstant(at)}::timestamptz
    WHERE id = ${room}::uuid AND auto_draw_at IS DISTINCT FROM ${formatInstant(at)}::timestamptz`
