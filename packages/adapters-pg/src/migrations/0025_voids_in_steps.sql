-- commits by itself
-- A draw of many tickets is declared void in steps (docs/decisions/0054): its void begins, tickets are paid back some hundreds at a time,
-- and once all are it is void.
--
-- `draws.void_begun_at`: when its void began; null where none has. `draws.void_note`: the signed record, published as `result_note` in the
-- end. `draws.refunded_entries`: how many tickets are paid back, those at the positions 1 to this one.
--
-- Servers of before this migration go on: they declare a draw void in one transaction, as they did. One whose void has begun they can
-- neither settle nor pay back once more, which is refused here. Of `draws` an instant's lock is taken: a constant default rewrites nothing.

IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'draw_void_goes_forward') THEN
  ALTER TABLE draws
    ADD COLUMN void_begun_at timestamptz,
    ADD COLUMN void_note text,
    ADD COLUMN refunded_entries integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT void_begins_with_its_record CHECK ((void_begun_at IS NULL) = (void_note IS NULL)) NOT VALID,
    -- neither drawn, nor on sale
    ADD CONSTRAINT begun_void_is_final CHECK (void_begun_at IS NULL OR status IN ('locked', 'void')
      OR (status = 'open' AND closes_at IS NOT NULL AND void_begun_at >= closes_at)) NOT VALID,
    ADD CONSTRAINT refunded_in_a_void CHECK (refunded_entries = 0
      OR (void_begun_at IS NOT NULL AND refunded_entries BETWEEN 1 AND total_entries)) NOT VALID,
    ADD CONSTRAINT begun_void_ends_as_it_began CHECK (status <> 'void' OR void_begun_at IS NULL
      OR (refunded_entries = total_entries AND result_note = void_note)) NOT VALID;

  CREATE FUNCTION draw_void_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF OLD.void_begun_at IS NOT NULL
      AND ((NEW.void_begun_at, NEW.void_note) IS DISTINCT FROM (OLD.void_begun_at, OLD.void_note)
        OR NEW.refunded_entries < OLD.refunded_entries OR NEW.total_entries <> OLD.total_entries
        OR NEW.status NOT IN (OLD.status, 'void'))
    THEN
      RAISE EXCEPTION 'the void of draw % has begun, and is never taken back', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END $body$;
  CREATE TRIGGER draw_void_goes_forward BEFORE UPDATE ON draws FOR EACH ROW
    WHEN (OLD.void_begun_at IS NOT NULL) EXECUTE FUNCTION draw_void_goes_forward();

  EXECUTE replace('GRANT UPDATE (void_begun_at, void_note, refunded_entries) ON draws TO %app%', '%app%',
    quote_ident(current_setting('ddd.app_role')));
END IF;
COMMIT;

-- reads the table, and keeps nobody from writing it: here it may wait
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE draws
  VALIDATE CONSTRAINT void_begins_with_its_record,
  VALIDATE CONSTRAINT begun_void_is_final,
  VALIDATE CONSTRAINT refunded_in_a_void,
  VALIDATE CONSTRAINT begun_void_ends_as_it_began;
