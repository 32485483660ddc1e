-- commits by itself
-- Push notifications (docs/push.md; docs/decisions/0101 and 0102). Servers of before this migration neither read nor write any of it: what
-- they settle is told on no device.
--
-- `devices`: where players are told. A token is one player's; a device goes with the session in which it was put, whichever server ends that.
CREATE TABLE IF NOT EXISTS devices (
  user_id uuid NOT NULL REFERENCES users,
  device_id uuid NOT NULL,
  session_id uuid NOT NULL,
  push_token varchar(120) NOT NULL UNIQUE,
  platform varchar(10) NOT NULL CHECK (platform IN ('android', 'ios')),
  locale varchar(35) NOT NULL,
  put_at timestamptz NOT NULL DEFAULT app_now(),
  PRIMARY KEY (user_id, device_id)
);
CREATE INDEX IF NOT EXISTS devices_of_session ON devices (session_id);
CREATE INDEX IF NOT EXISTS devices_by_age ON devices (put_at);
EXECUTE replace('GRANT SELECT, INSERT, UPDATE, DELETE ON devices TO %app%', '%app%', quote_ident(current_setting('ddd.app_role')));
CREATE OR REPLACE FUNCTION devices_go_with_session() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  DELETE FROM devices WHERE session_id = OLD.id;
  RETURN NULL;
END $body$;
COMMIT;
CREATE OR REPLACE TRIGGER devices_go_with_session AFTER UPDATE OF ended_at ON sessions FOR EACH ROW
  WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION devices_go_with_session();
COMMIT;

-- What is to be told, a row a notice and device, until it is known what became of it. `due_at`: when it is to be sent, or its receipt read.
-- No row of it is waited for by whoever settles a draw: it refers to nothing.
CREATE TABLE IF NOT EXISTS push_messages (
  user_id uuid NOT NULL,
  device_id uuid NOT NULL,
  draw_id uuid NOT NULL,
  kind varchar(20) NOT NULL CHECK (kind IN ('won', 'closing', 'room_locked', 'room_drawn')),
  due_at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  receipt_id varchar(100),
  sent_token varchar(120),
  sent_at timestamptz,
  PRIMARY KEY (user_id, device_id, draw_id, kind),
  CHECK ((receipt_id IS NULL) = (sent_at IS NULL) AND (receipt_id IS NULL) = (sent_token IS NULL))
);
CREATE INDEX IF NOT EXISTS push_messages_due ON push_messages (due_at) WHERE receipt_id IS NULL AND kind <> 'closing';
CREATE INDEX IF NOT EXISTS push_messages_closing ON push_messages (due_at) WHERE receipt_id IS NULL AND kind = 'closing';
CREATE INDEX IF NOT EXISTS push_messages_sent ON push_messages (due_at) WHERE receipt_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS push_messages_over ON push_messages (until);
EXECUTE replace('GRANT SELECT, INSERT, UPDATE, DELETE ON push_messages TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));

-- How far those are told who have tickets in a draw that is about to close: to which device, in the order of players and theirs.
CREATE TABLE IF NOT EXISTS draw_closings (
  draw_id uuid PRIMARY KEY REFERENCES draws,
  user_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  device_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  complete boolean NOT NULL DEFAULT false
);
EXECUTE replace('GRANT SELECT, INSERT, UPDATE (user_id, device_id, complete) ON draw_closings TO %app%', '%app%',
  quote_ident(current_setting('ddd.app_role')));
