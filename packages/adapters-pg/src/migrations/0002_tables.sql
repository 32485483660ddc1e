-- The tables of the plan (part 2), with what was decided since (DESIGN.md, "Tables").

CREATE TABLE users (
  id uuid PRIMARY KEY,
  email varchar(255) NOT NULL,
  username varchar(50) NOT NULL,
  password_hash varchar(255) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  updated_at timestamptz NOT NULL DEFAULT app_now(),
  email_verified boolean NOT NULL DEFAULT false,
  is_active boolean NOT NULL DEFAULT true,
  kyc_status varchar(20) NOT NULL DEFAULT 'none' CHECK (kyc_status IN ('none', 'pending', 'verified', 'rejected')),
  country char(2)
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE UNIQUE INDEX users_username_key ON users (lower(username));

-- A wallet is what its movements made of it; `seq` is the number of the newest one.
CREATE TABLE wallets (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL UNIQUE REFERENCES users,
  balance decimal(12,2) NOT NULL DEFAULT 0 CHECK (balance >= 0),
  pending_withdrawal decimal(12,2) NOT NULL DEFAULT 0 CHECK (pending_withdrawal >= 0),
  withdrawable decimal(12,2) NOT NULL DEFAULT 0,
  seq bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT app_now(),
  CHECK (0 <= withdrawable AND withdrawable <= balance)
) WITH (fillfactor = 70);

-- Daily draws and rooms alike. The notes are the signed records (FAIRNESS.md), each written once.
CREATE TABLE draws (
  id uuid PRIMARY KEY,
  kind varchar(5) NOT NULL CHECK (kind IN ('daily', 'room')),
  draw_date date UNIQUE,
  prize_pool decimal(12,2) NOT NULL DEFAULT 0,
  total_entries integer NOT NULL DEFAULT 0,
  commitment_hash varchar(64) NOT NULL CHECK (commitment_hash ~ '^[0-9a-f]{64}$'),
  seed varchar(64) CHECK (seed ~ '^[0-9a-f]{64}$'),
  status varchar(20) NOT NULL CHECK (status IN ('scheduled', 'open', 'locked', 'drawn', 'void')),
  winning_position integer,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  drawn_at timestamptz,
  opens_at timestamptz NOT NULL,
  closes_at timestamptz,
  locked_at timestamptz,
  draws_at timestamptz,
  last_purchased_at timestamptz,
  -- whose secret numbers this draw's tickets (each ticket's seal names its own)
  seal_key_id varchar(100) NOT NULL,
  -- the right edge of the ticket tree; its leaves are the tickets sold so far
  tree_frontier bytea NOT NULL,
  entries_root varchar(64),
  -- when the tree's tiles stood
  tiled_at timestamptz,
  beacon_chain varchar(64),
  beacon_round bigint,
  beacon_signature bytea,
  -- what the draw's account holds: moved by the transactions' trigger alone
  account_balance decimal(12,2) NOT NULL DEFAULT 0,
  open_note text NOT NULL,
  lock_note text,
  result_note text,
  CHECK ((kind = 'room') = (draw_date IS NULL)),
  CHECK (kind = 'room' OR closes_at IS NOT NULL),
  CHECK (total_entries >= 0 AND prize_pool = total_entries * 0.95),
  CHECK (winning_position IS NULL OR (status = 'drawn' AND winning_position BETWEEN 1 AND total_entries)),
  CHECK (status NOT IN ('locked', 'drawn') OR (lock_note IS NOT NULL AND entries_root IS NOT NULL AND locked_at IS NOT NULL AND draws_at IS NOT NULL)),
  CHECK (status NOT IN ('scheduled', 'open') OR lock_note IS NULL),
  CHECK ((status IN ('drawn', 'void')) = (result_note IS NOT NULL)),
  CHECK (status NOT IN ('drawn', 'void') OR account_balance = 0),
  CHECK (status <> 'drawn' OR (seed IS NOT NULL AND drawn_at IS NOT NULL AND (winning_position IS NULL) = (total_entries = 0))),
  CHECK (status IN ('drawn', 'void') OR seed IS NULL),
  -- FAIRNESS.md: commitment = H("ddd/commit/v1\n" ‖ lp(drawId) ‖ seed); an id has 36 characters
  CHECK (seed IS NULL OR commitment_hash = encode(
    sha256('\x6464642f636f6d6d69742f76310a00000024'::bytea || convert_to(id::text, 'UTF8') || decode(seed, 'hex')), 'hex'))
) WITH (fillfactor = 50);
CREATE INDEX draws_unsettled ON draws (opens_at) WHERE status IN ('scheduled', 'open', 'locked') OR tiled_at IS NULL;

-- The seed rests encrypted until it is revealed (AES-256-GCM under SEED_KEY).
CREATE TABLE draw_secrets (
  draw_id uuid PRIMARY KEY REFERENCES draws,
  key_id varchar(100) NOT NULL,
  nonce bytea NOT NULL,
  ciphertext bytea NOT NULL
);

