/** The invariants of rooms and who is in them, as SQL says them (docs/api.md, "Rooms"). */
import type { RowCheck } from "./RowCheck.ts"

export const roomChecks: ReadonlyArray<RowCheck> = [
  {
    invariant: "room-members",
    query: `SELECT format('draw %s', id), 'expected a room of that id, found none'
     FROM draws WHERE kind = 'room' AND NOT EXISTS (SELECT FROM lobbies l WHERE l.id = draws.id)
     UNION ALL
     SELECT format('room %s', id), 'expected a draw of its own, found none'
     FROM lobbies WHERE NOT EXISTS (SELECT FROM draws d WHERE d.id = lobbies.id AND kind = 'room')
     UNION ALL
     SELECT format('room %s', id),
       format('expected its host %s and others, each once, at most %s in all; found %s, of whom %s are different and %s the host',
         host_id, max_participants, members, different, hosts)
     FROM lobbies l CROSS JOIN LATERAL (
       SELECT count(*) AS members, count(DISTINCT user_id) AS different, count(*) FILTER (WHERE user_id = host_id) AS hosts
       FROM lobby_members WHERE lobby_id = l.id
     ) m
     WHERE members > max_participants OR different <> members OR hosts <> 1
     UNION ALL
     SELECT format('room %s', draw_id), format('expected ticket %s to be a member''s, found it to be that of %s', ticket_id, user_id)
     FROM tickets JOIN lobbies l ON l.id = draw_id
     WHERE NOT EXISTS (SELECT FROM lobby_members m WHERE m.lobby_id = draw_id AND m.user_id = tickets.user_id)
     UNION ALL
     SELECT format('room %s', draw_id), format('expected one ticket of %s, found %s', user_id, count(*))
     FROM tickets JOIN lobbies l ON l.id = draw_id GROUP BY draw_id, user_id HAVING count(*) > 1`
  }
]
