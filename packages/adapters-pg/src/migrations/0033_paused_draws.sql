-- commits by itself
-- Since when an operator has the sales of a daily draw paused; null where they are not (docs/decisions/0069). It is read with the draw's row
-- under the lock that every sale takes. Servers of before this migration know nothing of it, and sell on.
IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'rooms_are_not_paused') THEN
  ALTER TABLE draws
    ADD COLUMN paused_at timestamptz,
    ADD CONSTRAINT rooms_are_not_paused CHECK (paused_at IS NULL OR kind = 'daily') NOT VALID;
  EXECUTE replace('GRANT UPDATE (paused_at) ON draws TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
END IF;
COMMIT;

-- reads the table, and keeps nobody from writing it: here it may wait
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE draws VALIDATE CONSTRAINT rooms_are_not_paused;
