/** Takes a person who is erased out of whatever is kept of them beside their row: see `Erasure` in core. */
import { emailIdentity } from "@ddd/core/accounts/EmailAddress"
import { identityReferenceOf } from "@ddd/core/accounts/IdentityCheck"
import { erasableStates } from "@ddd/core/money/WebhookEvent"
import type { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import type { UserId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { forgetFailures } from "../jobs/OutboxPg.ts"
import { accountPseudonym } from "./ThrottlesPg.ts"

/**
 * Removes the player's payout account and names, and the bodies of events that are about them: of their fundings or identity check, or naming them
 * by id, address, or a name as a JSON text. An event that nobody has acted on yet keeps its body until then.
 *
 * Bodies are found by an index of the texts in them, and looked at then. Part of the caller's transaction, before the address is replaced.
 */
const forgetBuyer = Effect.fnUntraced(function*(sql: PgClient.PgClient, user: UserId, email: string) {
  yield* sql`
    UPDATE webhook_events SET body = ''
    WHERE state = ANY (${erasableStates}::text[]) AND body <> ''
      AND id = ANY (ARRAY (
        WITH known AS (
          SELECT convert_to(to_json(name)::text, 'UTF8') AS name FROM (
            SELECT unnest(${[user, email]}::text[]) AS name
            UNION SELECT name FROM buyer_names WHERE user_id = ${user}::uuid
            UNION SELECT unnest(names) FROM fundings WHERE user_id = ${user}::uuid
            UNION SELECT account FROM payout_accounts WHERE user_id = ${user}::uuid
            UNION SELECT account FROM withdrawals WHERE user_id = ${user}::uuid
          ) names
        )
        SELECT e.id FROM known JOIN webhook_events e ON texts_of(e.body) @> texts_of(known.name)
        WHERE position(known.name IN e.body) > 0
        UNION ALL
        SELECT e.id FROM fundings f JOIN webhook_events e ON e.reference = f.reference WHERE f.user_id = ${user}::uuid
        UNION ALL
        SELECT id FROM webhook_events WHERE reference = ${identityReferenceOf(user)}
      ))`
  // what is held is nobody's yet, and names them: it stays for a person to decide about
  yield* sql`
    UPDATE fundings SET names = '{}', held_names = CASE WHEN held_reason IS NULL THEN held_names ELSE '{}' END
    FROM (SELECT ARRAY(
      SELECT ${user}::text UNION SELECT name FROM buyer_names WHERE user_id = ${user}::uuid
    ) AS names OFFSET 0) theirs
    WHERE purchased AND given = 'nothing' AND user_id IS NULL
      AND (fundings.names && theirs.names OR fundings.held_names && theirs.names)`
  yield* sql`DELETE FROM payout_accounts WHERE user_id = ${user}::uuid`
  yield* sql`DELETE FROM buyer_names WHERE user_id = ${user}::uuid`
  yield* sql`UPDATE fundings SET names = '{}' WHERE user_id = ${user}::uuid AND names <> '{}'`
})

/** Forgets a person, in the caller's transaction. `email`: the address in force. Their sessions may live on: they end afterwards. */
export const forget = Effect.fnUntraced(
  function*(sql: PgClient.PgClient, seal: PersonalSeal["Service"], user: UserId, email: string) {
    yield* sql`UPDATE sessions SET user_agent = NULL WHERE user_id = ${user}::uuid`
    yield* sql`UPDATE mailed_tokens SET email = NULL, previous_email = NULL WHERE user_id = ${user}::uuid`
    yield* sql`DELETE FROM known_networks WHERE account = ${accountPseudonym(seal, emailIdentity(email))}`
    yield* sql`DELETE FROM devices WHERE user_id = ${user}::uuid`
    yield* sql`DELETE FROM push_messages WHERE user_id = ${user}::uuid`
    yield* forgetFailures(sql, user)
    yield* forgetBuyer(sql, user, email)
    // what they limited and when they were born is nobody's any more; that they are excluded stays until it ends
    yield* sql`
      UPDATE wallets SET limits = NULL, born_on = NULL
      WHERE user_id = ${user}::uuid AND (limits IS NOT NULL OR born_on IS NOT NULL)`
    // what is encrypted under it cannot be read from here on
    yield* sql`DELETE FROM user_keys WHERE user_id = ${user}::uuid`
  }
)
