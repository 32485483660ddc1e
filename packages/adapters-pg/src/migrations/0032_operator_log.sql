-- What operators did by hand, each written in the transaction of its effect (docs/decisions/0066): nothing of it is ever changed or removed.
CREATE TABLE operator_log (
  -- a UUID v7: newest last
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT app_now(),
  -- who says that they did it
  operator varchar(64) NOT NULL CHECK (operator <> ''),
  -- the role that they were connected as, by the database's word: no statement of the application can say another
  role name NOT NULL DEFAULT session_user,
  command varchar(64) NOT NULL,
  subject_kind varchar(20) NOT NULL,
  subject_id varchar(255) NOT NULL,
  reason varchar(500) CHECK (reason <> ''),
  details jsonb NOT NULL DEFAULT '{}' CHECK (length(details::text) <= 4000)
);
CREATE INDEX operator_log_of_operator ON operator_log (operator, id);
CREATE INDEX operator_log_of_command ON operator_log (command, id);
CREATE INDEX operator_log_of_subject ON operator_log (subject_id, id);
-- whom it was about: a player's own, whatever it was done to
CREATE INDEX operator_log_of_player ON operator_log ((CASE WHEN subject_kind = 'user' THEN subject_id ELSE details->>'user' END), id);
CREATE TRIGGER operator_log_fixed BEFORE UPDATE OR DELETE ON operator_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER operator_log_kept BEFORE TRUNCATE ON operator_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

EXECUTE replace($grants$
  GRANT SELECT ON operator_log TO %app%;
  -- neither when nor as which role: the database says that
  GRANT INSERT (id, operator, command, subject_kind, subject_id, reason, details) ON operator_log TO %app%
$grants$, '%app%', quote_ident(current_setting('ddd.app_role')));
