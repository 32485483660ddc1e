-- commits by itself
-- Prizes of rooms rest before they can be withdrawn (docs/decisions/0035).
--
-- `wallets.maturing`: the prizes that rest, by ascending time, a few at most, as [{"amount": "1.90", "at": "2026-02-17T00:00:00.000Z"}];
-- null where none do. In the wallet's own row, so that it is read with it, under its lock, and never out of a history.
-- `transactions.matures_at`: of such a prize, until when it rests; what an audit compares with.
--
-- Servers of before this migration write neither, and go on. Each table is locked by itself, for an instant.
ALTER TABLE wallets ADD COLUMN IF NOT EXISTS maturing jsonb;
EXECUTE replace('GRANT UPDATE (maturing) ON wallets TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
COMMIT;
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS matures_at timestamptz;
