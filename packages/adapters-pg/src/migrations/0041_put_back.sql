-- That `ddd restore` put a backup back here, while the newest epoch was `epoch`: until a later one begins nothing is sold, signed or paid out
-- (docs/decisions/0098). `ddd restore` makes the table where the backup is of before this migration.
CREATE TABLE IF NOT EXISTS put_back (
  -- of when the backup is
  made_at timestamptz NOT NULL,
  epoch integer NOT NULL CHECK (epoch >= 0)
);
CREATE OR REPLACE TRIGGER put_back_fixed BEFORE UPDATE OR DELETE ON put_back FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER put_back_kept BEFORE TRUNCATE ON put_back FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
EXECUTE replace('GRANT SELECT ON put_back TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));

-- A withdrawal that is recorded again was paid: it takes what rests, too, where that alone is left.
CREATE OR REPLACE FUNCTION withdrawal_leaves_what_rests() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF current_setting('ddd.knows', true) IS DISTINCT FROM 'lost withdrawals' AND EXISTS (
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
