-- Money in and money out: what came in under each reference, what was asked to be paid out and how far that is, what outside
-- services told, and how far tickets were confirmed by mail.

-- What a player owes: of deposits that were taken back after they had been spent. Credits pay it first, so who owes has nothing.
ALTER TABLE wallets ADD COLUMN debt decimal(12,2) NOT NULL DEFAULT 0 CHECK (debt >= 0);
ALTER TABLE wallets ADD CHECK (debt = 0 OR balance = 0);

-- One row a reference, `<store>:<transaction id>` or our own. The three marks are only ever set; `given` is what the wallet had.
CREATE TABLE fundings (
  reference varchar(100) PRIMARY KEY,
  purchased boolean NOT NULL DEFAULT false,
  refunded boolean NOT NULL DEFAULT false,
  refund_reversed boolean NOT NULL DEFAULT false,
  given varchar(10) NOT NULL DEFAULT 'nothing' CHECK (given IN ('nothing', 'credited', 'taken back', 'given back')),
  user_id uuid REFERENCES users,
  amount decimal(12,2) CHECK (amount > 0),
  -- the names by which the store knows the buyer; removed when the person is erased
  names text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT app_now(),
  updated_at timestamptz NOT NULL DEFAULT app_now(),
  CHECK (purchased = (amount IS NOT NULL)),
  CHECK (given = 'nothing' OR (purchased AND user_id IS NOT NULL)),
  CHECK (given <> 'taken back' OR refunded),
  CHECK (given <> 'given back' OR (refunded AND refund_reversed))
);
CREATE INDEX fundings_waiting ON fundings (created_at) WHERE purchased AND given = 'nothing' AND user_id IS NULL;
CREATE INDEX fundings_of_user ON fundings (user_id);
INSERT INTO fundings (reference, purchased, given, user_id, amount, created_at)
  SELECT reference_id, true, 'credited', user_id, amount, created_at FROM transactions WHERE type = 'deposit';

CREATE FUNCTION funding_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF NEW.reference <> OLD.reference
    OR (OLD.purchased AND NOT NEW.purchased) OR (OLD.refunded AND NOT NEW.refunded)
    OR (OLD.refund_reversed AND NOT NEW.refund_reversed)
    OR (OLD.amount IS NOT NULL AND NEW.amount IS DISTINCT FROM OLD.amount)
    OR (OLD.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id)
    OR NOT (NEW.given = OLD.given OR (OLD.given, NEW.given) IN
      (('nothing', 'credited'), ('credited', 'taken back'), ('taken back', 'given back')))
  THEN
    RAISE EXCEPTION 'what was said of funding %, or given for it, is never taken back unsaid', OLD.reference
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER funding_goes_forward BEFORE UPDATE ON fundings FOR EACH ROW EXECUTE FUNCTION funding_goes_forward();
CREATE TRIGGER fundings_undeleted BEFORE DELETE ON fundings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fundings_kept BEFORE TRUNCATE ON fundings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The names by which stores know a player, beside the player's id; removed when the person is erased.
CREATE TABLE buyer_names (
  name text PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users
);
CREATE INDEX buyer_names_of_user ON buyer_names (user_id);

-- The players' accounts with the payout provider; removed when the person is erased.
CREATE TABLE payout_accounts (
  user_id uuid PRIMARY KEY REFERENCES users,
  account varchar(255) NOT NULL UNIQUE,
  status varchar(10) NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'ready')),
  created_at timestamptz NOT NULL DEFAULT app_now(),
  -- when a pending one is asked for next
  check_at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX payout_accounts_pending ON payout_accounts (check_at) WHERE status = 'pending';

