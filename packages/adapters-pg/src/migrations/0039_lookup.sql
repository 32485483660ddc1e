-- builds indexes
-- What operators look for: players by the beginning of a name or an address, by what bars them and what they owe; reversals by the
-- provider's name for them.
CREATE INDEX CONCURRENTLY users_by_beginning ON users (lower(username) text_pattern_ops);
CREATE INDEX CONCURRENTLY email_identities_by_beginning ON email_identities (identity text_pattern_ops) WHERE identity IS NOT NULL;
CREATE INDEX CONCURRENTLY users_frozen ON users (id) WHERE NOT is_active AND erased_at IS NULL;
CREATE INDEX CONCURRENTLY wallets_in_debt ON wallets (user_id) WHERE debt > 0;
CREATE INDEX CONCURRENTLY wallets_excluded ON wallets (user_id) WHERE excluded_until IS NOT NULL;
CREATE INDEX CONCURRENTLY withdrawals_reversed ON withdrawals (reversal_id) WHERE reversal_id IS NOT NULL;
