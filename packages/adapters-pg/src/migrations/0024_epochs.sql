-- What was begun anew after a backup was put back (docs/decisions/0053): each epoch numbers and seals tickets differently.
-- Servers of before this migration neither read nor write these tables: none may run when an epoch is begun.
CREATE TABLE epochs (
  number integer PRIMARY KEY CHECK (number BETWEEN 1 AND 255),
  begun_at timestamptz NOT NULL DEFAULT app_now(),
  -- the operator's account on the machine
  begun_by varchar(255) NOT NULL,
  -- what was lost, as far as it was remembered
  lost jsonb NOT NULL
);
CREATE TRIGGER epochs_fixed BEFORE UPDATE OR DELETE ON epochs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER epochs_kept BEFORE TRUNCATE ON epochs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Records that were published and that no backup held. No other of the same draw and kind is ever signed.
CREATE TABLE lost_records (
  draw_id uuid NOT NULL,
  kind varchar(10) NOT NULL CHECK (kind IN ('open', 'lock', 'result')),
  -- the day whose draw it was; null of a room
  draw_date date,
  note text NOT NULL,
  epoch integer NOT NULL REFERENCES epochs,
  PRIMARY KEY (draw_id, kind)
);
CREATE INDEX lost_records_days ON lost_records (draw_date) WHERE kind = 'open';
CREATE TRIGGER lost_records_fixed BEFORE UPDATE OR DELETE ON lost_records FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lost_records_kept BEFORE TRUNCATE ON lost_records FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Which database this is, whatever it is called and wherever it was put back: what is remembered outside it is remembered by this.
CREATE TABLE database_identity (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
);
INSERT INTO database_identity DEFAULT VALUES;
CREATE TRIGGER database_identity_fixed BEFORE UPDATE OR DELETE ON database_identity FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER database_identity_kept BEFORE TRUNCATE ON database_identity FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

EXECUTE replace('GRANT SELECT ON database_identity TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
EXECUTE replace('GRANT SELECT, INSERT ON epochs, lost_records TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
