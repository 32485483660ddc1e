/** The invariants of what draws take and pay, as SQL says them (docs/design.md, "Money"). */
import { houseUserId } from "@ddd/core/values/Ids"
import type { RowCheck } from "./RowCheck.ts"
import { accounts, entries } from "./Sums.ts"

export const drawChecks: ReadonlyArray<RowCheck> = [
  {
    invariant: "draw-account",
    query: `SELECT format('draw %s', d.id),
       format('expected %s in the account of a draw that is %s with %s tickets, %s of them paid back on the way to a void; found %s by its movements, %s in its row',
         due.amount, status, coalesce(tickets, 0), refunded_entries, coalesce(a.balance, 0.00), account_balance)
     FROM draws d LEFT JOIN ${entries} ON e.draw_id = d.id LEFT JOIN ${accounts} ON a.name = 'draw:' || d.id
     CROSS JOIN LATERAL (
       SELECT CASE WHEN status IN ('drawn', 'void') THEN 0.00 ELSE (coalesce(tickets, 0) - refunded_entries) * 1.00 END AS amount
     ) due
     WHERE coalesce(a.balance, 0.00) <> due.amount OR account_balance <> due.amount
     UNION ALL
     SELECT format('account %s', name), format('expected a draw of that id, found none; it holds %s', balance)
     FROM ${accounts}
     WHERE name LIKE 'draw:%' AND NOT EXISTS (SELECT FROM draws d WHERE name = 'draw:' || d.id)`
  },
  {
    invariant: "positions-contiguous",
    query: `SELECT format('ticket %s', ticket_id),
       format('expected position %s of draw %s, found position %s', before + 1, draw_id, position)
     FROM (
       SELECT ticket_id, draw_id, position, lag(position, 1, 0) OVER (PARTITION BY draw_id ORDER BY position) AS before
       FROM tickets
     ) t
     WHERE position <> before + 1
     UNION ALL
     SELECT format('draw %s', d.id), format('expected %s tickets, found %s', total_entries, coalesce(tickets, 0))
     FROM draws d LEFT JOIN ${entries} ON e.draw_id = d.id
     WHERE total_entries <> coalesce(tickets, 0)
     UNION ALL
     SELECT format('draw %s', draw_id), format('expected a draw of that id, found none; it has %s tickets', tickets)
     FROM ${entries}
     WHERE NOT EXISTS (SELECT FROM draws d WHERE d.id = draw_id)`
  },
  {
    invariant: "ticket-paid-once",
    query: `SELECT coalesce('ticket ' || ticket_id, format('transaction %s', p.id)),
       format('expected %s, found %s',
         coalesce('movement ' || t.wallet_seq || ' of ' || t.user_id || ': -1.00 to draw:' || draw_id,
           'no payment for no ticket'),
         coalesce('movement ' || p.wallet_seq || ' of ' || p.user_id || ': ' || amount || ' to ' || counter_account,
           'none'))
     FROM tickets t FULL JOIN (SELECT * FROM transactions WHERE type = 'ticket_purchase') p ON reference_id = ticket_id
     WHERE (t.user_id, t.wallet_seq, 'draw:' || draw_id, -1.00)
       IS DISTINCT FROM (p.user_id, p.wallet_seq, counter_account, amount)`
  },
  {
    invariant: "pot-is-share",
    query: `SELECT format('draw %s', d.id),
       format('expected a pot of %s for %s tickets, found %s',
         coalesce(tickets, 0) * 0.95, coalesce(tickets, 0), prize_pool)
     FROM draws d LEFT JOIN ${entries} ON e.draw_id = d.id
     WHERE prize_pool <> coalesce(tickets, 0) * 0.95`
  },
  {
    invariant: "prize-paid",
    query: `SELECT coalesce('draw ' || due.draw_id, format('transaction %s', p.id)),
       format('expected %s, found %s',
         coalesce('a ' || due.type || ' of ' || due.amount || ' to ' || coalesce(due.user_id::text, 'the winner'),
           'no payment'),
         coalesce('a ' || p.type || ' of ' || p.amount || ' to ' || p.user_id || ' from ' || counter_account, 'none'))
     FROM (
       SELECT d.id AS draw_id, share.type, share.user_id, tickets * share.rate AS amount, 1::bigint AS nth
       FROM draws d JOIN ${entries} ON e.draw_id = d.id
       LEFT JOIN tickets w ON w.draw_id = d.id AND w.position = winning_position
       CROSS JOIN LATERAL (VALUES ('prize_win', w.user_id, 0.95), ('house_fee', '${houseUserId}'::uuid, 0.05))
         AS share (type, user_id, rate)
       WHERE d.status = 'drawn'
     ) due
     FULL JOIN (
       SELECT *, row_number() OVER (PARTITION BY counter_account, type ORDER BY created_at, id) AS nth
       FROM transactions WHERE type IN ('prize_win', 'house_fee')
     ) p ON counter_account = 'draw:' || due.draw_id AND p.type = due.type AND p.nth = due.nth
     WHERE (due.user_id, due.amount) IS DISTINCT FROM (p.user_id, p.amount)`
  },
  {
    invariant: "refund-once",
    query: `SELECT coalesce('ticket ' || ticket_id, format('transaction %s', p.id)),
       format('expected %s, found %s',
         coalesce('1.00 back to ' || due.user_id || ' from draw:' || draw_id || ', of it ' ||
           coalesce(due.delta, 0.00) || ' withdrawable', 'nothing paid back'),
         coalesce(p.amount || ' back to ' || p.user_id || ' from ' || p.counter_account || ', of it ' ||
           p.withdrawable_delta || ' withdrawable', 'nothing'))
     FROM (
       SELECT t.ticket_id, t.draw_id, t.user_id, -withdrawable_delta AS delta, 1::bigint AS nth
       FROM draws d JOIN tickets t ON t.draw_id = d.id
       LEFT JOIN transactions b ON b.user_id = t.user_id AND b.wallet_seq = t.wallet_seq
       WHERE d.status = 'void' OR t.position <= d.refunded_entries
     ) due
     FULL JOIN (
       SELECT *, row_number() OVER (PARTITION BY reference_id ORDER BY created_at, id) AS nth
       FROM transactions WHERE type = 'refund' AND counter_account LIKE 'draw:%'
     ) p ON p.reference_id = due.ticket_id AND p.nth = due.nth
     WHERE (due.user_id, 'draw:' || due.draw_id, 1.00, due.delta)
       IS DISTINCT FROM (p.user_id, p.counter_account, p.amount, p.withdrawable_delta)`
  }
]
