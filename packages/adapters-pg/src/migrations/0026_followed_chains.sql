-- When a server last said that it fetches the rounds of a beacon's chain (docs/operations/beacon.md): a chain is retired once none has for a
-- day, whatever the settings of who declares a draw void say.

CREATE TABLE followed_chains (
  -- hex, as beacon_chains.hash
  hash varchar(64) PRIMARY KEY,
  followed_at timestamptz NOT NULL
);

EXECUTE replace('GRANT SELECT, INSERT ON followed_chains TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
EXECUTE replace('GRANT UPDATE (followed_at) ON followed_chains TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
