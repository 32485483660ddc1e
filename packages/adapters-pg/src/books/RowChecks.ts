/**
 * The invariants that SQL can say: each query gives the rows that break one.
 *
 * They compare rows with rows. What the sale maintains (a wallet's balance, a draw's account and pot) is what is checked,
 * never what is relied upon. Each is a scan or two with hash joins: seconds for a million tickets.
 */
import type { Invariant } from "@ddd/core/ports/Books"
import { houseUserId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { findingsMax } from "./Findings.ts"

/** A row that breaks an invariant, in words. */
export interface BrokenRow {
  readonly subject: string
  readonly detail: string
}

/** The queries, each with the invariant that its rows break. */
export const rowChecks = (sql: PgClient.PgClient) => {
  const broken = (invariant: Invariant, query: string) => ({
    invariant,
    rows: sql.unsafe<BrokenRow>(
      `SELECT subject, detail FROM (${query}) AS broken (subject, detail) LIMIT ${findingsMax}`
    )
  })
  return [
    broken(
      "wallet-not-negative",
      `SELECT format('wallet of %s', user_id),
         format('expected 0 <= withdrawable <= balance, and nothing below zero on its way out; ' ||
           'found %s of %s, %s on its way out', withdrawable, balance, pending_withdrawal)
       FROM wallets
       WHERE balance < 0 OR withdrawable < 0 OR withdrawable > balance OR pending_withdrawal < 0`
    ),
    broken(
      "wallet-is-its-history",
      `SELECT format('wallet of %s', user_id),
         format('expected %s, of it %s withdrawable, and %s on its way out, by its movements; found %s, %s and %s',
           made.balance, made.withdrawable, made.pending, w.balance, w.withdrawable, w.pending_withdrawal)
       FROM wallets w LEFT JOIN ${movementSums} USING (user_id)
       CROSS JOIN LATERAL (SELECT coalesce(m.balance, 0.00) AS balance, coalesce(m.withdrawable, 0.00) AS withdrawable,
         coalesce(m.pending, 0.00) AS pending) made
       WHERE (w.balance, w.withdrawable, w.pending_withdrawal) <> (made.balance, made.withdrawable, made.pending)
       UNION ALL
       SELECT format('user %s', id), 'expected a wallet, found none'
       FROM (SELECT id FROM users UNION SELECT user_id FROM transactions) u
       WHERE NOT EXISTS (SELECT FROM wallets w WHERE w.user_id = u.id)`
    ),
    broken(
      "history-without-gaps",
      `SELECT format('movement %s of the wallet of %s', wallet_seq, user_id),
         format('expected number %s and a balance of %s after it; found number %s and %s',
           seq_before + 1, balance_before + amount, wallet_seq, balance_after)
       FROM (
         SELECT user_id, wallet_seq, amount, balance_after, lag(wallet_seq, 1, 0::bigint) OVER earlier AS seq_before,
           lag(balance_after, 1, 0.00) OVER earlier AS balance_before
         FROM transactions WINDOW earlier AS (PARTITION BY user_id ORDER BY wallet_seq)
       ) h
       WHERE wallet_seq <> seq_before + 1 OR balance_after <> balance_before + amount
       UNION ALL
       SELECT format('wallet of %s', user_id),
         format('expected its newest movement to be number %s; found number %s', w.seq, coalesce(newest, 0))
       FROM wallets w LEFT JOIN ${movementSums} USING (user_id)
       WHERE w.seq <> coalesce(newest, 0)`
    ),
    broken(
      "money-conserved",
      `SELECT format('transaction %s', id),
         format('expected a %s to be %s and against %s; found %s against %s', t.type,
           CASE way WHEN 1 THEN 'positive' ELSE 'negative' END, array_to_string(accounts, ' or '), amount, counter_account)
       FROM transactions t JOIN (VALUES ${otherSides}) AS kind (type, way, accounts) USING (type)
       WHERE sign(amount) <> way OR counter_account NOT LIKE ALL (accounts)
         OR (counter_account LIKE 'receivable:%' AND counter_account <> 'receivable:' || user_id)
       UNION ALL
       SELECT format('account %s', name), format('expected at %s zero, found %s', bound, balance)
       FROM ${accounts}
       JOIN (VALUES ('deposits:%', 'most'), ('receivable:%', 'most'), ('payouts', 'least')) AS kind (form, bound)
         ON name LIKE form
       WHERE CASE bound WHEN 'most' THEN balance > 0 ELSE balance < 0 END
       UNION ALL
       SELECT 'all wallets', format('expected %s together, which the accounts gave; found %s', given, held)
       FROM (SELECT coalesce(sum(balance), 0.00) AS held FROM wallets) w,
         (SELECT coalesce(-sum(balance), 0.00) AS given FROM ${accounts}) g
       WHERE held <> given`
    ),
    broken(
      "draw-account",
      `SELECT format('draw %s', d.id),
         format('expected %s in the account of a draw that is %s with %s tickets; found %s by its movements, %s in its row',
           due.amount, status, coalesce(tickets, 0), coalesce(a.balance, 0.00), account_balance)
       FROM draws d LEFT JOIN ${entries} ON e.draw_id = d.id LEFT JOIN ${accounts} ON a.name = 'draw:' || d.id
       CROSS JOIN LATERAL (
         SELECT CASE WHEN status IN ('drawn', 'void') THEN 0.00 ELSE coalesce(tickets, 0) * 1.00 END AS amount
       ) due
       WHERE coalesce(a.balance, 0.00) <> due.amount OR account_balance <> due.amount
       UNION ALL
       SELECT format('account %s', name), format('expected a draw of that id, found none; it holds %s', balance)
       FROM ${accounts}
       WHERE name LIKE 'draw:%' AND NOT EXISTS (SELECT FROM draws d WHERE name = 'draw:' || d.id)`
    ),
    broken(
      "positions-contiguous",
      `SELECT format('ticket %s', ticket_id),
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
    ),
    broken(
      "ticket-paid-once",
      `SELECT coalesce('ticket ' || ticket_id, format('transaction %s', p.id)),
         format('expected %s, found %s',
           coalesce('movement ' || t.wallet_seq || ' of ' || t.user_id || ': -1.00 to draw:' || draw_id,
             'no payment for no ticket'),
           coalesce('movement ' || p.wallet_seq || ' of ' || p.user_id || ': ' || amount || ' to ' || counter_account,
             'none'))
       FROM tickets t FULL JOIN (SELECT * FROM transactions WHERE type = 'ticket_purchase') p ON reference_id = ticket_id
       WHERE (t.user_id, t.wallet_seq, 'draw:' || draw_id, -1.00)
         IS DISTINCT FROM (p.user_id, p.wallet_seq, counter_account, amount)`
    ),
    broken(
      "pot-is-share",
      `SELECT format('draw %s', d.id),
         format('expected a pot of %s for %s tickets, found %s',
           coalesce(tickets, 0) * 0.95, coalesce(tickets, 0), prize_pool)
       FROM draws d LEFT JOIN ${entries} ON e.draw_id = d.id
       WHERE prize_pool <> coalesce(tickets, 0) * 0.95`
    ),
    broken(
      "prize-paid",
      `SELECT coalesce('draw ' || due.draw_id, format('transaction %s', p.id)),
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
    ),
    broken(
      "refund-once",
      `SELECT coalesce('ticket ' || ticket_id, format('transaction %s', p.id)),
         format('expected %s, found %s',
           coalesce('1.00 back to ' || due.user_id || ' from draw:' || draw_id || ', of it ' ||
             coalesce(due.delta, 0.00) || ' withdrawable', 'nothing paid back'),
           coalesce(p.amount || ' back to ' || p.user_id || ' from ' || p.counter_account || ', of it ' ||
             p.withdrawable_delta || ' withdrawable', 'nothing'))
       FROM (
         SELECT t.ticket_id, t.draw_id, t.user_id, -withdrawable_delta AS delta, 1::bigint AS nth
         FROM draws d JOIN tickets t ON t.draw_id = d.id
         LEFT JOIN transactions b ON b.user_id = t.user_id AND b.wallet_seq = t.wallet_seq
         WHERE d.status = 'void'
       ) due
       FULL JOIN (
         SELECT *, row_number() OVER (PARTITION BY reference_id ORDER BY created_at, id) AS nth
         FROM transactions WHERE type = 'refund' AND counter_account LIKE 'draw:%'
       ) p ON p.reference_id = due.ticket_id AND p.nth = due.nth
       WHERE (due.user_id, 'draw:' || due.draw_id, 1.00, due.delta)
         IS DISTINCT FROM (p.user_id, p.counter_account, p.amount, p.withdrawable_delta)`
    ),
    broken(
      "room-members",
      `SELECT format('draw %s', id), 'expected a room of that id, found none'
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
    ),
    broken(
      "debt-is-receivable",
      `SELECT format('wallet of %s', user_id),
         format('expected a debt of %s by its receivable account, and nothing in the wallet of who owes; ' ||
           'found a debt of %s and %s in the wallet', owed, debt, w.balance)
       FROM wallets w LEFT JOIN ${accounts} ON a.name = 'receivable:' || user_id
       CROSS JOIN LATERAL (SELECT coalesce(-a.balance, 0.00) AS owed) due
       WHERE debt <> owed OR (debt <> 0 AND w.balance <> 0)`
    ),
    broken(
      "funding-once",
      `SELECT coalesce('funding ' || due.reference, format('transaction %s', p.id)),
         format('expected %s, found %s',
           coalesce('a ' || due.type || ' of ' || due.amount || ' for ' || due.user_id || ' against ' || due.account,
             'no deposit or chargeback of no funding'),
           coalesce('a ' || p.type || ' of ' || p.amount || ' for ' || p.user_id || ' against ' || p.counter_account,
             'none'))
       FROM (
         SELECT f.reference, f.user_id, step.type, step.name, f.amount * step.way AS amount, 1::bigint AS nth,
           'deposits:' || CASE WHEN strpos(f.reference, ':') > 1 THEN lower(split_part(f.reference, ':', 1))
             ELSE 'internal' END AS account
         FROM fundings f LEFT JOIN transactions taken ON taken.type = 'chargeback' AND taken.reference_id = f.reference
         CROSS JOIN LATERAL (VALUES
           ('deposit', f.reference, 1, ARRAY['credited', 'taken back', 'given back']),
           ('chargeback', f.reference, -1, ARRAY['taken back', 'given back']),
           ('deposit', 'reversal:' || taken.id, 1, ARRAY['given back'])
         ) AS step (type, name, way, since)
         WHERE f.given = ANY (since)
       ) due
       FULL JOIN (
         SELECT *, row_number() OVER (PARTITION BY type, reference_id ORDER BY created_at, id) AS nth
         FROM transactions WHERE type IN ('deposit', 'chargeback')
       ) p ON p.type = due.type AND p.reference_id = due.name AND p.nth = due.nth
       WHERE (due.user_id, due.amount, due.account) IS DISTINCT FROM (p.user_id, p.amount, p.counter_account)
       UNION ALL
       SELECT format('funding %s', reference), format('expected it to be %s, found %s', due, given)
       FROM fundings
       CROSS JOIN LATERAL (SELECT purchased AND (NOT refunded OR refund_reversed) AS deserved) said
       CROSS JOIN LATERAL (
         SELECT CASE
           -- a purchase waits until its buyer is known
           WHEN given = 'nothing' AND deserved AND user_id IS NOT NULL THEN 'credited'
           WHEN given = 'credited' AND NOT deserved THEN 'taken back'
           WHEN given = 'taken back' AND deserved THEN 'given back'
           ELSE given
         END AS due
       ) right_now
       WHERE given <> due`
    ),
    broken(
      "withdrawal-settled",
      `SELECT coalesce('withdrawal ' || w.id, format('transaction %s', t.id)),
         format('expected %s, found %s',
           coalesce('a withdrawal of ' || -w.amount || ' for ' || w.user_id || ', ' || due.status, 'no withdrawal'),
           coalesce('a ' || t.type || ' of ' || t.amount || ' for ' || t.user_id || ', ' || t.status, 'none'))
       FROM withdrawals w FULL JOIN (SELECT * FROM transactions WHERE type = 'withdrawal') t USING (id)
       CROSS JOIN LATERAL (
         SELECT CASE w.status WHEN 'paid' THEN 'completed' WHEN 'returned' THEN 'completed' ELSE w.status END AS status
       ) due
       WHERE (w.user_id, -w.amount, due.status) IS DISTINCT FROM (t.user_id, t.amount, t.status)
       UNION ALL
       SELECT coalesce('withdrawal ' || due.id, format('transaction %s', p.id)),
         format('expected %s, found %s',
           coalesce(due.amount || ' back to ' || due.user_id || ', of it ' || coalesce(due.delta, 0.00) || ' withdrawable',
             'nothing paid back'),
           coalesce(p.amount || ' back to ' || p.user_id || ', of it ' || p.withdrawable_delta || ' withdrawable',
             'nothing'))
       FROM (
         SELECT w.id, w.user_id, w.amount, -t.withdrawable_delta AS delta, 1::bigint AS nth
         FROM withdrawals w LEFT JOIN transactions t USING (id) WHERE w.status IN ('failed', 'returned')
       ) due
       FULL JOIN (
         SELECT *, row_number() OVER (PARTITION BY reference_id ORDER BY created_at, id) AS nth
         FROM transactions WHERE type = 'refund' AND counter_account = 'payouts'
       ) p ON p.reference_id = due.id::text AND p.nth = due.nth
       WHERE (due.user_id, due.amount, due.delta) IS DISTINCT FROM (p.user_id, p.amount, p.withdrawable_delta)`
    )
  ]
}

/** Each wallet's movements together, as `m`. */
const movementSums = `(
  SELECT user_id, sum(amount) AS balance, sum(withdrawable_delta) AS withdrawable, max(wallet_seq) AS newest,
    -sum(amount) FILTER (WHERE type = 'withdrawal' AND status = 'pending') AS pending
  FROM transactions GROUP BY user_id
) m`

/** What each named account holds: the other side of all movements, as `a`. */
const accounts =
  "(SELECT counter_account AS name, -sum(amount) AS balance FROM transactions GROUP BY counter_account) a"

/** How many tickets each draw has, counted, as `e`. */
const entries = "(SELECT draw_id, count(*) AS tickets FROM tickets GROUP BY draw_id) e"

/** Each kind of movement: its sign, and the accounts that may stand on the other side (DESIGN.md, "Money"). */
const otherSides = `
  ('deposit', 1, ARRAY['deposits:%']), ('chargeback', -1, ARRAY['deposits:%']),
  ('withdrawal', -1, ARRAY['payouts']), ('refund', 1, ARRAY['draw:%', 'payouts']),
  ('ticket_purchase', -1, ARRAY['draw:%']), ('prize_win', 1, ARRAY['draw:%']), ('house_fee', 1, ARRAY['draw:%']),
  ('debt', 1, ARRAY['receivable:%']), ('debt_repaid', -1, ARRAY['receivable:%'])`
