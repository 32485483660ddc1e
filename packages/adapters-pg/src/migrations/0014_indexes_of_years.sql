-- builds indexes
-- By which what is now is found among what was, however much that is.

-- What the clockwork looks for. No sale changes what these are of.
CREATE INDEX CONCURRENTLY draws_unlocked ON draws (closes_at) WHERE status IN ('scheduled', 'open') AND closes_at IS NOT NULL;
CREATE INDEX CONCURRENTLY draws_locked ON draws (draw_at) WHERE status = 'locked';
CREATE INDEX CONCURRENTLY draws_untiled ON draws (locked_at) WHERE tiled_at IS NULL AND locked_at IS NOT NULL;
CREATE INDEX CONCURRENTLY draws_entered ON draws (first_purchased_at)
  WHERE status IN ('scheduled', 'open', 'locked') AND first_purchased_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS draws_unsettled;

-- Of a player
CREATE INDEX CONCURRENTLY sessions_living ON sessions (user_id, id) WHERE ended_at IS NULL;
CREATE INDEX CONCURRENTLY mailed_tokens_unused ON mailed_tokens (user_id, purpose, id) WHERE used_at IS NULL;
CREATE INDEX CONCURRENTLY lobby_members_of_user_by_room ON lobby_members (user_id, lobby_id);
DROP INDEX CONCURRENTLY IF EXISTS lobby_members_of_user;
CREATE INDEX CONCURRENTLY transactions_by_type ON transactions (user_id, type, wallet_seq) WHERE type <> 'ticket_purchase';

-- Of a person who is erased. Without a list of what is still to be put in, which each search would read.
CREATE INDEX CONCURRENTLY webhook_events_texts ON webhook_events USING gin (texts_of(body)) WITH (fastupdate = off);
CREATE INDEX CONCURRENTLY jobs_failures_of_user ON jobs (substring(element FROM '"userId" ?: ?"([0-9a-f-]{36})"'))
  WHERE last_failure IS NOT NULL;

-- Of strangers
CREATE INDEX CONCURRENTLY security_events_of_subject ON security_events (subject, id) WHERE subject IS NOT NULL;

-- What is old enough to go
CREATE INDEX CONCURRENTLY idempotency_keys_old ON idempotency_keys (created_at);
CREATE INDEX CONCURRENTLY refresh_tokens_old ON refresh_tokens (created_at);
CREATE INDEX CONCURRENTLY mailed_tokens_used ON mailed_tokens (used_at) WHERE used_at IS NOT NULL;
CREATE INDEX CONCURRENTLY webhook_events_bodies ON webhook_events (handled_at) WHERE state IN ('done', 'ignored') AND body <> '';
CREATE INDEX CONCURRENTLY jobs_by_state ON jobs (state, updated_at);