-- One row a withdrawal, whose id is its movement's. Each step of the provider has its own state, stored before it is asked: what it
-- was asked for is 'unknown' until it has said. `attempt` counts the requests, each under a key of its own.
CREATE TABLE withdrawals (
  id uuid PRIMARY KEY REFERENCES transactions,
  user_id uuid NOT NULL REFERENCES users,
  amount decimal(12,2) NOT NULL CHECK (amount > 0),
  account varchar(255) NOT NULL,
  asked_at timestamptz NOT NULL,
  status varchar(10) NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'paid', 'failed', 'returned')),
  transfer_status varchar(10) NOT NULL DEFAULT 'unsent' CHECK (transfer_status IN ('unsent', 'unknown', 'done', 'refused')),
  transfer_attempt integer NOT NULL DEFAULT 1 CHECK (transfer_attempt > 0),
  transfer_sent_at timestamptz,
  transfer_id varchar(255) UNIQUE,
  payout_status varchar(10) NOT NULL DEFAULT 'unsent' CHECK (payout_status IN ('unsent', 'unknown', 'done', 'refused')),
  payout_attempt integer NOT NULL DEFAULT 1 CHECK (payout_attempt > 0),
  payout_sent_at timestamptz,
  payout_id varchar(255) UNIQUE,
  -- the payout's own state, once it is done
  payout_state varchar(10) CHECK (payout_state IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
  reversal_status varchar(10) NOT NULL DEFAULT 'unsent' CHECK (reversal_status IN ('unsent', 'unknown', 'done', 'refused')),
  reversal_attempt integer NOT NULL DEFAULT 1 CHECK (reversal_attempt > 0),
  reversal_sent_at timestamptz,
  reversal_id varchar(255),
  held_reason text,
  held_step varchar(10) CHECK (held_step IN ('transfer', 'payout', 'reversal')),
  problem text,
  turn integer NOT NULL DEFAULT 0,
  idle_turns integer NOT NULL DEFAULT 0,
  -- when it is taken up next; null where nothing is left to do. A turn that is under way is its own until `taken_until`.
  due_at timestamptz,
  taken_until timestamptz,
  CHECK (transfer_status <> 'done' OR transfer_id IS NOT NULL),
  CHECK ((payout_state IS NOT NULL) = (payout_status = 'done' AND payout_id IS NOT NULL)),
  CHECK (held_step IS NULL OR held_reason IS NOT NULL),
  CHECK (status NOT IN ('paid', 'returned') OR (transfer_status = 'done' AND payout_status = 'done')),
  CHECK (status <> 'failed' OR transfer_status = 'refused' OR reversal_status = 'done'),
  CHECK (status <> 'returned' OR reversal_status = 'done')
);
CREATE INDEX withdrawals_due ON withdrawals (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX withdrawals_of_user ON withdrawals (user_id, id);
CREATE INDEX withdrawals_held ON withdrawals (id) WHERE held_reason IS NOT NULL;

CREATE FUNCTION withdrawal_goes_forward() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  movement varchar;
  came_back boolean;
BEGIN
  IF (NEW.id, NEW.user_id, NEW.amount, NEW.account, NEW.asked_at) IS DISTINCT FROM
     (OLD.id, OLD.user_id, OLD.amount, OLD.account, OLD.asked_at)
    OR NOT (NEW.status = OLD.status OR (OLD.status, NEW.status) IN
      (('pending', 'paid'), ('pending', 'failed'), ('paid', 'returned')))
    OR (OLD.transfer_status = 'done' AND (NEW.transfer_status, NEW.transfer_id) IS DISTINCT FROM (OLD.transfer_status, OLD.transfer_id))
    OR (OLD.payout_status = 'done' AND (NEW.payout_status, NEW.payout_id) IS DISTINCT FROM (OLD.payout_status, OLD.payout_id))
    OR (OLD.reversal_status = 'done' AND NEW.reversal_status <> 'done')
    OR (OLD.transfer_sent_at IS NOT NULL AND NEW.transfer_sent_at > OLD.transfer_sent_at AND NEW.transfer_attempt = OLD.transfer_attempt)
    OR (OLD.payout_sent_at IS NOT NULL AND NEW.payout_sent_at > OLD.payout_sent_at AND NEW.payout_attempt = OLD.payout_attempt)
  THEN
    RAISE EXCEPTION 'what is known of withdrawal % is never changed, and it only goes forward', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status <> OLD.status THEN
    SELECT t.status, EXISTS (
      SELECT FROM transactions r WHERE r.type = 'refund' AND r.reference_id = NEW.id::text
        AND r.user_id = NEW.user_id AND r.amount = NEW.amount AND r.counter_account = 'payouts')
      INTO movement, came_back FROM transactions t WHERE t.id = NEW.id;
    IF (movement, came_back) IS DISTINCT FROM (CASE NEW.status
        WHEN 'failed' THEN 'failed' ELSE 'completed' END::varchar, NEW.status IN ('failed', 'returned'))
    THEN
      RAISE EXCEPTION 'withdrawal % is said to be %, which its movements are not', NEW.id, NEW.status
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $body$;
CREATE FUNCTION withdrawal_begins() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  IF NEW.status <> 'pending' OR NOT EXISTS (
    SELECT FROM transactions t WHERE t.id = NEW.id AND t.type = 'withdrawal' AND t.status = 'pending'
      AND t.user_id = NEW.user_id AND t.amount = -NEW.amount)
  THEN
    RAISE EXCEPTION 'withdrawal % does not begin as its movement does', NEW.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER withdrawal_begins BEFORE INSERT ON withdrawals FOR EACH ROW EXECUTE FUNCTION withdrawal_begins();
CREATE TRIGGER withdrawal_goes_forward BEFORE UPDATE ON withdrawals FOR EACH ROW EXECUTE FUNCTION withdrawal_goes_forward();
CREATE TRIGGER withdrawals_undeleted BEFORE DELETE ON withdrawals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER withdrawals_kept BEFORE TRUNCATE ON withdrawals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What outside services told, as it came, before it was acted on. The body is removed when the person it is about is erased.
CREATE TABLE webhook_events (
  id uuid PRIMARY KEY,
  sender varchar(20) NOT NULL CHECK (sender IN ('revenuecat', 'stripe')),
  event_id varchar(255) NOT NULL,
  type varchar(100) NOT NULL,
  body bytea NOT NULL,
  state varchar(10) NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'done', 'ignored', 'waiting', 'failed')),
  outcome text,
  -- the funding that it is about
  reference varchar(100),
  received_at timestamptz NOT NULL DEFAULT app_now(),
  handled_at timestamptz,
  UNIQUE (sender, event_id)
);
CREATE INDEX webhook_events_open ON webhook_events (id) WHERE state IN ('received', 'waiting', 'failed');
CREATE INDEX webhook_events_of_funding ON webhook_events (reference) WHERE reference IS NOT NULL;
CREATE TRIGGER webhook_events_undeleted BEFORE DELETE ON webhook_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER webhook_events_kept BEFORE TRUNCATE ON webhook_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How many of a draw's tickets are confirmed by mail: those at positions 1 … confirmed.
CREATE TABLE ticket_mails (
  draw_id uuid PRIMARY KEY REFERENCES draws,
  confirmed integer NOT NULL CHECK (confirmed >= 0)
);
-- what was sold before mails were sent is not confirmed any more
INSERT INTO ticket_mails (draw_id, confirmed) SELECT id, total_entries FROM draws WHERE total_entries > 0;
-- looked through for tickets that are not confirmed yet; its column never changes, so that sales stay as quick as they were
CREATE INDEX draws_ended ON draws (opens_at) WHERE status IN ('drawn', 'void');

