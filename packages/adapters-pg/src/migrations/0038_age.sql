-- commits by itself
-- When a player was born, as they say (docs/decisions/0081). It stands in the wallet's row, so that a sale reads it under the lock that it
-- takes anyway; null of who never said it, and of who is erased. Servers of before this migration neither ask for it nor go by it.
ALTER TABLE wallets ADD COLUMN IF NOT EXISTS born_on date;
EXECUTE replace('GRANT INSERT (born_on), UPDATE (born_on) ON wallets TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));

-- Said once: it is forgotten with its player, and never another. No sale writes it, so none calls this.
CREATE OR REPLACE TRIGGER wallets_born_once BEFORE UPDATE OF born_on ON wallets FOR EACH ROW
  WHEN (OLD.born_on IS NOT NULL AND NEW.born_on IS NOT NULL AND NEW.born_on <> OLD.born_on) EXECUTE FUNCTION refuse_change();
COMMIT;

-- Whether somebody who checks identities says that the date of birth is so.
ALTER TABLE users ADD COLUMN IF NOT EXISTS age_verified boolean NOT NULL DEFAULT false;
EXECUTE replace('GRANT UPDATE (age_verified) ON users TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
