-- Rooms: what the database itself refuses of them, and when the server draws one whose host never comes back.

ALTER TABLE lobbies ADD COLUMN server_draws_at timestamptz;
CREATE INDEX lobbies_of_host ON lobbies (host_id);

-- A room has at most as many members as it says; they come while it is open. The draw's row is locked by whoever lets them in, and
-- here: of many for the last place, one.
CREATE FUNCTION member_comes() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  room record;
BEGIN
  PERFORM 1 FROM draws WHERE id = NEW.lobby_id FOR NO KEY UPDATE;
  SELECT d.status, l.max_participants, (SELECT count(*) FROM lobby_members m WHERE m.lobby_id = l.id) AS members
    INTO room FROM lobbies l JOIN draws d ON d.id = l.id WHERE l.id = NEW.lobby_id;
  IF room.status IS DISTINCT FROM 'open' OR room.members >= room.max_participants THEN
    RAISE EXCEPTION 'room % takes no member', NEW.lobby_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER member_comes BEFORE INSERT ON lobby_members FOR EACH ROW EXECUTE FUNCTION member_comes();

-- Who has a ticket stays, and so does everybody once the room is locked.
CREATE FUNCTION member_goes() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  PERFORM 1 FROM draws WHERE id = OLD.lobby_id FOR NO KEY UPDATE;
  IF (SELECT status FROM draws WHERE id = OLD.lobby_id) <> 'open'
    OR EXISTS (SELECT FROM tickets WHERE draw_id = OLD.lobby_id AND user_id = OLD.user_id)
    OR EXISTS (SELECT FROM lobbies WHERE id = OLD.lobby_id AND host_id = OLD.user_id)
  THEN
    RAISE EXCEPTION 'member % of room % stays', OLD.user_id, OLD.lobby_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $body$;
CREATE TRIGGER member_goes BEFORE DELETE ON lobby_members FOR EACH ROW EXECUTE FUNCTION member_goes();
CREATE TRIGGER members_fixed BEFORE UPDATE ON lobby_members FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER members_kept BEFORE TRUNCATE ON lobby_members FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a room is called and who hosts it never changes; when the server draws it is said at the lock, and comes nearer where the host
-- asked before the beacon's round was there.
CREATE FUNCTION room_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF (to_jsonb(OLD) - 'server_draws_at') <> (to_jsonb(NEW) - 'server_draws_at')
    OR (OLD.server_draws_at IS NOT NULL AND (NEW.server_draws_at IS NULL OR NEW.server_draws_at > OLD.server_draws_at))
  THEN
    RAISE EXCEPTION 'what was said of room % is never changed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER room_stays BEFORE UPDATE ON lobbies FOR EACH ROW EXECUTE FUNCTION room_stays();
CREATE TRIGGER rooms_undeleted BEFORE DELETE ON lobbies FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rooms_kept BEFORE TRUNCATE ON lobbies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- As before (0004), and of rooms: a ticket a member, and none for anybody else. Daily draws pay for this with one more column of an
-- aggregate.
CREATE OR REPLACE FUNCTION tickets_in_open_draw() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
  wrong uuid;
  any_room boolean;
BEGIN
  PERFORM 1 FROM draws WHERE id IN (SELECT DISTINCT draw_id FROM added) ORDER BY id FOR SHARE;
  SELECT max(a.draw_id::text) FILTER (
      WHERE d.status IS DISTINCT FROM 'open' OR a.first_at < d.opens_at OR a.last_at >= d.closes_at)::uuid,
    bool_or(d.kind = 'room')
    INTO wrong, any_room
  FROM (SELECT draw_id, min(created_at) AS first_at, max(created_at) AS last_at FROM added GROUP BY draw_id) a
  LEFT JOIN draws d ON d.id = a.draw_id;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'draw % does not sell tickets', wrong USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF any_room THEN
    -- one after the other: of a member's two tickets at once each would see itself alone
    PERFORM 1 FROM draws WHERE kind = 'room' AND id IN (SELECT draw_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    SELECT a.draw_id INTO wrong FROM added a JOIN draws d ON d.id = a.draw_id AND d.kind = 'room'
    WHERE NOT EXISTS (SELECT FROM lobby_members m WHERE m.lobby_id = a.draw_id AND m.user_id = a.user_id)
      OR (SELECT count(*) FROM tickets t WHERE t.draw_id = a.draw_id AND t.user_id = a.user_id) > 1
    LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'room % sells each member one ticket, and nobody else any', wrong
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  SELECT a.user_id INTO wrong FROM added a
  WHERE (SELECT true FROM users u WHERE u.id = a.user_id) IS NOT TRUE
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'there is no user %', wrong USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $body$;

EXECUTE replace($grants$
  GRANT UPDATE (server_draws_at) ON lobbies TO %app%
$grants$, '%app%', quote_ident(current_setting('ddd.app_role')));
