-- commits by itself
-- What servers of before 0018 and 0019 would do wrong while they run beside newer ones is refused (docs/decisions/0056): their jobs and
-- timers go on, though they are not ready any more.

-- They know no `wallets.maturing`: a withdrawal takes no winnings that rest. `transactions` has the withdrawal's movement, `wallets` what is
-- left. What has matured since it was decided takes nothing away here.
CREATE OR REPLACE FUNCTION withdrawal_leaves_what_rests() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF EXISTS (
    SELECT FROM wallets w JOIN transactions t ON t.id = NEW.id
    WHERE w.user_id = NEW.user_id AND w.maturing IS NOT NULL AND t.withdrawable_delta < 0 AND w.withdrawable < (
      SELECT coalesce(sum((prize ->> 'amount')::decimal), 0) FROM jsonb_array_elements(w.maturing) prize
      WHERE (prize ->> 'at')::timestamptz > app_now())
  ) THEN
    RAISE EXCEPTION 'withdrawal % takes a prize that rests', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $body$;
CREATE OR REPLACE TRIGGER withdrawal_leaves_what_rests AFTER INSERT ON withdrawals FOR EACH ROW
  EXECUTE FUNCTION withdrawal_leaves_what_rests();
COMMIT;

-- They take the refund of a part as one of the whole, give back the whole where a part was taken, and credit nothing where it came first.
-- What was refunded the row does not tell; who knows says so, for each transaction.
CREATE OR REPLACE FUNCTION refund_is_understood() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF current_setting('ddd.knows', true) IS DISTINCT FROM 'refunds of a part' THEN
    RAISE EXCEPTION 'funding % is refunded: it is left to a server that knows refunds of a part', NEW.reference
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE OR REPLACE TRIGGER refund_is_understood BEFORE INSERT OR UPDATE OF refunded, refund_reversed, given ON fundings FOR EACH ROW
  WHEN (NEW.refunded OR NEW.refund_reversed) EXECUTE FUNCTION refund_is_understood();
