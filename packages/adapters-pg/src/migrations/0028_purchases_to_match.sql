-- commits by itself
-- Purchases that wait for their buyer and may be credited by now (docs/decisions/0055): those of which a name has become known. A timer
-- looks at these alone, once, and whether one is credited core decides.
--
-- Rows are only ever added, and removed by who looks, so nobody waits for another; a purchase may have several. Servers of before this
-- migration look through all that waits, as they did, and neither read nor write this table: what they write is marked by the triggers.
--
-- A purchase and one of its names may be written at the same time. Each side first takes a lock for its names, which only the other side
-- minds, and looks then for what the other has written: whoever comes second sees the first, so one of them marks. Names share 256 locks,
-- taken in order, so that a purchase of many names does not fill the database's table of locks.

CREATE TABLE IF NOT EXISTS purchases_to_match (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- of `fundings`, of which no row is ever removed
  reference varchar(100) NOT NULL
);
CREATE INDEX IF NOT EXISTS purchases_to_match_of_reference ON purchases_to_match (reference);
EXECUTE replace('GRANT SELECT, INSERT (reference), DELETE ON purchases_to_match TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));

CREATE OR REPLACE FUNCTION locks_of_names(names text[]) RETURNS SETOF integer LANGUAGE sql IMMUTABLE AS $body$
  SELECT DISTINCT (hashtextextended(name, 0) & 255)::integer AS nth FROM unnest(names) name ORDER BY nth
$body$;

CREATE OR REPLACE FUNCTION uuids_of(names text[]) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $body$
  SELECT ARRAY(SELECT name::uuid FROM unnest(names) name WHERE name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
$body$;

-- Marks what waits under names that have become known. 1886680168: any constant will do for the first key of these locks, as long as
-- nobody else takes it.
CREATE OR REPLACE FUNCTION match_purchases_of(known text[]) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  -- any number of names become known at the same time
  PERFORM pg_advisory_xact_lock_shared(1886680168, nth) FROM locks_of_names(known) nth;
  INSERT INTO purchases_to_match (reference)
    SELECT reference FROM fundings
    WHERE purchased AND given = 'nothing' AND user_id IS NULL AND held_reason IS NULL AND names && known
    ORDER BY created_at, reference;
END $body$;

CREATE OR REPLACE FUNCTION name_is_learnt() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM match_purchases_of(ARRAY(SELECT name FROM learnt));
  RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION player_is_new() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM match_purchases_of(ARRAY[NEW.id::text]);
  RETURN NULL;
END $body$;

-- Marks a purchase that waits where one of its names is known already.
CREATE OR REPLACE FUNCTION purchase_is_named() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM pg_advisory_xact_lock(1886680168, nth) FROM locks_of_names(NEW.names) nth;
  INSERT INTO purchases_to_match (reference) SELECT NEW.reference
    WHERE EXISTS (SELECT FROM buyer_names WHERE name = ANY (NEW.names)) OR EXISTS (SELECT FROM users WHERE id = ANY (uuids_of(NEW.names)));
  RETURN NULL;
END $body$;
COMMIT;

CREATE OR REPLACE TRIGGER name_is_learnt AFTER INSERT ON buyer_names REFERENCING NEW TABLE AS learnt
  FOR EACH STATEMENT EXECUTE FUNCTION name_is_learnt();
COMMIT;
CREATE OR REPLACE TRIGGER player_is_new AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION player_is_new();
COMMIT;
CREATE OR REPLACE TRIGGER purchase_is_named AFTER INSERT ON fundings FOR EACH ROW
  WHEN (NEW.purchased AND NEW.given = 'nothing' AND NEW.user_id IS NULL AND NEW.names <> '{}') EXECUTE FUNCTION purchase_is_named();
CREATE OR REPLACE TRIGGER purchase_is_renamed AFTER UPDATE OF names ON fundings FOR EACH ROW
  WHEN (NEW.purchased AND NEW.given = 'nothing' AND NEW.user_id IS NULL AND NEW.names <> '{}' AND NEW.names <> OLD.names)
  EXECUTE FUNCTION purchase_is_named();
COMMIT;

-- so that the new index is used from the first
ANALYZE fundings;
-- what waited before and was not looked at since its name became known
INSERT INTO purchases_to_match (reference)
  SELECT reference FROM fundings
  WHERE purchased AND given = 'nothing' AND user_id IS NULL AND held_reason IS NULL
    AND (EXISTS (SELECT FROM buyer_names WHERE name = ANY (names)) OR EXISTS (SELECT FROM users WHERE id = ANY (uuids_of(names))))
  ORDER BY created_at, reference;
