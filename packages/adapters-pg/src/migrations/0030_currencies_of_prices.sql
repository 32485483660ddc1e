-- The currencies of what a store says was paid and refunded: a refund takes a part of a purchase only where both are told in one.
--
-- Null: not told, and what was recorded before. Servers of before this migration neither read nor write the columns. The table is locked
-- for an instant: a column without a default rewrites nothing, and its check has nothing to read.

ALTER TABLE fundings
  ADD COLUMN price_currency text,
  ADD COLUMN refund_currency text,
  ADD CONSTRAINT currencies_are_codes CHECK (price_currency ~ '^[A-Z]{3}$' AND refund_currency ~ '^[A-Z]{3}$') NOT VALID;

CREATE FUNCTION currencies_stay() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'the currency in which funding % was paid or refunded stays as it was told', OLD.reference
    USING ERRCODE = 'restrict_violation';
END $body$;
CREATE TRIGGER currencies_stay BEFORE UPDATE OF price_currency, refund_currency ON fundings FOR EACH ROW
  WHEN ((OLD.price IS NOT NULL AND NEW.price_currency IS DISTINCT FROM OLD.price_currency)
    OR (OLD.refunded AND NEW.refund_currency IS DISTINCT FROM OLD.refund_currency))
  EXECUTE FUNCTION currencies_stay();

EXECUTE replace('GRANT UPDATE (price_currency, refund_currency) ON fundings TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));
