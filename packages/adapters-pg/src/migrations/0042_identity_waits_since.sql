-- commits by itself
-- Since when a player has waited for an identity check, or with prizes for one: what `ddd kyc list` and /metrics say. Servers of before this
-- migration write rows as they did.
ALTER TABLE identity_waiting ADD COLUMN IF NOT EXISTS since timestamptz NOT NULL DEFAULT app_now();
CREATE INDEX IF NOT EXISTS identity_waiting_since ON identity_waiting (since);
COMMIT;

-- Of those who wait already: when the check was told of, or the first of the prizes was paid.
UPDATE identity_waiting i SET since = least(i.since, CASE WHEN u.kyc_status = 'pending' THEN u.kyc_at END, (
    SELECT min(t.created_at) FROM transactions t
    WHERE t.user_id = i.user_id AND t.wallet_seq > w.released_to AND t.awaits_identity
  ))
FROM users u JOIN wallets w ON w.user_id = u.id WHERE u.id = i.user_id;
