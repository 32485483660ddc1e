-- commits by itself
-- Draws that ended with tickets that are not confirmed by mail yet are found by what is left to do, and not by when they opened, which for
-- a room may be long ago. A draw with tickets has a row of ticket_mails from its end on; `complete` once nothing more is to be mailed.
-- Servers of before go on: they write `confirmed` alone, and a draw that is complete but not marked is looked at once more.

IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'draw_ended_is_confirmed') THEN
  ALTER TABLE ticket_mails ADD COLUMN complete boolean NOT NULL DEFAULT false;
  EXECUTE replace('GRANT UPDATE (complete) ON ticket_mails TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
  CREATE FUNCTION draw_ended_is_confirmed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $body$
  BEGIN
    INSERT INTO public.ticket_mails (draw_id, confirmed) VALUES (NEW.id, 0) ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $body$;
  CREATE TRIGGER draw_ended_is_confirmed AFTER UPDATE OF status ON draws FOR EACH ROW
    WHEN (NEW.status IN ('drawn', 'void') AND OLD.status <> NEW.status AND NEW.total_entries > 0)
    EXECUTE FUNCTION draw_ended_is_confirmed();
END IF;
COMMIT;

DECLARE
  after uuid := '00000000-0000-0000-0000-000000000000';
  last uuid;
BEGIN
  LOOP
    last := coalesce((SELECT draw_id FROM ticket_mails WHERE draw_id > after ORDER BY draw_id OFFSET 999 LIMIT 1),
      'ffffffff-ffff-ffff-ffff-ffffffffffff');
    UPDATE ticket_mails m SET complete = true FROM draws d
    WHERE m.draw_id > after AND m.draw_id <= last AND NOT m.complete AND d.id = m.draw_id AND d.status IN ('drawn', 'void')
      AND m.confirmed >= d.total_entries;
    COMMIT;
    EXIT WHEN last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    after := last;
  END LOOP;
END;
