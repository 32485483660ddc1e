/** The invariants of wallets and their movements, as SQL says them (docs/design.md, "Money"). */
import type { RowCheck } from "./RowCheck.ts"
import { accounts } from "./Sums.ts"

/** Each wallet's movements together, as `m`. */
const movementSums = `(
  SELECT user_id, sum(amount) AS balance, sum(withdrawable_delta) AS withdrawable, max(wallet_seq) AS newest,
    -sum(amount) FILTER (WHERE type = 'withdrawal' AND status = 'pending') AS pending,
    -sum(amount) FILTER (WHERE counter_account = 'payouts') AS withdrawn
  FROM transactions GROUP BY user_id
) m`

/** Each kind of movement: its sign (0: either), and the accounts that may stand on the other side (docs/design.md, "Money"). */
const otherSides = `
  ('deposit', 1, ARRAY['deposits:%']), ('chargeback', -1, ARRAY['deposits:%']),
  ('withdrawal', -1, ARRAY['payouts']), ('refund', 1, ARRAY['draw:%', 'payouts']),
  ('ticket_purchase', -1, ARRAY['draw:%']), ('prize_win', 1, ARRAY['draw:%']), ('house_fee', 1, ARRAY['draw:%']),
  ('debt', 1, ARRAY['receivable:%']), ('debt_repaid', -1, ARRAY['receivable:%']),
  ('adjustment', 0, ARRAY['adjustments:credit', 'adjustments:correction'])`

export const walletChecks: ReadonlyArray<RowCheck> = [
  {
    invariant: "wallet-not-negative",
    query: `SELECT format('wallet of %s', user_id),
       format('expected 0 <= withdrawable <= balance, and nothing below zero on its way out; ' ||
         'found %s of %s, %s on its way out', withdrawable, balance, pending_withdrawal)
     FROM wallets
     WHERE balance < 0 OR withdrawable < 0 OR withdrawable > balance OR pending_withdrawal < 0`
  },
  {
    invariant: "wallet-is-its-history",
    query: `SELECT format('wallet of %s', user_id),
       format('expected %s, of it %s withdrawable, %s on its way out and %s withdrawn, by its movements; found %s, %s, %s and %s',
         made.balance, made.withdrawable, made.pending, made.withdrawn, w.balance, w.withdrawable, w.pending_withdrawal, w.withdrawn)
     FROM wallets w LEFT JOIN ${movementSums} USING (user_id)
     CROSS JOIN LATERAL (SELECT coalesce(m.balance, 0.00) AS balance, coalesce(m.withdrawable, 0.00) AS withdrawable,
       coalesce(m.pending, 0.00) AS pending, coalesce(m.withdrawn, 0.00) AS withdrawn) made
     WHERE (w.balance, w.withdrawable, w.pending_withdrawal, w.withdrawn)
       <> (made.balance, made.withdrawable, made.pending, made.withdrawn)
     UNION ALL
     SELECT format('user %s', id), 'expected a wallet, found none'
     FROM (SELECT id FROM users UNION SELECT user_id FROM transactions) u
     WHERE NOT EXISTS (SELECT FROM wallets w WHERE w.user_id = u.id)`
  },
  {
    invariant: "prizes-mature",
    query: `SELECT format('wallet of %s', user_id),
       format('expected %s to %s of its prizes of rooms to rest; found %s', least, most, resting)
     FROM wallets w LEFT JOIN (
       SELECT user_id, max(created_at) AS newest, sum(kept) AS most, sum(kept) FILTER (WHERE matures_at > last_at) AS least
       FROM (
         -- what of a prize was winnings once a debt was paid from it
         SELECT p.user_id, p.created_at, p.matures_at, p.withdrawable_delta + coalesce(d.withdrawable_delta, 0.00) AS kept,
           max(p.created_at) OVER (PARTITION BY p.user_id) AS last_at
         FROM transactions p LEFT JOIN transactions d ON d.user_id = p.user_id AND d.wallet_seq = p.wallet_seq + 1
           AND d.type = 'debt_repaid' AND d.reference_id = p.reference_id
         WHERE p.matures_at IS NOT NULL
       ) prizes GROUP BY user_id
     ) won USING (user_id)
     CROSS JOIN LATERAL (
       -- what had matured when the newest was won may have been dropped then
       SELECT coalesce(sum(amount), 0.00) AS kept_back,
         coalesce(sum(amount) FILTER (WHERE newest IS NULL OR at > newest), 0.00) AS resting
       -- those that wait for the identity check rest besides
       FROM jsonb_to_recordset(coalesce(maturing, '[]') || coalesce(awaiting_identity, '[]'))
         AS prize (amount decimal(12,2), at timestamptz)
       WHERE at IS NOT NULL
     ) now
     WHERE resting < coalesce(least, 0.00) OR kept_back > coalesce(most, 0.00)`
  },
  {
    invariant: "prizes-await-identity",
    query: `SELECT format('wallet of %s', w.user_id),
       format('expected %s of its prizes to wait for the identity check; found %s', due, waits)
     FROM wallets w JOIN users u ON u.id = w.user_id LEFT JOIN (
       SELECT p.user_id, sum(p.withdrawable_delta + coalesce(d.withdrawable_delta, 0.00)) AS since_released
       FROM transactions p JOIN wallets USING (user_id)
       LEFT JOIN transactions d ON d.user_id = p.user_id AND d.wallet_seq = p.wallet_seq + 1
         AND d.type = 'debt_repaid' AND d.reference_id = p.reference_id
       WHERE p.type = 'prize_win' AND p.awaits_identity AND p.wallet_seq > released_to GROUP BY p.user_id
     ) won ON won.user_id = w.user_id
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(amount), 0.00) AS waits
       FROM jsonb_to_recordset(coalesce(awaiting_identity, '[]')) AS prize (amount decimal(12,2))
     ) now
     CROSS JOIN LATERAL (
       SELECT CASE WHEN u.kyc_status = 'verified' THEN 0.00 ELSE coalesce(since_released, 0.00) END AS due
     ) expected
     WHERE waits <> due`
  },
  {
    invariant: "history-without-gaps",
    query: `SELECT format('movement %s of the wallet of %s', wallet_seq, user_id),
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
  },
  {
    invariant: "money-conserved",
    query: `SELECT format('transaction %s', id),
       format('expected a %s to be %s and against %s; found %s against %s', t.type,
         CASE way WHEN 1 THEN 'positive' WHEN 0 THEN 'of either sign' ELSE 'negative' END, array_to_string(accounts, ' or '), amount, counter_account)
     FROM transactions t JOIN (VALUES ${otherSides}) AS kind (type, way, accounts) USING (type)
     WHERE (way <> 0 AND sign(amount) <> way) OR counter_account NOT LIKE ALL (accounts)
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
  }
]
