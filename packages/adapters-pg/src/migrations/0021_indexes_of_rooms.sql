-- builds indexes
-- Rooms that the server is to close: those whose host is gone, and those in which nobody bought.
CREATE INDEX CONCURRENTLY draws_host_gone ON draws (host_gone_at) WHERE status = 'open' AND host_gone_at IS NOT NULL;
CREATE INDEX CONCURRENTLY draws_unbought ON draws (opens_at)
  WHERE kind = 'room' AND status = 'open' AND first_purchased_at IS NULL;
