-- commits by itself
-- Purchases that a person has to decide about, and refunds of a part.
--
-- Servers of before this migration go on: they neither read nor write the new columns, and credit nothing that is held, since its names
-- are in `held_names`. The table is locked for an instant: a column without a default rewrites nothing.

IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'fundings'::regclass AND attname = 'held_reason') THEN
  ALTER TABLE fundings
    -- what the store says was paid, in the currency of the purchase, and what of it was refunded; null: all of it
    ADD COLUMN price decimal(12,2),
    ADD COLUMN refund_price decimal(12,2),
    -- what of the amount was taken back; null: all of it
    ADD COLUMN refund_amount decimal(12,2),
    -- why a person has to decide; null where nobody has to
    ADD COLUMN held_reason text,
    ADD COLUMN held_names text[],
    ADD CONSTRAINT prices_are_positive CHECK (price > 0 AND refund_price > 0) NOT VALID,
    ADD CONSTRAINT refund_of_a_part CHECK (refund_amount IS NULL
      OR (refund_amount > 0 AND refund_amount < amount AND given IN ('taken back', 'given back'))) NOT VALID,
    ADD CONSTRAINT held_is_not_credited CHECK (held_reason IS NULL OR (given = 'nothing' AND user_id IS NULL)) NOT VALID;

  -- As before (0007); and what a person decides about what is held may say another amount.
  CREATE OR REPLACE FUNCTION funding_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF NEW.reference <> OLD.reference
      OR (OLD.purchased AND NOT NEW.purchased) OR (OLD.refunded AND NOT NEW.refunded)
      OR (OLD.refund_reversed AND NOT NEW.refund_reversed)
      OR (OLD.amount IS NOT NULL AND NEW.amount IS DISTINCT FROM OLD.amount
        AND NOT (OLD.given = 'nothing' AND OLD.user_id IS NULL AND NEW.user_id IS NOT NULL))
      OR (OLD.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id)
      OR (OLD.price IS NOT NULL AND NEW.price IS DISTINCT FROM OLD.price)
      OR (OLD.refunded AND NEW.refund_price IS DISTINCT FROM OLD.refund_price)
      OR (OLD.given IN ('taken back', 'given back') AND NEW.refund_amount IS DISTINCT FROM OLD.refund_amount)
      OR NOT (NEW.given = OLD.given OR (OLD.given, NEW.given) IN
        (('nothing', 'credited'), ('credited', 'taken back'), ('taken back', 'given back'), ('nothing', 'taken back')))
      -- credited and partly taken back at once
      OR ((OLD.given, NEW.given) = ('nothing', 'taken back') AND NEW.refund_amount IS NULL)
    THEN
      RAISE EXCEPTION 'what was said of funding %, or given for it, is never taken back unsaid', OLD.reference
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END $body$;

  EXECUTE replace('GRANT UPDATE (price, refund_price, refund_amount, held_reason, held_names) ON fundings TO %app%', '%app%',
    quote_ident(current_setting('ddd.app_role')));
END IF;
COMMIT;

-- reads the table, and keeps nobody from writing it: here it may wait
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE fundings VALIDATE CONSTRAINT prices_are_positive, VALIDATE CONSTRAINT refund_of_a_part, VALIDATE CONSTRAINT held_is_not_credited;