-- Insert-only. `draw_id` and `user_id` refer to draws and users (checked by trigger). `wallet_seq` names the movement that paid for the ticket; `created_at` is its `purchasedAt`.
CREATE TABLE tickets (
  id uuid PRIMARY KEY,
  ticket_id varchar(32) NOT NULL UNIQUE,
  draw_id uuid NOT NULL,
  user_id uuid NOT NULL,
  position integer NOT NULL CHECK (position > 0),
  total_entries_at_purchase integer NOT NULL CHECK (total_entries_at_purchase >= position),
  ticket_hash varchar(64) NOT NULL,
  owner_commit bytea NOT NULL,
  seal_key_id varchar(100) NOT NULL,
  wallet_seq bigint NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (draw_id, position)
);
CREATE INDEX tickets_of_user ON tickets (user_id, id);

-- Double entry by construction: `user_id`'s wallet moves by `amount`, `counter_account` by its opposite.
-- `user_id` refers to wallets (checked by trigger).
CREATE TABLE transactions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  type varchar(20) NOT NULL CHECK (type IN
    ('deposit', 'withdrawal', 'ticket_purchase', 'prize_win', 'refund', 'chargeback', 'debt', 'debt_repaid', 'house_fee')),
  amount decimal(12,2) NOT NULL CHECK (amount <> 0),
  balance_after decimal(12,2) NOT NULL CHECK (balance_after >= 0),
  status varchar(20) NOT NULL DEFAULT 'completed' CHECK (status IN ('pending', 'completed', 'failed')),
  reference_id varchar(100),
  metadata jsonb,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  wallet_seq bigint NOT NULL CHECK (wallet_seq > 0),
  counter_account varchar(100) NOT NULL,
  withdrawable_delta decimal(12,2) NOT NULL DEFAULT 0,
  UNIQUE (user_id, wallet_seq),
  CHECK ((type IN ('withdrawal', 'ticket_purchase', 'chargeback', 'debt_repaid')) = (amount < 0)),
  CHECK (type <> 'ticket_purchase' OR amount = -1.00),
  -- what only moves within these books is done once it is written
  CHECK (type = 'withdrawal' OR status = 'completed'),
  -- what has no reference could happen twice
  CHECK (reference_id IS NOT NULL OR type NOT IN ('deposit', 'prize_win', 'house_fee', 'refund', 'chargeback'))
);
-- one effect of one store's transaction, one prize and one fee a draw, one refund a thing refunded
CREATE UNIQUE INDEX transactions_once ON transactions (type, reference_id)
  WHERE type IN ('deposit', 'prize_win', 'house_fee', 'refund', 'chargeback');

-- Kept 30 days. `body` is what the answer is made from; a purchase keeps where its tickets stand, never a salt.
CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL,
  key varchar(255) NOT NULL,
  fingerprint bytea NOT NULL,
  status smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
  body text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, key)
);

-- One row a batch of sales, written in its transaction: whoever cannot know whether that one committed inserts the same id
-- as abandoned, and so either finds it committed or makes it impossible.
CREATE TABLE sale_batches (
  id uuid PRIMARY KEY,
  abandoned boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT app_now()
);

-- The ticket tree of a locked draw in tiles of 256 hashes (c2sp.org/tlog-tiles, "Merkle Tree").
CREATE TABLE tree_tiles (
  draw_id uuid NOT NULL REFERENCES draws,
  level smallint NOT NULL,
  index bigint NOT NULL,
  hashes bytea NOT NULL,
  PRIMARY KEY (draw_id, level, index)
);

CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  user_agent varchar(400),
  created_at timestamptz NOT NULL DEFAULT app_now(),
  last_used_at timestamptz NOT NULL DEFAULT app_now(),
  ended_at timestamptz
);
CREATE INDEX sessions_of_user ON sessions (user_id);

-- A session is a family of refresh tokens; only their SHA-256 is stored.
CREATE TABLE refresh_tokens (
  token_hash varchar(64) PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES sessions,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  used_at timestamptz
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);

-- What is a room's own; all else is its draw's (`id` is the draw's id).
CREATE TABLE lobbies (
  id uuid PRIMARY KEY REFERENCES draws,
  code varchar(10) NOT NULL UNIQUE,
  name varchar(100) NOT NULL,
  host_id uuid NOT NULL REFERENCES users,
  max_participants integer NOT NULL DEFAULT 50 CHECK (max_participants BETWEEN 2 AND 50),
  created_at timestamptz NOT NULL DEFAULT app_now()
);
CREATE TABLE lobby_members (
  id uuid PRIMARY KEY,
  lobby_id uuid NOT NULL REFERENCES lobbies,
  user_id uuid NOT NULL REFERENCES users,
  joined_at timestamptz NOT NULL DEFAULT app_now(),
  UNIQUE (lobby_id, user_id)
);
CREATE INDEX lobby_members_of_user ON lobby_members (user_id);

-- The house collects the fees. No password opens it: the hash is not one.
INSERT INTO users (id, email, username, password_hash, email_verified)
  VALUES ('00000000-0000-7000-8000-000000000001', 'house@invalid', 'house', '!', true);
INSERT INTO wallets (id, user_id)
  VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001');
