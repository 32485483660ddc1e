-- commits by itself
-- Identity checks (docs/identity.md; docs/decisions/0083 to 0085). Each table is locked by itself, for an instant.
--
-- `users.kyc_at`: of when the state of a player's check is; null where nothing was ever told of one. `kyc_reference`: what who checked calls
-- the check. Both are forgotten with the player, also where a server of before this migration erases them.
ALTER TABLE users ADD COLUMN IF NOT EXISTS kyc_at timestamptz, ADD COLUMN IF NOT EXISTS kyc_reference varchar(255);
EXECUTE replace('GRANT UPDATE (kyc_at, kyc_reference) ON users TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
CREATE OR REPLACE FUNCTION identity_is_forgotten() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.kyc_at := NULL;
  NEW.kyc_reference := NULL;
  RETURN NEW;
END $body$;
CREATE OR REPLACE TRIGGER identity_is_forgotten BEFORE UPDATE OF erased_at ON users FOR EACH ROW
  WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION identity_is_forgotten();
COMMIT;

-- `wallets.awaiting_identity`: the prizes that wait for the check, a few at most, as [{"amount": "1900.00", "at": null}]; `at`: of a room's,
-- until when it rests besides. Null where none wait. `released_to`: the number of the movement up to which none waits any more.
-- `transactions.awaits_identity`: true of such a prize; what an audit compares with. Servers of before this migration write none of them, and
-- go on. A prize that one of them pays does not wait.
--
-- `wallets.withdrawn`: what was ever paid out, or is under way, without what came back. The database counts it, whichever server moves the
-- money: all of it is against the account `payouts`. A sale's rows are passed over without a call.
ALTER TABLE wallets
  ADD COLUMN IF NOT EXISTS awaiting_identity jsonb,
  ADD COLUMN IF NOT EXISTS released_to bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS withdrawn decimal(16,2) NOT NULL DEFAULT 0;
EXECUTE replace('GRANT UPDATE (awaiting_identity, released_to) ON wallets TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));

-- A date of birth that a player said is another only where who checks identities says so. No sale writes it, so none calls this.
CREATE OR REPLACE TRIGGER wallets_born_once BEFORE UPDATE OF born_on ON wallets FOR EACH ROW
  WHEN (OLD.born_on IS NOT NULL AND NEW.born_on IS NOT NULL AND NEW.born_on <> OLD.born_on
    AND current_setting('ddd.knows', true) IS DISTINCT FROM 'identity checks')
  EXECUTE FUNCTION refuse_change();
COMMIT;

ALTER TABLE transactions ADD COLUMN IF NOT EXISTS awaits_identity boolean;
CREATE OR REPLACE FUNCTION withdrawn_is_counted() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  UPDATE wallets SET withdrawn = withdrawn - NEW.amount WHERE user_id = NEW.user_id;
  RETURN NULL;
END $body$;
CREATE OR REPLACE TRIGGER withdrawn_is_counted AFTER INSERT ON transactions FOR EACH ROW
  WHEN (NEW.counter_account = 'payouts') EXECUTE FUNCTION withdrawn_is_counted();
COMMIT;

-- Who waits for a check, or for the prizes that wait for it: what `ddd kyc list` reads. Written under the wallet's lock.
CREATE TABLE IF NOT EXISTS identity_waiting (
  user_id uuid PRIMARY KEY REFERENCES users
);
EXECUTE replace('GRANT SELECT ON identity_waiting TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
CREATE OR REPLACE FUNCTION identity_waits() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  player uuid := coalesce(to_jsonb(NEW) ->> 'user_id', to_jsonb(NEW) ->> 'id')::uuid;
BEGIN
  IF EXISTS (
    SELECT FROM users u LEFT JOIN wallets w ON w.user_id = u.id
    WHERE u.id = player AND u.erased_at IS NULL AND (u.kyc_status = 'pending' OR w.awaiting_identity IS NOT NULL)
  ) THEN
    INSERT INTO identity_waiting VALUES (player) ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM identity_waiting WHERE user_id = player;
  END IF;
  RETURN NULL;
END $body$;
COMMIT;
CREATE OR REPLACE TRIGGER identity_waits AFTER UPDATE OF kyc_status, erased_at ON users FOR EACH ROW
  WHEN ((NEW.kyc_status, NEW.erased_at) IS DISTINCT FROM (OLD.kyc_status, OLD.erased_at)) EXECUTE FUNCTION identity_waits();
COMMIT;
-- `id` of a wallet is its own, and `user_id` comes first
CREATE OR REPLACE TRIGGER identity_waits AFTER UPDATE OF awaiting_identity ON wallets FOR EACH ROW
  WHEN ((NEW.awaiting_identity IS NULL) <> (OLD.awaiting_identity IS NULL)) EXECUTE FUNCTION identity_waits();
COMMIT;

-- A withdrawal of a server of before this migration takes no prize that waits (docs/decisions/0056).
CREATE OR REPLACE FUNCTION withdrawal_leaves_what_rests() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF EXISTS (
    SELECT FROM wallets w JOIN transactions t ON t.id = NEW.id
    WHERE w.user_id = NEW.user_id AND (w.maturing IS NOT NULL OR w.awaiting_identity IS NOT NULL)
      AND t.withdrawable_delta < 0 AND w.withdrawable < (
        SELECT coalesce(sum((prize ->> 'amount')::decimal), 0) FROM jsonb_array_elements(coalesce(w.maturing, '[]')) prize
        WHERE (prize ->> 'at')::timestamptz > app_now()
      ) + (
        SELECT coalesce(sum((prize ->> 'amount')::decimal), 0) FROM jsonb_array_elements(coalesce(w.awaiting_identity, '[]')) prize
      )
  ) THEN
    RAISE EXCEPTION 'withdrawal % takes a prize that rests, or waits for an identity check', NEW.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $body$;
COMMIT;

-- What who checks identities tells is kept as other notices are. Servers of before this migration would take it for the payout provider's,
-- and be done with it: it is left to those that know it.
ALTER TABLE webhook_events
  DROP CONSTRAINT IF EXISTS webhook_events_sender_check,
  DROP CONSTRAINT IF EXISTS webhook_events_senders,
  ADD CONSTRAINT webhook_events_senders CHECK (sender IN ('revenuecat', 'stripe', 'kyc')) NOT VALID;
CREATE OR REPLACE FUNCTION identity_is_understood() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF current_setting('ddd.knows', true) IS DISTINCT FROM 'identity checks' THEN
    RAISE EXCEPTION 'event % is about an identity check: it is left to a server that knows those', NEW.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE OR REPLACE TRIGGER identity_is_understood BEFORE UPDATE OF state ON webhook_events FOR EACH ROW
  WHEN (NEW.sender = 'kyc' AND NEW.state <> 'received') EXECUTE FUNCTION identity_is_understood();
COMMIT;
-- reads the table, and keeps nobody from writing it: here it may wait
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE webhook_events VALIDATE CONSTRAINT webhook_events_senders;
COMMIT;

-- What was withdrawn before: under the wallets' locks, which whoever moves the money has, a hundred at a time.
DECLARE
  after uuid := '00000000-0000-0000-0000-000000000000';
  players uuid[];
BEGIN
  LOOP
    players := ARRAY(SELECT DISTINCT user_id FROM withdrawals WHERE user_id > after ORDER BY user_id LIMIT 100);
    EXIT WHEN players = '{}';
    PERFORM 1 FROM wallets WHERE user_id = ANY (players) ORDER BY user_id FOR NO KEY UPDATE;
    UPDATE wallets w SET withdrawn = coalesce((
      SELECT sum(amount) FROM withdrawals d WHERE d.user_id = w.user_id AND d.status IN ('pending', 'paid')), 0)
    WHERE w.user_id = ANY (players);
    COMMIT;
    after := players[array_upper(players, 1)];
  END LOOP;
END;
