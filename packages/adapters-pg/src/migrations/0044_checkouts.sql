-- commits by itself
-- Paying in on a provider's page (docs/money.md; docs/decisions/0104 and 0105). Servers of before this migration neither read nor write any of
-- it, and credit nothing that was paid so: a notice that one of them takes is looked up by newer ones.
--
-- `fundings.refund_id`: which refund, or dispute, the marks are of, as the store calls it; null where it names none. The table is locked for
-- an instant: a column without a default rewrites nothing.
ALTER TABLE fundings ADD COLUMN IF NOT EXISTS refund_id varchar(255);
EXECUTE replace('GRANT UPDATE (refund_id) ON fundings TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
CREATE OR REPLACE TRIGGER refund_stays BEFORE UPDATE OF refund_id ON fundings FOR EACH ROW
  WHEN (OLD.refund_id IS NOT NULL AND NEW.refund_id IS DISTINCT FROM OLD.refund_id) EXECUTE FUNCTION refuse_change();
COMMIT;

-- A row is written before its provider is asked for the page. `due_at`: when it is looked up next; null once it is over.
CREATE TABLE IF NOT EXISTS checkouts (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  amount decimal(12,2) NOT NULL CHECK (amount > 0),
  provider varchar(120) NOT NULL,
  asked_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  status varchar(10) NOT NULL CHECK (status IN ('asked', 'open', 'processing', 'paid', 'expired', 'failed')),
  session_id varchar(255),
  url text,
  payment_id varchar(255),
  problem text,
  due_at timestamptz,
  CHECK ((due_at IS NOT NULL) = (status IN ('asked', 'open', 'processing'))),
  CHECK (status NOT IN ('open', 'paid') OR session_id IS NOT NULL),
  CHECK (status <> 'paid' OR payment_id IS NOT NULL)
);
-- What is under way: looked up by `due_at`, counted by its player.
CREATE INDEX IF NOT EXISTS checkouts_due ON checkouts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS checkouts_under_way ON checkouts (user_id) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS checkouts_of_user ON checkouts (user_id, id);
CREATE INDEX IF NOT EXISTS checkouts_by_status ON checkouts (status, id);
CREATE INDEX IF NOT EXISTS checkouts_by_session ON checkouts (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS checkouts_by_payment ON checkouts (payment_id) WHERE payment_id IS NOT NULL;

-- What was asked for stays, and so does what it is called; what was paid is never otherwise.
CREATE OR REPLACE TRIGGER checkouts_go_forward BEFORE UPDATE ON checkouts FOR EACH ROW
  WHEN (NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id OR NEW.amount <> OLD.amount OR NEW.provider <> OLD.provider
    OR NEW.asked_at <> OLD.asked_at OR NEW.expires_at <> OLD.expires_at
    OR (OLD.session_id IS NOT NULL AND NEW.session_id IS DISTINCT FROM OLD.session_id)
    OR (OLD.payment_id IS NOT NULL AND NEW.payment_id IS DISTINCT FROM OLD.payment_id)
    OR (OLD.status = 'paid' AND NEW.status <> 'paid')
    OR (OLD.status IN ('expired', 'failed') AND NEW.status NOT IN (OLD.status, 'paid'))
    OR NEW.status = 'asked' AND OLD.status <> 'asked')
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER checkouts_undeleted BEFORE DELETE ON checkouts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER checkouts_kept BEFORE TRUNCATE ON checkouts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
EXECUTE replace(
  'GRANT SELECT, INSERT, UPDATE (status, session_id, url, payment_id, problem, due_at) ON checkouts TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));
