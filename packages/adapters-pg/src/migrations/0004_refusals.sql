-- What the database itself refuses, whatever the code does (DESIGN.md, "Money"). The functions run as the tables' owner with
-- a pinned search_path: a lock in a trigger needs rights that the application's role does not have.
--
-- `tickets` and `transactions` have no declared foreign keys: those are checked row by row, and made the sale half as fast. Their
-- triggers check the same a statement at a time, and what they refer to can be neither removed nor renamed.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION '% on % is refused: its rows are never changed or removed', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $body$;

CREATE TRIGGER tickets_fixed BEFORE UPDATE OR DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tickets_kept BEFORE TRUNCATE ON tickets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transactions_undeleted BEFORE DELETE ON transactions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transactions_kept BEFORE TRUNCATE ON transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draws_undeleted BEFORE DELETE ON draws FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draws_kept BEFORE TRUNCATE ON draws FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION id_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'the id of a row of % is never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $body$;
CREATE TRIGGER users_id_stays BEFORE UPDATE OF id ON users
  FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION id_stays();
CREATE TRIGGER wallets_id_stays BEFORE UPDATE OF user_id ON wallets
  FOR EACH ROW WHEN (NEW.user_id <> OLD.user_id) EXECUTE FUNCTION id_stays();
CREATE TRIGGER users_undeleted BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER users_kept BEFORE TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER wallets_undeleted BEFORE DELETE ON wallets FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER wallets_kept BEFORE TRUNCATE ON wallets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_secrets_fixed BEFORE UPDATE OR DELETE ON draw_secrets FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_secrets_kept BEFORE TRUNCATE ON draw_secrets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sale_batches_fixed BEFORE UPDATE ON sale_batches FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A transaction only ever goes from pending to completed or failed.
CREATE FUNCTION transaction_changes() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF OLD.status <> 'pending' OR NEW.status NOT IN ('completed', 'failed')
    OR (to_jsonb(OLD) - 'status') <> (to_jsonb(NEW) - 'status')
  THEN
    RAISE EXCEPTION 'transaction % can only go from pending to completed or failed', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER transactions_settle BEFORE UPDATE ON transactions FOR EACH ROW EXECUTE FUNCTION transaction_changes();

-- Every balance continues the numbered history of its wallet, the wallet stands where its newest movement left it, and the
-- accounts of draws move with it. Checked a statement at a time: the sale inserts hundreds of rows in one.
CREATE FUNCTION transactions_continue() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  wrong record;
  accounts_named bigint;
  accounts_moved bigint;
BEGIN
  -- scalar subqueries: an index look-up a row, however many wallets there are, for one row as for a thousand
  SELECT a.user_id, a.wallet_seq INTO wrong FROM added a
  WHERE a.balance_after - a.amount IS DISTINCT FROM CASE a.wallet_seq
    WHEN 1 THEN 0
    ELSE (SELECT p.balance_after FROM transactions p WHERE p.user_id = a.user_id AND p.wallet_seq = a.wallet_seq - 1)
  END
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'movement % of the wallet of user % does not continue its history', wrong.wallet_seq, wrong.user_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  SELECT a.user_id, a.wallet_seq INTO wrong FROM added a
  WHERE (
    SELECT CASE
      WHEN w.seq = a.wallet_seq THEN w.balance = a.balance_after
      WHEN w.seq > a.wallet_seq THEN w.balance =
        (SELECT t.balance_after FROM transactions t WHERE t.user_id = w.user_id AND t.wallet_seq = w.seq)
    END
    FROM wallets w WHERE w.user_id = a.user_id
  ) IS NOT TRUE
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the wallet of user % does not stand where movement % left it', wrong.user_id, wrong.wallet_seq
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  WITH moved AS (
    SELECT counter_account AS name, substr(counter_account, 6)::uuid AS draw_id, -sum(amount) AS delta
    FROM added WHERE counter_account LIKE 'draw:%' GROUP BY counter_account
  ), updated AS (
    -- a name has one spelling: an id can be written in several
    UPDATE draws d SET account_balance = d.account_balance + m.delta FROM moved m
    WHERE d.id = m.draw_id AND m.name = 'draw:' || d.id RETURNING 1
  )
  SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM updated) INTO accounts_named, accounts_moved;
  IF accounts_named <> accounts_moved THEN
    RAISE EXCEPTION 'a movement names the account of a draw that does not exist'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $body$;
CREATE TRIGGER transactions_continue AFTER INSERT ON transactions
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION transactions_continue();

-- Tickets are sold to users, in an open draw alone, within its hours. FOR SHARE: the draw cannot lock before this sale ends.
CREATE FUNCTION tickets_in_open_draw() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  wrong uuid;
BEGIN
  PERFORM 1 FROM draws WHERE id IN (SELECT DISTINCT draw_id FROM added) ORDER BY id FOR SHARE;
  SELECT a.draw_id INTO wrong
  FROM (SELECT draw_id, min(created_at) AS first_at, max(created_at) AS last_at FROM added GROUP BY draw_id) a
  LEFT JOIN draws d ON d.id = a.draw_id
  WHERE d.status IS DISTINCT FROM 'open' OR a.first_at < d.opens_at OR a.last_at >= d.closes_at
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'draw % does not sell tickets', wrong USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT a.user_id INTO wrong FROM added a
  WHERE (SELECT true FROM users u WHERE u.id = a.user_id) IS NOT TRUE
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'there is no user %', wrong USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $body$;
CREATE TRIGGER tickets_in_open_draw AFTER INSERT ON tickets
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tickets_in_open_draw();

-- A draw only goes forward, and what was published of it stays.
CREATE FUNCTION draw_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $body$
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
    OR (OLD.lock_note IS NOT NULL AND (NEW.lock_note, NEW.entries_root, NEW.locked_at, NEW.draws_at)
      IS DISTINCT FROM (OLD.lock_note, OLD.entries_root, OLD.locked_at, OLD.draws_at))
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
CREATE TRIGGER draw_goes_forward BEFORE UPDATE ON draws FOR EACH ROW EXECUTE FUNCTION draw_goes_forward();
