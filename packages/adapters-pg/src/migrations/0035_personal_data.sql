-- builds indexes
-- What a player is given of their own is read a page at a time, in the order of these; and prizes are found among all movements.
CREATE INDEX CONCURRENTLY sessions_of_user_by_id ON sessions (user_id, id);
DROP INDEX CONCURRENTLY IF EXISTS sessions_of_user;
CREATE INDEX CONCURRENTLY fundings_of_user_by_reference ON fundings (user_id, reference);
DROP INDEX CONCURRENTLY IF EXISTS fundings_of_user;
CREATE INDEX CONCURRENTLY transactions_prizes ON transactions (created_at, id) WHERE type = 'prize_win';

-- How money on its way stands is read every few seconds (MoneyStanding), so none of it is looked for among what is over: purchases that
-- were wholly refunded before their buyer was known, payouts that arrived and are only watched, notices that wait for such a purchase.
-- `fundings_waiting` is what servers of before this migration read by.
CREATE INDEX CONCURRENTLY fundings_open ON fundings (created_at, reference) WHERE purchased AND given = 'nothing' AND user_id IS NULL
  AND (NOT refunded OR refund_reversed OR (refund_price < price AND coalesce(refund_currency = price_currency, true)));
CREATE INDEX CONCURRENTLY withdrawals_under_way ON withdrawals (id)
  WHERE status = 'pending' OR (status = 'paid' AND provider_payout_status IN ('failed', 'canceled'));
CREATE INDEX CONCURRENTLY webhook_events_failed ON webhook_events (id) WHERE state = 'failed';
CREATE INDEX CONCURRENTLY webhook_events_to_act_on ON webhook_events (id) WHERE state IN ('received', 'waiting');
