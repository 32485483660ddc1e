-- builds indexes
-- By which a server that starts reads what protected players of late (docs/decisions/0115).
CREATE INDEX CONCURRENTLY security_events_measures ON security_events (id)
  WHERE type IN ('frozen', 'unfrozen', 'limits_changed', 'limits_confirmed', 'timed_out', 'self_excluded', 'identity_checked', 'erased');
