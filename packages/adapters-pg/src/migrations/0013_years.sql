-- commits by itself
-- What a database needs to stay as quick after years: which draws have tickets is known without looking at each, and what is kept for a
-- while may be removed once it is old, and no sooner (docs/operations/retention.md). Servers go on meanwhile, as in 0010; the next one makes the indexes.

-- When a draw's first ticket was bought. It is written once, so sales stay as quick as they were, and servers of before this migration,
-- which do not know it, write it all the same.
IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'draw_is_entered') THEN
  ALTER TABLE draws ADD COLUMN first_purchased_at timestamptz;
  CREATE FUNCTION draw_is_entered() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    NEW.first_purchased_at := NEW.last_purchased_at;
    RETURN NEW;
  END $body$;
  CREATE TRIGGER draw_is_entered BEFORE UPDATE ON draws FOR EACH ROW
    WHEN (OLD.total_entries = 0 AND NEW.total_entries > 0) EXECUTE FUNCTION draw_is_entered();
END IF;
COMMIT;

DECLARE
  after uuid := '00000000-0000-0000-0000-000000000000';
  last uuid;
BEGIN
  LOOP
    last := coalesce((SELECT id FROM draws WHERE id > after ORDER BY id OFFSET 999 LIMIT 1),
      'ffffffff-ffff-ffff-ffff-ffffffffffff');
    -- of those that are over nobody asks
    UPDATE draws d SET first_purchased_at =
      (SELECT t.created_at FROM tickets t WHERE t.draw_id = d.id AND t.position = 1)
    WHERE id > after AND id <= last AND status IN ('scheduled', 'open', 'locked') AND total_entries > 0
      AND first_purchased_at IS NULL;
    COMMIT;
    EXIT WHEN last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    after := last;
  END LOOP;
END;

-- Rows that are kept for a while go when they are old: the trigger is told of which rows that is so, `$1` being the clock.
CREATE OR REPLACE FUNCTION refuse_young() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  is_young boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM gone WHERE (%s) IS NOT TRUE)', TG_ARGV[0]) INTO is_young USING app_now();
  IF is_young THEN
    RAISE EXCEPTION 'rows of % are removed once they are old, and not before', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $body$;

CREATE OR REPLACE TRIGGER idempotency_keys_stay AFTER DELETE ON idempotency_keys REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_young('created_at <= $1 - interval ''720 hours''');
COMMIT;
CREATE OR REPLACE TRIGGER sale_batches_stay AFTER DELETE ON sale_batches REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_young('created_at <= $1 - interval ''720 hours''');
COMMIT;
CREATE OR REPLACE TRIGGER mailed_tokens_stay AFTER DELETE ON mailed_tokens REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_young('used_at <= $1 - interval ''720 hours''');
COMMIT;
CREATE OR REPLACE TRIGGER refresh_tokens_stay AFTER DELETE ON refresh_tokens REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_young('created_at <= $1 - interval ''2880 hours'' OR EXISTS (
    SELECT FROM sessions s WHERE s.id = gone.session_id AND s.ended_at <= $1 - interval ''720 hours'')');
COMMIT;
CREATE OR REPLACE TRIGGER sessions_stay AFTER DELETE ON sessions REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION
    refuse_young('ended_at <= $1 - interval ''720 hours'' OR last_used_at <= $1 - interval ''2880 hours''');
COMMIT;

-- The texts of a webhook's body, each as a number: what stands between two quotation marks. A person is found by the texts that name them.
CREATE OR REPLACE FUNCTION texts_of(body bytea) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT coalesce(array_agg(DISTINCT hashtextextended(part, 0)), '{}')
  FROM unnest(string_to_array(encode(body, 'escape'), '"')) part WHERE part ~ '[^][{}:,\s]'
$body$;

EXECUTE replace('GRANT DELETE ON sessions, refresh_tokens, mailed_tokens TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));
