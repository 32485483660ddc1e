-- commits by itself
-- The two times of a draw have names of their own: `draws.draw_at`, when the outcome is due, and `lobbies.auto_draw_at`, when the server
-- draws a room whose host never comes.
--
-- `draws.draws_at` and `lobbies.server_draws_at` are what servers of before this migration read and write; a later one removes them.
-- Until then whichever of two is written, the other is the same. The triggers act where the two differ, which no sale makes them.
--
-- Servers go on meanwhile. Each table is locked by itself, for an instant: programs lock the two in any order. Rows are filled in a
-- thousand at a time, by the trigger, and until all are nobody reads the new names: a server begins when the migrations are done.
-- With 200,000 rooms and four buyers who never pause, on two busy cores, it took 16 s; the longest purchase meanwhile 0.2 s, as without it.

IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'draw_names_agree') THEN
  ALTER TABLE draws
    ADD COLUMN draw_at timestamptz,
    -- said again (0002), since what names a removed column goes with it
    ADD CONSTRAINT locked_draws_are_due CHECK (status NOT IN ('locked', 'drawn')
      OR (lock_note IS NOT NULL AND entries_root IS NOT NULL AND locked_at IS NOT NULL AND draw_at IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT draw_names_agree CHECK (draw_at IS NOT DISTINCT FROM draws_at) NOT VALID;

  -- As before (0004), of both names.
  CREATE OR REPLACE FUNCTION draw_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF NOT (
      OLD.status = NEW.status
      OR (OLD.status = 'scheduled' AND NEW.status IN ('open', 'locked', 'void'))
      OR (OLD.status = 'open' AND NEW.status IN ('locked', 'void'))
      OR (OLD.status = 'locked' AND NEW.status IN ('drawn', 'void'))
    ) THEN
      RAISE EXCEPTION 'draw % cannot go from % to %', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.id, NEW.kind, NEW.draw_date, NEW.commitment_hash, NEW.created_at, NEW.opens_at, NEW.closes_at, NEW.open_note, NEW.seal_key_id)
        IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.draw_date, OLD.commitment_hash, OLD.created_at, OLD.opens_at, OLD.closes_at, OLD.open_note, OLD.seal_key_id)
      OR (OLD.lock_note IS NOT NULL AND (NEW.lock_note, NEW.entries_root, NEW.locked_at, NEW.draw_at, NEW.draws_at)
        IS DISTINCT FROM (OLD.lock_note, OLD.entries_root, OLD.locked_at, OLD.draw_at, OLD.draws_at))
      OR (OLD.result_note IS NOT NULL AND (NEW.result_note, NEW.seed, NEW.winning_position, NEW.drawn_at)
        IS DISTINCT FROM (OLD.result_note, OLD.seed, OLD.winning_position, OLD.drawn_at))
      OR NEW.beacon_chain IS DISTINCT FROM OLD.beacon_chain
      -- a room's round is known from its lock on
      OR ((OLD.kind = 'daily' OR OLD.lock_note IS NOT NULL) AND NEW.beacon_round IS DISTINCT FROM OLD.beacon_round)
      OR (OLD.beacon_signature IS NOT NULL AND NEW.beacon_signature IS DISTINCT FROM OLD.beacon_signature)
    THEN
      RAISE EXCEPTION 'what was published of draw % is never changed', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.total_entries < OLD.total_entries
      OR (NEW.status NOT IN ('scheduled', 'open') AND
        (NEW.total_entries, NEW.prize_pool, NEW.tree_frontier) IS DISTINCT FROM (OLD.total_entries, OLD.prize_pool, OLD.tree_frontier))
    THEN
      RAISE EXCEPTION 'the entries of draw % only grow, and only while it is open', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END $body$;

  CREATE FUNCTION draw_names_agree() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    before draws%ROWTYPE;
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      before := OLD;
    END IF;
    -- where both are written they must be the same: a CHECK says so
    IF NEW.draw_at IS NOT DISTINCT FROM before.draw_at THEN
      NEW.draw_at := NEW.draws_at;
    ELSIF NEW.draws_at IS NOT DISTINCT FROM before.draws_at THEN
      NEW.draws_at := NEW.draw_at;
    END IF;
    RETURN NEW;
  END $body$;
  -- any update: one of a row that is not filled in yet fills it in, after `draw_goes_forward`, which comes first by its name
  CREATE TRIGGER draw_names_agree BEFORE INSERT OR UPDATE ON draws FOR EACH ROW
    WHEN (NEW.draw_at IS DISTINCT FROM NEW.draws_at) EXECUTE FUNCTION draw_names_agree();

  EXECUTE replace('GRANT UPDATE (draw_at) ON draws TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
END IF;
COMMIT;

IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'room_names_agree') THEN
  ALTER TABLE lobbies
    ADD COLUMN auto_draw_at timestamptz,
    ADD CONSTRAINT room_names_agree CHECK (auto_draw_at IS NOT DISTINCT FROM server_draws_at) NOT VALID;

  -- As before (0008), of both names.
  CREATE OR REPLACE FUNCTION room_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF (to_jsonb(OLD) - 'server_draws_at' - 'auto_draw_at') <> (to_jsonb(NEW) - 'server_draws_at' - 'auto_draw_at')
      OR (OLD.server_draws_at IS NOT NULL AND (NEW.server_draws_at IS NULL OR NEW.server_draws_at > OLD.server_draws_at))
      OR (OLD.auto_draw_at IS NOT NULL AND (NEW.auto_draw_at IS NULL OR NEW.auto_draw_at > OLD.auto_draw_at))
    THEN
      RAISE EXCEPTION 'what was said of room % is never changed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END $body$;

  CREATE FUNCTION room_names_agree() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    before lobbies%ROWTYPE;
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      before := OLD;
    END IF;
    IF NEW.auto_draw_at IS NOT DISTINCT FROM before.auto_draw_at THEN
      NEW.auto_draw_at := NEW.server_draws_at;
    ELSIF NEW.server_draws_at IS NOT DISTINCT FROM before.server_draws_at THEN
      NEW.server_draws_at := NEW.auto_draw_at;
    END IF;
    RETURN NEW;
  END $body$;
  CREATE TRIGGER room_names_agree BEFORE INSERT OR UPDATE ON lobbies FOR EACH ROW
    WHEN (NEW.auto_draw_at IS DISTINCT FROM NEW.server_draws_at) EXECUTE FUNCTION room_names_agree();

  EXECUTE replace('GRANT UPDATE (auto_draw_at) ON lobbies TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
END IF;
COMMIT;

DECLARE
  after uuid := '00000000-0000-0000-0000-000000000000';
  last uuid;
BEGIN
  LOOP
    -- a room's id is its draw's
    last := coalesce((SELECT id FROM draws WHERE id > after ORDER BY id OFFSET 999 LIMIT 1),
      'ffffffff-ffff-ffff-ffff-ffffffffffff');
    UPDATE draws SET draws_at = draws_at WHERE id > after AND id <= last AND draw_at IS DISTINCT FROM draws_at;
    COMMIT;
    UPDATE lobbies SET server_draws_at = server_draws_at
    WHERE id > after AND id <= last AND auto_draw_at IS DISTINCT FROM server_draws_at;
    COMMIT;
    EXIT WHEN last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    after := last;
  END LOOP;
END;

-- reads the tables, and keeps nobody from writing them: here it may wait
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE draws VALIDATE CONSTRAINT locked_draws_are_due, VALIDATE CONSTRAINT draw_names_agree;
COMMIT;
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE lobbies VALIDATE CONSTRAINT room_names_agree;
