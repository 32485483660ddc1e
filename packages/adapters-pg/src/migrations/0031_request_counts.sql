-- How many requests of a kind a network or a player sent in a window of time, for all processes together (docs/decisions/0064). The columns
-- are those of rate-limiter-flexible, in its order; `expire` is in milliseconds, by the clock of the process that began the window. Keys
-- are pseudonyms. Not logged: after a crash every window begins anew, and counting never waits for the disk.
CREATE UNLOGGED TABLE request_counts (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
CREATE INDEX request_counts_expire ON request_counts (expire);

EXECUTE replace('GRANT SELECT, INSERT, UPDATE, DELETE ON request_counts TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
