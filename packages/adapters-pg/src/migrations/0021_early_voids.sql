-- Which operator declared a draw void before its time, since the chain of its beacon is retired (docs/operations/beacon.md).

CREATE TABLE early_voids (
  draw_id uuid PRIMARY KEY,
  -- the account and machine on which `ddd draw void` ran
  operator varchar(320) NOT NULL,
  declared_at timestamptz NOT NULL
);
CREATE TRIGGER early_voids_fixed BEFORE UPDATE OR DELETE ON early_voids FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER early_voids_kept BEFORE TRUNCATE ON early_voids FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

EXECUTE replace('GRANT SELECT, INSERT ON early_voids TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
