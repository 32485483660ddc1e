-- Each withdrawal and each payout account says which provider it is with, and by which account of ours: 'simulated', or
-- 'stripe test acct_…', 'stripe live acct_…'. What was written before, or is by servers of before this migration, says nothing: a
-- withdrawal is given its provider with its next turn.

ALTER TABLE withdrawals ADD COLUMN provider varchar(255);
ALTER TABLE payout_accounts ADD COLUMN provider varchar(255);

CREATE FUNCTION withdrawal_keeps_provider() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'withdrawal % is with one provider for ever', OLD.id USING ERRCODE = 'restrict_violation';
END $body$;
CREATE TRIGGER withdrawal_keeps_provider BEFORE UPDATE ON withdrawals FOR EACH ROW
  WHEN (OLD.provider IS NOT NULL AND NEW.provider IS DISTINCT FROM OLD.provider) EXECUTE FUNCTION withdrawal_keeps_provider();

EXECUTE replace('GRANT UPDATE (provider) ON withdrawals, payout_accounts TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
