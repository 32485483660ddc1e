-- What an identity needs beside its row: sessions that end, tokens that are mailed, a log of what happened, and a key whose
-- destruction makes the personal part of that log unreadable.

ALTER TABLE users ADD COLUMN erased_at timestamptz;

-- Encrypts what the security log holds of a person. Erasing the person deletes the row.
CREATE TABLE user_keys (
  user_id uuid PRIMARY KEY REFERENCES users,
  key bytea NOT NULL CHECK (length(key) = 32)
);
-- for those who are there already: 244 secure random bits
INSERT INTO user_keys (user_id, key)
  SELECT id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM users
  WHERE id <> '00000000-0000-7000-8000-000000000001';

ALTER TABLE sessions ADD COLUMN end_reason varchar(20)
  CHECK (end_reason IN ('signed_out', 'ended', 'everywhere', 'reused', 'password', 'frozen', 'erased'));
ALTER TABLE sessions ADD CHECK ((ended_at IS NULL) = (end_reason IS NULL));
-- whoever was ended lately is remembered by every process until the last access token of it has expired
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- A mailed token proves that its reader has the address. Only its hash is stored; the token derives from the id by a secret, so
-- that the mail can be made anew and the database never holds it.
CREATE TABLE mailed_tokens (
  id uuid PRIMARY KEY,
  token_hash varchar(64) NOT NULL UNIQUE,
  user_id uuid NOT NULL REFERENCES users,
  purpose varchar(20) NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
  -- the address that it verifies, or that it was sent to; removed when the person is erased
  email varchar(255),
  -- of a change of address: the one in force when it was asked for, which is told whatever is in force by then; removed likewise
  previous_email varchar(255),
  created_at timestamptz NOT NULL DEFAULT app_now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX mailed_tokens_of_user ON mailed_tokens (user_id, purpose, created_at);

-- Append-only. `sealed` is AES-256-GCM under the user's key: address, user agent, what was changed. Without a user there is
-- nothing to seal with, and so nothing personal: `subject` is a keyed hash of what was tried.
CREATE TABLE security_events (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT app_now(),
  type varchar(40) NOT NULL,
  user_id uuid REFERENCES users,
  session_id uuid,
  subject varchar(64),
  sealed bytea
);
CREATE INDEX security_events_of_user ON security_events (user_id, id);
CREATE TRIGGER security_events_fixed BEFORE UPDATE OR DELETE ON security_events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER security_events_kept BEFORE TRUNCATE ON security_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How often something failed lately, and until when it waits. `key` is a keyed hash: of an account, a network, or both.
CREATE TABLE throttles (
  key varchar(64) PRIMARY KEY,
  failures integer NOT NULL,
  failed_at timestamptz NOT NULL,
  wait_until timestamptz NOT NULL
);
CREATE INDEX throttles_old ON throttles (failed_at);

-- The networks that an account was signed in to from; both are keyed hashes.
CREATE TABLE known_networks (
  account varchar(64) NOT NULL,
  network varchar(64) NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (account, network)
);
CREATE INDEX known_networks_old ON known_networks (seen_at);

-- The outbox: mails to be written, by ids alone. Its table is that of Effect's PersistedQueue, which would make it by itself at
-- the first start; the application's role cannot, and finds here that there is nothing left to do.
CREATE TABLE jobs (
  sequence bigserial PRIMARY KEY,
  id varchar(255) NOT NULL,
  queue_name varchar(255) NOT NULL,
  element text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  last_failure text,
  acquired_at timestamp,
  acquired_by uuid,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL,
  state varchar(10) NOT NULL,
  visible_at timestamp NOT NULL
);
CREATE UNIQUE INDEX idx_jobs_id ON jobs (id, queue_name);
CREATE INDEX idx_jobs_take ON jobs (queue_name, visible_at) WHERE state = 'pending';
CREATE INDEX idx_jobs_update ON jobs (sequence, acquired_by);
CREATE TABLE jobs_migrations (
  migration_id integer PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  name text NOT NULL
);
INSERT INTO jobs_migrations (migration_id, name) VALUES (1, 'create_table'), (2, 'upgrade_schema');
CREATE TRIGGER jobs_migrations_fixed BEFORE UPDATE ON jobs_migrations FOR EACH ROW EXECUTE FUNCTION refuse_change();

EXECUTE replace($grants$
  GRANT SELECT, INSERT, DELETE ON user_keys TO %app%;
  GRANT SELECT, INSERT ON mailed_tokens, security_events TO %app%;
  GRANT UPDATE (used_at, email, previous_email) ON mailed_tokens TO %app%;
  GRANT SELECT, INSERT, UPDATE, DELETE ON throttles, known_networks TO %app%;
  GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO %app%;
  GRANT USAGE ON SEQUENCE jobs_sequence_seq TO %app%;
  -- it is locked at each start, which needs a right to change it
  GRANT SELECT, UPDATE ON jobs_migrations TO %app%;
  GRANT UPDATE (erased_at) ON users TO %app%;
  GRANT UPDATE (end_reason, user_agent) ON sessions TO %app%
$grants$, '%app%', quote_ident(current_setting('ddd.app_role')));
