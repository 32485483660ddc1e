-- Withdrawals and measures that some host remembers, that this database lacks, and that are known to be lost: carried out again under other
-- ids, or told to whoever began the epoch, because they could not be. No host waits for them any more (docs/decisions/0114). Servers of
-- before this migration neither read nor write it.
CREATE TABLE known_losses (
  kind varchar(10) NOT NULL CHECK (kind IN ('withdrawal', 'measure')),
  -- of the withdrawal, or of the security event that stood for the measure
  id uuid NOT NULL,
  epoch integer NOT NULL REFERENCES epochs,
  PRIMARY KEY (kind, id)
);
CREATE TRIGGER known_losses_fixed BEFORE UPDATE OR DELETE ON known_losses FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER known_losses_kept BEFORE TRUNCATE ON known_losses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
EXECUTE replace('GRANT SELECT, INSERT ON known_losses TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
