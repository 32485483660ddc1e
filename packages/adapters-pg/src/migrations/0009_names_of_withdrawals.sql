-- What the provider says of a payout has a name of its own, unlike the status of the step by which the payout is asked for.
--
-- `payout_state` is what servers of before this migration read and write; a later one removes it. Until then whichever of the two is
-- written, the other is the same.

ALTER TABLE withdrawals ADD COLUMN provider_payout_status varchar(10)
  CHECK (provider_payout_status IN ('pending', 'in_transit', 'paid', 'failed', 'canceled'));
UPDATE withdrawals SET provider_payout_status = payout_state WHERE payout_state IS NOT NULL;
ALTER TABLE withdrawals
  ADD CHECK ((provider_payout_status IS NOT NULL) = (payout_status = 'done' AND payout_id IS NOT NULL)),
  ADD CHECK (provider_payout_status IS NOT DISTINCT FROM payout_state);

CREATE FUNCTION withdrawal_names_agree() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  old_state withdrawals.payout_state%TYPE;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    old_state := OLD.payout_state;
  END IF;
  -- where both are written they must be the same: a CHECK says so
  IF NEW.payout_state IS NOT DISTINCT FROM old_state THEN
    NEW.payout_state := NEW.provider_payout_status;
  ELSIF NEW.provider_payout_status IS NOT DISTINCT FROM old_state THEN
    NEW.provider_payout_status := NEW.payout_state;
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER withdrawal_names_agree BEFORE INSERT OR UPDATE OF payout_state, provider_payout_status ON withdrawals
  FOR EACH ROW EXECUTE FUNCTION withdrawal_names_agree();

EXECUTE replace('GRANT UPDATE (provider_payout_status) ON withdrawals TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));
