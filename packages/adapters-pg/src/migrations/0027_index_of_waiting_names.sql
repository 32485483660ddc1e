-- builds indexes
-- Purchases that are not credited, by the names of their buyers: those that a name can concern are found among all that ever waited.
-- Without a list of entries to be sorted in later, which every search would read.
CREATE INDEX CONCURRENTLY fundings_uncredited_by_name ON fundings USING gin (names, held_names) WITH (fastupdate = off)
  WHERE purchased AND given = 'nothing' AND user_id IS NULL;
