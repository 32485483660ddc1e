-- builds indexes
-- What a player is given of their own is read a page at a time, in the order of these; and prizes are found among all movements.
CREATE INDEX CONCURRENTLY sessions_of_user_by_id ON sessions (user_id, id);
DROP INDEX CONCURRENTLY IF EXISTS sessions_of_user;
CREATE INDEX CONCURRENTLY fundings_of_user_by_reference ON fundings (user_id, reference);
DROP INDEX CONCURRENTLY IF EXISTS fundings_of_user;
CREATE INDEX CONCURRENTLY transactions_prizes ON transactions (created_at, id) WHERE type = 'prize_win';
