/** The invariants of money that operators move by hand, as SQL says them (docs/design.md, "Money"). */
import type { RowCheck } from "./RowCheck.ts"

export const byHandChecks: ReadonlyArray<RowCheck> = [
  {
    invariant: "by-hand-once",
    query: `SELECT coalesce('adjustment ' || a.reference, format('transaction %s', t.id)),
       format('expected %s, found %s',
         coalesce('a movement of ' || a.amount || ' for ' || a.user_id, 'no adjustment that nobody is written down for'),
         coalesce('one of ' || t.amount || ' for ' || t.user_id || ' against ' || t.counter_account, 'none'))
     FROM adjustments a FULL JOIN (SELECT * FROM transactions WHERE type = 'adjustment') t ON t.id = a.transaction_id
     WHERE (a.user_id, a.amount, a.reference, 'adjustments:' || CASE WHEN a.corrects IS NULL THEN 'credit' ELSE 'correction' END)
       IS DISTINCT FROM (t.user_id, t.amount, t.reference_id, t.counter_account)
     UNION ALL
     SELECT format('adjustment %s', reference), 'expected an entry in the log of operators, found none'
     FROM adjustments a WHERE NOT EXISTS (SELECT FROM operator_log l WHERE l.id = a.log_id)
     UNION ALL
     SELECT format('approval %s', p.id), format('expected the %s %s of %s for %s to be done, found that it is not',
       p.kind, p.reference, p.amount, p.user_id)
     FROM approvals p WHERE p.state = 'done' AND NOT CASE p.kind
       WHEN 'adjustment' THEN EXISTS (SELECT FROM adjustments a WHERE a.approval_id = p.id)
       WHEN 'withdrawal' THEN EXISTS (SELECT FROM withdrawals w WHERE w.id::text = p.reference
         AND (w.transfer_status = 'refused' OR w.payout_status = 'refused' OR w.provider_payout_status = 'failed'))
       ELSE EXISTS (SELECT FROM fundings f WHERE f.reference = p.reference AND f.given <> 'nothing'
         AND (f.user_id, f.amount) = (p.user_id, p.amount))
     END`
  }
]
