-- builds indexes
-- Draws of which something is left to be mailed, among those of all years.
CREATE INDEX CONCURRENTLY ticket_mails_to_come ON ticket_mails (draw_id) WHERE NOT complete;
