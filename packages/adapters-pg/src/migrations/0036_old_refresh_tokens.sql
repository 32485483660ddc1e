-- Whether refresh tokens that go are old enough is asked of their own sessions, one by one. As it was written, a plan could read all
-- sessions that ever were instead, for each removal.
CREATE OR REPLACE TRIGGER refresh_tokens_stay AFTER DELETE ON refresh_tokens REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_young('created_at <= $1 - interval ''2880 hours'' OR
    (SELECT s.ended_at FROM sessions s WHERE s.id = gone.session_id) <= $1 - interval ''720 hours''');
