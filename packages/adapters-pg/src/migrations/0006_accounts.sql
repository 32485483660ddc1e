-- What an identity needs beside its row: sessions that end, tokens that are mailed, a log of what happened, and a key whose
-- destruction makes the personal part of that log unreadable.

ALTER TABLE users ADD COLUMN erased_at timestamptz;

-- Encrypts what the security log holds of a person. Erasing the person deletes the row.
CREATE TABLE user_keys (
  user_id uuid PRIMARY KEY REFERENCES users,
  key bytea NOT NULL CHECK (length(key) = 32)
);

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

EXECUTE replace($grants$
  GRANT SELECT, INSERT, DELETE ON user_keys TO %app%;
  GRANT SELECT, INSERT ON mailed_tokens, security_events TO %app%;
  GRANT UPDATE (used_at, email) ON mailed_tokens TO %app%;
  GRANT SELECT, INSERT, UPDATE, DELETE ON throttles, known_networks TO %app%;
  GRANT UPDATE (erased_at) ON users TO %app%;
  GRANT UPDATE (end_reason, user_agent) ON sessions TO %app%
$grants$, '%app%', quote_ident(current_setting('ddd.app_role')));
