-- What the application's role may do: read everything, append to what is append-only, change what changes. It owns nothing, so
-- it can neither switch a trigger off nor widen its own rights. The role's name is given by whoever migrates.
EXECUTE replace($grants$
  GRANT USAGE ON SCHEMA public TO %app%;
  GRANT SELECT ON ALL TABLES IN SCHEMA public TO %app%;
  GRANT EXECUTE ON FUNCTION app_now() TO %app%;
  GRANT INSERT ON users, draw_secrets, tickets, transactions, idempotency_keys, sale_batches, tree_tiles, sessions,
    refresh_tokens, lobbies, lobby_members TO %app%;
  -- wallets and draws begin empty
  GRANT INSERT (id, user_id, updated_at) ON wallets TO %app%;
  GRANT INSERT (id, kind, draw_date, commitment_hash, status, created_at, opens_at, closes_at, seal_key_id, tree_frontier,
    beacon_chain, beacon_round, open_note) ON draws TO %app%;
  GRANT UPDATE (email, username, password_hash, updated_at, email_verified, is_active, kyc_status, country) ON users TO %app%;
  GRANT UPDATE (balance, pending_withdrawal, withdrawable, seq, updated_at) ON wallets TO %app%;
  GRANT UPDATE (prize_pool, total_entries, seed, status, winning_position, drawn_at, locked_at, draws_at, last_purchased_at,
    tree_frontier, entries_root, tiled_at, beacon_round, beacon_signature, lock_note, result_note) ON draws TO %app%;
  GRANT UPDATE (status) ON transactions TO %app%;
  GRANT UPDATE (last_used_at, ended_at) ON sessions TO %app%;
  GRANT UPDATE (used_at) ON refresh_tokens TO %app%;
  GRANT DELETE ON idempotency_keys, sale_batches, lobby_members TO %app%
$grants$, '%app%', quote_ident(current_setting('ddd.app_role')));
