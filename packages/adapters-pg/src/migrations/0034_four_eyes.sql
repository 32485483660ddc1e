-- commits by itself
-- Money that operators move by hand: wallets that are adjusted, and what waits for another operator (docs/decisions/0067 and 0068).
IF to_regclass('approvals') IS NULL THEN
  CREATE TABLE approvals (
    -- a UUID v7: newest last
    id uuid PRIMARY KEY,
    kind varchar(20) NOT NULL CHECK (kind IN ('adjustment', 'purchase', 'withdrawal', 'deposit')),
    user_id uuid NOT NULL REFERENCES users,
    amount decimal(12,2) NOT NULL CHECK (amount <> 0),
    -- what moves the money once, ever
    reference varchar(100) NOT NULL,
    corrects uuid,
    is_winnings boolean NOT NULL,
    metadata jsonb,
    requester varchar(64) NOT NULL CHECK (requester <> ''),
    requester_role name NOT NULL DEFAULT session_user,
    command varchar(64) NOT NULL,
    reason varchar(500),
    asked_at timestamptz NOT NULL DEFAULT app_now(),
    -- a week, as core says
    expires_at timestamptz NOT NULL DEFAULT app_now() + interval '168 hours',
    state varchar(10) NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'refused', 'expired')),
    decided_by varchar(64),
    decider_role name,
    decided_at timestamptz,
    CHECK ((state IN ('done', 'refused')) = (decided_by IS NOT NULL)),
    CONSTRAINT four_eyes CHECK (state <> 'done' OR lower(decided_by) <> lower(requester))
  );
  CREATE UNIQUE INDEX approvals_waiting ON approvals (kind, reference) WHERE state = 'waiting';
  CREATE INDEX approvals_of_state ON approvals (state, id);

  -- Decided once, in its time; when, and as which role, the database says.
  CREATE FUNCTION approval_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF OLD.state <> 'waiting' OR NEW.state = 'waiting'
      OR (NEW.state = 'done' AND app_now() >= OLD.expires_at) OR (NEW.state = 'expired' AND app_now() < OLD.expires_at)
      OR (to_jsonb(NEW) - ARRAY['state', 'decided_by']) <> (to_jsonb(OLD) - ARRAY['state', 'decided_by'])
    THEN
      RAISE EXCEPTION 'approval % is decided once, within its time, and says what was asked for', OLD.id
        USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.decided_at := app_now();
    NEW.decider_role := session_user;
    RETURN NEW;
  END $body$;
  CREATE TRIGGER approval_goes_forward BEFORE UPDATE ON approvals FOR EACH ROW EXECUTE FUNCTION approval_goes_forward();
  CREATE TRIGGER approvals_undeleted BEFORE DELETE ON approvals FOR EACH ROW EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER approvals_kept BEFORE TRUNCATE ON approvals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

  -- Each with its movement and with what was written of it: none of the three without the others.
  CREATE TABLE adjustments (
    reference varchar(100) PRIMARY KEY,
    transaction_id uuid NOT NULL UNIQUE REFERENCES transactions DEFERRABLE INITIALLY DEFERRED,
    user_id uuid NOT NULL REFERENCES users,
    amount decimal(12,2) NOT NULL CHECK (amount <> 0),
    is_winnings boolean NOT NULL,
    -- a movement of the same wallet
    corrects uuid REFERENCES transactions,
    log_id uuid NOT NULL UNIQUE REFERENCES operator_log,
    approval_id uuid UNIQUE REFERENCES approvals,
    CHECK (reference LIKE CASE WHEN corrects IS NULL THEN 'credit:%' ELSE 'correction:' || corrects END)
  );
  CREATE TRIGGER adjustments_fixed BEFORE UPDATE OR DELETE ON adjustments FOR EACH ROW EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER adjustments_kept BEFORE TRUNCATE ON adjustments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

  EXECUTE replace($grants$
    GRANT SELECT ON approvals, adjustments TO %app%;
    GRANT INSERT (id, kind, user_id, amount, reference, corrects, is_winnings, metadata, requester, command, reason)
      ON approvals TO %app%;
    GRANT UPDATE (state, decided_by) ON approvals TO %app%;
    GRANT INSERT ON adjustments TO %app%
  $grants$, '%app%', quote_ident(current_setting('ddd.app_role')));
END IF;
COMMIT;

-- Movements of a kind of its own, in either direction. What was allowed still is: the old constraints are exchanged for wider ones.
IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'transactions_signs') THEN
  ALTER TABLE transactions
    DROP CONSTRAINT transactions_type_check,
    DROP CONSTRAINT transactions_check,
    ADD CONSTRAINT transactions_types CHECK (type IN ('deposit', 'withdrawal', 'ticket_purchase', 'prize_win', 'refund',
      'chargeback', 'debt', 'debt_repaid', 'house_fee', 'adjustment')) NOT VALID,
    ADD CONSTRAINT transactions_signs CHECK (type = 'adjustment'
      OR (type IN ('withdrawal', 'ticket_purchase', 'chargeback', 'debt_repaid')) = (amount < 0)) NOT VALID;

  CREATE FUNCTION adjustment_is_written_down() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
  BEGIN
    IF NOT EXISTS (
      SELECT FROM adjustments a WHERE a.transaction_id = NEW.id
        AND (a.user_id, a.amount, a.reference) = (NEW.user_id, NEW.amount, NEW.reference_id)
    ) THEN
      RAISE EXCEPTION 'movement % adjusts a wallet, and nothing says who did that', NEW.id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
  END $body$;
  -- a sale's rows are passed over without a call
  CREATE TRIGGER adjustment_is_written_down AFTER INSERT ON transactions FOR EACH ROW WHEN (NEW.type = 'adjustment')
    EXECUTE FUNCTION adjustment_is_written_down();
END IF;
COMMIT;

-- reads the table, and keeps nobody from writing it: here it may wait
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE transactions VALIDATE CONSTRAINT transactions_types, VALIDATE CONSTRAINT transactions_signs;
