-- What is known of each secret that this database was used with, by its key id: a value that tells nothing of the secret
-- (docs/decisions/0052). Written once, at the first start that uses the key id. Servers of before this migration neither read nor write it.
CREATE TABLE secret_checks (
  name varchar(40) NOT NULL,
  key_id varchar(100) NOT NULL,
  check_value text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  PRIMARY KEY (name, key_id)
);
CREATE TRIGGER secret_checks_fixed BEFORE UPDATE OR DELETE ON secret_checks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER secret_checks_kept BEFORE TRUNCATE ON secret_checks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

EXECUTE replace('GRANT SELECT, INSERT ON secret_checks TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
