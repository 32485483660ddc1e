/** The invariants of money that comes in and goes out, as SQL says them (docs/design.md, "Money"). */
import { houseUserId } from "@ddd/core/values/Ids"
import type { RowCheck } from "./RowCheck.ts"
import { accounts } from "./Sums.ts"

export const moneyInOutChecks: ReadonlyArray<RowCheck> = [
  {
    invariant: "debt-is-receivable",
    query: `SELECT format('wallet of %s', user_id),
       format('expected a debt of %s by its receivable account, and nothing in the wallet of who owes; ' ||
         'found a debt of %s and %s in the wallet', owed, debt, w.balance)
     FROM wallets w LEFT JOIN ${accounts} ON a.name = 'receivable:' || user_id
     CROSS JOIN LATERAL (SELECT coalesce(-a.balance, 0.00) AS owed) due
     WHERE debt <> owed OR (debt <> 0 AND w.balance <> 0)`
  },
  {
    invariant: "funding-once",
    query: `SELECT coalesce('funding ' || due.reference, format('transaction %s', p.id)),
       format('expected %s, found %s',
         coalesce('a ' || due.type || ' of ' || due.amount || ' for ' || due.user_id || ' against ' || due.account,
           'no deposit or chargeback of no funding'),
         coalesce('a ' || p.type || ' of ' || p.amount || ' for ' || p.user_id || ' against ' || p.counter_account,
           'none'))
     FROM (
       SELECT f.reference, f.user_id, step.type, step.name, step.amount, 1::bigint AS nth,
         'deposits:' || CASE WHEN strpos(f.reference, ':') > 1 THEN lower(split_part(f.reference, ':', 1))
           ELSE 'internal' END AS account
       FROM fundings f LEFT JOIN transactions taken ON taken.type = 'chargeback' AND taken.reference_id = f.reference
       CROSS JOIN LATERAL (VALUES
         ('deposit', f.reference, f.amount, ARRAY['credited', 'taken back', 'given back']),
         ('chargeback', f.reference, -coalesce(f.refund_amount, f.amount), ARRAY['taken back', 'given back']),
         ('deposit', 'reversal:' || taken.id, coalesce(f.refund_amount, f.amount), ARRAY['given back'])
       ) AS step (type, name, amount, since)
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
     CROSS JOIN LATERAL (
       SELECT purchased AND (NOT refunded OR refund_reversed) AS deserved,
         purchased AND refunded AND NOT refund_reversed AND coalesce(refund_price < price, false)
           AND coalesce(refund_currency = price_currency, true) AS partly
     ) said
     CROSS JOIN LATERAL (
       SELECT CASE
         -- a purchase waits until its buyer is known; what the house has was dismissed
         WHEN given = 'nothing' AND (user_id IS NULL OR user_id = '${houseUserId}') THEN given
         WHEN given = 'nothing' AND deserved THEN 'credited'
         WHEN given = 'nothing' AND partly THEN 'taken back'
         WHEN given = 'credited' AND NOT deserved THEN 'taken back'
         WHEN given = 'taken back' AND deserved THEN 'given back'
         ELSE given
       END AS due
     ) right_now
     WHERE given <> due`
  },
  {
    invariant: "withdrawal-settled",
    query: `SELECT coalesce('withdrawal ' || w.id, format('transaction %s', t.id)),
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
  }
]
