-- The parameters of the beacons' chains that draws name, by their hashes (docs/operations/beacon.md): a draw is proved and decided by its
-- own chain, whatever the settings name by now.
--
-- No draw refers to a row here: servers of before this migration publish draws, and keep no chain. Each server keeps those that its settings
-- name when it starts, so that the draws of before have theirs as long as a setting names it.

CREATE TABLE beacon_chains (
  -- hex, as draws.beacon_chain
  hash varchar(64) PRIMARY KEY,
  -- hex
  public_key text NOT NULL,
  -- seconds
  period bigint NOT NULL,
  genesis_time bigint NOT NULL,
  -- hex
  genesis_seed text NOT NULL,
  scheme text NOT NULL,
  beacon_id text NOT NULL
);
CREATE TRIGGER beacon_chains_fixed BEFORE UPDATE OR DELETE ON beacon_chains FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER beacon_chains_kept BEFORE TRUNCATE ON beacon_chains FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- drand's quicknet
INSERT INTO beacon_chains (hash, public_key, period, genesis_time, genesis_seed, scheme, beacon_id) VALUES (
  '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971',
  '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
  3, 1692803367, 'f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e', 'bls-unchained-g1-rfc9380', 'quicknet');

-- Which operator declared a draw void before its time, since its chain is retired.
CREATE TABLE early_voids (
  draw_id uuid PRIMARY KEY,
  -- the account and machine on which `ddd draw void` ran
  operator varchar(320) NOT NULL,
  declared_at timestamptz NOT NULL
);
CREATE TRIGGER early_voids_fixed BEFORE UPDATE OR DELETE ON early_voids FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER early_voids_kept BEFORE TRUNCATE ON early_voids FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

EXECUTE replace('GRANT SELECT, INSERT ON beacon_chains, early_voids TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