-- how many mails an address was sent lately
CREATE INDEX mailed_tokens_of_address ON mailed_tokens (lower(email), created_at);

EXECUTE replace($grants$
  GRANT UPDATE (debt) ON wallets TO %app%;
  GRANT SELECT, INSERT ON fundings, buyer_names, payout_accounts, withdrawals, webhook_events, ticket_mails TO %app%;
  GRANT UPDATE (purchased, refunded, refund_reversed, given, user_id, amount, names, updated_at) ON fundings TO %app%;
  GRANT UPDATE (status, check_at) ON payout_accounts TO %app%;
  GRANT UPDATE (status, transfer_status, transfer_attempt, transfer_sent_at, transfer_id, payout_status, payout_attempt,
    payout_sent_at, payout_id, payout_state, reversal_status, reversal_attempt, reversal_sent_at, reversal_id, held_reason,
    held_step, problem, turn, idle_turns, due_at, taken_until) ON withdrawals TO %app%;
  GRANT UPDATE (state, outcome, reference, body, handled_at) ON webhook_events TO %app%;
  GRANT UPDATE (confirmed) ON ticket_mails TO %app%;
  GRANT DELETE ON buyer_names, payout_accounts TO %app%
$grants$, '%app%', quote_ident(current_setting('ddd.app_role')));
