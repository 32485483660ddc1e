-- commits by itself
-- What the provider says of a payout has a name of its own, unlike the status of the step by which the payout is asked for.
--
-- `payout_state` is what servers of before this migration read and write; a later one removes it. Until then whichever of the two is
-- written, the other is the same. Servers go on meanwhile, as in 0010.

IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'withdrawal_names_agree') THEN
  ALTER TABLE withdrawals
    ADD COLUMN provider_payout_status varchar(10),
    ADD CONSTRAINT provider_payout_status_known
      CHECK (provider_payout_status IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')) NOT VALID,
    ADD CONSTRAINT provider_payout_status_of_payouts
      CHECK ((provider_payout_status IS NOT NULL) = (payout_status = 'done' AND payout_id IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT withdrawal_names_agree CHECK (provider_payout_status IS NOT DISTINCT FROM payout_state) NOT VALID;

  CREATE FUNCTION withdrawal_names_agree() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    before withdrawals%ROWTYPE;
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      before := OLD;
    END IF;
    -- where both are written they must be the same: a CHECK says so
    IF NEW.provider_payout_status IS NOT DISTINCT FROM before.provider_payout_status THEN
      NEW.provider_payout_status := NEW.payout_state;
    ELSIF NEW.payout_state IS NOT DISTINCT FROM before.payout_state THEN
      NEW.payout_state := NEW.provider_payout_status;
    END IF;
    RETURN NEW;
  END $body$;
  -- any update: one of a row that is not filled in yet fills it in
  CREATE TRIGGER withdrawal_names_agree BEFORE INSERT OR UPDATE ON withdrawals FOR EACH ROW
    WHEN (NEW.provider_payout_status IS DISTINCT FROM NEW.payout_state) EXECUTE FUNCTION withdrawal_names_agree();

  EXECUTE replace('GRANT UPDATE (provider_payout_status) ON withdrawals TO %app%', '%app%',
    quote_ident(current_setting('ddd.app_role')));
END IF;
COMMIT;

DECLARE
  after uuid := '00000000-0000-0000-0000-000000000000';
  last uuid;
BEGIN
  LOOP
    last := coalesce((SELECT id FROM withdrawals WHERE id > after ORDER BY id OFFSET 999 LIMIT 1),
      'ffffffff-ffff-ffff-ffff-ffffffffffff');
    UPDATE withdrawals SET payout_state = payout_state
    WHERE id > after AND id <= last AND provider_payout_status IS DISTINCT FROM payout_state;
    COMMIT;
    EXIT WHEN last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    after := last;
  END LOOP;
END;

-- reads the table, and keeps nobody from writing it: here it may wait
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE withdrawals
  VALIDATE CONSTRAINT provider_payout_status_known,
  VALIDATE CONSTRAINT provider_payout_status_of_payouts,
  VALIDATE CONSTRAINT withdrawal_names_agree;
