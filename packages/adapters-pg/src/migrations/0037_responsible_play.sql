-- commits by itself
-- What players decide about their own play (docs/play.md; docs/decisions/0070 to 0074): limits, time-outs, exclusions.
--
-- All of it stands in the wallet's own row, so that a sale reads it with the wallet, under its lock. Servers of before this migration neither
-- read nor write it: they sell to whoever asks them, and what they moved is counted by the next server that reads the wallet. Each table is
-- locked by itself, for an instant.
--
-- `wallets.limits`: null where nothing is limited; else, money in cents,
--   {"limits": {"dailySpend": 2000}, "rises": [{"limit": "dailySpend", "value": 3000, "at": "2026-02-03T10:30:00.000Z"}],
--    "day": "2026-02-03", "spent": [100, 100, 700], "deposited": [0, 0, 1000], "seq": 12}
-- `spent` and `deposited` by day, week and month; `seq`: the newest movement that is counted.
ALTER TABLE wallets
  ADD COLUMN IF NOT EXISTS limits jsonb,
  ADD COLUMN IF NOT EXISTS timed_out_until timestamptz,
  ADD COLUMN IF NOT EXISTS excluded_until timestamptz;
EXECUTE replace('GRANT UPDATE (limits, timed_out_until, excluded_until) ON wallets TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));

-- Neither is made shorter while it runs, by whoever asks. No sale writes these columns, so none calls this.
CREATE OR REPLACE FUNCTION play_stays_barred() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF (OLD.timed_out_until > app_now() AND (NEW.timed_out_until >= OLD.timed_out_until) IS NOT TRUE)
    OR (OLD.excluded_until > app_now() AND (NEW.excluded_until >= OLD.excluded_until) IS NOT TRUE)
  THEN
    RAISE EXCEPTION 'a time-out or an exclusion of user % is made longer, never shorter', OLD.user_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE OR REPLACE TRIGGER wallets_stay_barred BEFORE UPDATE OF timed_out_until, excluded_until ON wallets
  FOR EACH ROW EXECUTE FUNCTION play_stays_barred();
COMMIT;

-- Deposits that were more than their players allowed, and were credited since they were paid already. `transaction_id`: the
-- movement, of `transactions`, of which no row is ever removed.
CREATE TABLE IF NOT EXISTS deposit_excesses (
  transaction_id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  limit_name varchar(20) NOT NULL CHECK (limit_name IN ('dailyDeposit', 'weeklyDeposit', 'monthlyDeposit')),
  amount decimal(12,2) NOT NULL CHECK (amount > 0),
  at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX IF NOT EXISTS deposit_excesses_of_user ON deposit_excesses (user_id, transaction_id);
CREATE OR REPLACE TRIGGER deposit_excesses_fixed BEFORE UPDATE OR DELETE ON deposit_excesses
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER deposit_excesses_kept BEFORE TRUNCATE ON deposit_excesses
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
EXECUTE replace('GRANT SELECT, INSERT ON deposit_excesses TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
COMMIT;

-- Names that a player gave up who was barred then (a mailbox that was erased or replaced, a store's name): they stay barred until the later
-- of the exclusion and the time-out ends, as digests, since nothing of an erased person is kept. The key never changes, so that no exclusion
-- is forgotten with it; the application cannot read it (docs/decisions/0072). 244 secure random bits.
CREATE TABLE IF NOT EXISTS exclusion_key (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  key bytea NOT NULL CHECK (length(key) = 32)
);
INSERT INTO exclusion_key (key) VALUES (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))
  ON CONFLICT DO NOTHING;
CREATE OR REPLACE TRIGGER exclusion_key_fixed BEFORE UPDATE OR DELETE ON exclusion_key
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER exclusion_key_kept BEFORE TRUNCATE ON exclusion_key
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE IF NOT EXISTS excluded_names (
  digest bytea PRIMARY KEY,
  until timestamptz NOT NULL,
  -- whose it was: what bars them may be made longer yet. Null once they are erased
  user_id uuid REFERENCES users
);
CREATE INDEX IF NOT EXISTS excluded_names_of_user ON excluded_names (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS excluded_names_over ON excluded_names (until);
CREATE OR REPLACE TRIGGER excluded_names_fixed BEFORE UPDATE ON excluded_names FOR EACH ROW
  WHEN (NEW.digest <> OLD.digest OR NEW.until < OLD.until) EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER excluded_names_kept BEFORE TRUNCATE ON excluded_names
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER excluded_names_stay AFTER DELETE ON excluded_names REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_young('until <= $1');
EXECUTE replace('GRANT SELECT, DELETE ON excluded_names TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));

-- `kind`: 'mailbox' or 'buyer'. The key has one length, and the kinds no line feed: no two names have one text.
CREATE OR REPLACE FUNCTION excluded_digest(kind text, name text) RETURNS bytea
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
  SELECT sha256(key || convert_to(kind || chr(10) || name, 'UTF8')) FROM exclusion_key
$body$;
EXECUTE replace('GRANT EXECUTE ON FUNCTION excluded_digest(text, text) TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));

-- Keeps a name barred that a player loses who is barred, whichever server takes it away.
CREATE OR REPLACE FUNCTION bar_name(player uuid, kind text, name text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
  INSERT INTO excluded_names AS e (digest, until, user_id)
    SELECT excluded_digest(kind, name), greatest(w.excluded_until, w.timed_out_until), u.id
    FROM wallets w LEFT JOIN users u ON u.id = w.user_id AND u.erased_at IS NULL
    WHERE w.user_id = player AND greatest(w.excluded_until, w.timed_out_until) > app_now()
  ON CONFLICT (digest) DO UPDATE SET until = greatest(e.until, EXCLUDED.until), user_id = EXCLUDED.user_id
$body$;
CREATE OR REPLACE FUNCTION mailbox_stays_barred() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  PERFORM bar_name(OLD.user_id, 'mailbox', OLD.identity);
  RETURN NULL;
END $body$;
CREATE OR REPLACE FUNCTION buyer_stays_barred() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  PERFORM bar_name(OLD.user_id, 'buyer', OLD.name);
  RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION bar_name(uuid, text, text) FROM PUBLIC;

-- Keeps names barred that a player lost, for as long as what bars the player is made longer.
CREATE OR REPLACE FUNCTION names_stay_barred() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  UPDATE excluded_names SET until = greatest(NEW.excluded_until, NEW.timed_out_until)
  WHERE user_id = NEW.user_id AND until > app_now() AND until < greatest(NEW.excluded_until, NEW.timed_out_until);
  RETURN NULL;
END $body$;

-- Forgets whose they were, of a player who is erased.
CREATE OR REPLACE FUNCTION names_are_disowned() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  UPDATE excluded_names SET user_id = NULL WHERE user_id = NEW.id;
  RETURN NULL;
END $body$;
COMMIT;

CREATE OR REPLACE TRIGGER names_stay_barred AFTER UPDATE OF timed_out_until, excluded_until ON wallets FOR EACH ROW
  WHEN ((NEW.timed_out_until, NEW.excluded_until) IS DISTINCT FROM (OLD.timed_out_until, OLD.excluded_until))
  EXECUTE FUNCTION names_stay_barred();
COMMIT;
CREATE OR REPLACE TRIGGER names_are_disowned AFTER UPDATE OF erased_at ON users FOR EACH ROW
  WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION names_are_disowned();
COMMIT;

CREATE OR REPLACE TRIGGER mailbox_stays_barred AFTER UPDATE OF identity ON email_identities FOR EACH ROW
  WHEN (OLD.identity IS NOT NULL AND NEW.identity IS DISTINCT FROM OLD.identity) EXECUTE FUNCTION mailbox_stays_barred();
COMMIT;
CREATE OR REPLACE TRIGGER buyer_stays_barred AFTER DELETE ON buyer_names FOR EACH ROW EXECUTE FUNCTION buyer_stays_barred();
