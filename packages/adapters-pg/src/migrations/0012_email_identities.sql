-- commits by itself
-- Which mailbox each account's address is, as core compares addresses (`emailIdentity`): one account's alone, whatever the locale of the
-- database. A table of its own, since a column of `users` would need an index that is built while nobody may write there.
--
-- SQL cannot say it: servers fill it in (`adapters-pg/src/accounts/EmailIdentityRows.ts`), and what servers of before this migration write
-- meanwhile. `users_email_key` stays, for them.

IF to_regclass('email_identities') IS NULL THEN
  CREATE TABLE email_identities (
    user_id uuid PRIMARY KEY REFERENCES users,
    -- null until a server has said it
    identity text,
    -- another account had the mailbox before; both keep it
    is_shared boolean NOT NULL DEFAULT false
  );
  CREATE UNIQUE INDEX email_identities_key ON email_identities (identity) WHERE NOT is_shared;
  CREATE INDEX email_identities_found ON email_identities (identity);
  CREATE INDEX email_identities_shared ON email_identities (user_id) WHERE is_shared;
  CREATE INDEX email_identities_due ON email_identities (user_id) WHERE identity IS NULL;

  -- in the transaction that wrote the address; whoever knows its identity writes it next
  CREATE FUNCTION email_identity_is_due() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    INSERT INTO email_identities (user_id) VALUES (NEW.id)
    ON CONFLICT (user_id) DO UPDATE SET identity = NULL, is_shared = false;
    RETURN NULL;
  END $body$;
  CREATE TRIGGER email_identity_of_new AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION email_identity_is_due();
  CREATE TRIGGER email_identity_of_changed AFTER UPDATE OF email ON users FOR EACH ROW
    WHEN (NEW.email IS DISTINCT FROM OLD.email) EXECUTE FUNCTION email_identity_is_due();

  EXECUTE replace('GRANT SELECT, INSERT, UPDATE ON email_identities TO %app%', '%app%',
    quote_ident(current_setting('ddd.app_role')));
END IF;
COMMIT;

DECLARE
  after uuid := '00000000-0000-0000-0000-000000000000';
  last uuid;
BEGIN
  LOOP
    last := coalesce((SELECT id FROM users WHERE id > after ORDER BY id OFFSET 999 LIMIT 1),
      'ffffffff-ffff-ffff-ffff-ffffffffffff');
    INSERT INTO email_identities (user_id) SELECT id FROM users WHERE id > after AND id <= last ON CONFLICT DO NOTHING;
    COMMIT;
    EXIT WHEN last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    after := last;
  END LOOP;
END;
