-- commits by itself
-- Since when a room has no host, and the one way in which a kept answer is changed (docs/decisions/0036). Servers go on meanwhile: of
-- `draws` an instant's lock is taken, to add a column; those of before this migration close such rooms after thirty days, as they did.

-- Since when a room has no host who could start its draw, being frozen or erased: it is closed then.
ALTER TABLE draws ADD COLUMN IF NOT EXISTS host_gone_at timestamptz;
EXECUTE replace('GRANT UPDATE (host_gone_at) ON draws TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
COMMIT;
-- Takes the name of a person who is erased out of what others' answers keep of their rooms. By a function, since the application may change
-- no kept answer otherwise: it changes the name of who is erased, and nothing else. Rooms live for sixty days, answers are kept for thirty.
CREATE OR REPLACE FUNCTION forget_name_in_answers(gone uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  named text := format('"id":"%s","name":"', gone);
  now_called text;
BEGIN
  SELECT username INTO now_called FROM users WHERE id = gone AND erased_at IS NOT NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user % is not erased', gone USING ERRCODE = 'restrict_violation';
  END IF;
  UPDATE idempotency_keys k SET body = regexp_replace(k.body, named || '[^"]*"', named || now_called || '"', 'g')
  WHERE k.user_id IN (
      SELECT other.user_id FROM lobby_members own JOIN lobby_members other ON other.lobby_id = own.lobby_id
      WHERE own.user_id = gone
    ) AND position(named IN k.body) > 0;
END $body$;
REVOKE EXECUTE ON FUNCTION forget_name_in_answers(uuid) FROM PUBLIC;
EXECUTE replace('GRANT EXECUTE ON FUNCTION forget_name_in_answers(uuid) TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));
