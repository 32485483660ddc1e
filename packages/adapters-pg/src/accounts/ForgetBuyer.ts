/** Takes a person who is erased out of what is kept of their money: the names that shops and the payout provider have for them. */
import type { UserId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/**
 * Removes the player's payout account and names, and the bodies of events that are about them: of their fundings, or naming them
 * by id, address, or a name as a JSON text. An event that nobody has acted on yet keeps its body until then.
 *
 * Looks through the bodies of all events, which takes a while where there are many. Part of the caller's transaction, before the
 * address is replaced.
 */
export const forgetBuyer = Effect.fnUntraced(function*(sql: PgClient.PgClient, user: UserId, email: string) {
  yield* sql`
    UPDATE webhook_events SET body = ''
    WHERE state <> 'received' AND body <> '' AND (
      reference IN (SELECT reference FROM fundings WHERE user_id = ${user}::uuid)
      OR EXISTS (
        SELECT FROM (
          SELECT unnest(${[user, email]}::text[]) AS name
          UNION SELECT name FROM buyer_names WHERE user_id = ${user}::uuid
          UNION SELECT unnest(names) FROM fundings WHERE user_id = ${user}::uuid
          UNION SELECT account FROM payout_accounts WHERE user_id = ${user}::uuid
          UNION SELECT account FROM withdrawals WHERE user_id = ${user}::uuid
        ) known
        WHERE position(convert_to(to_json(name)::text, 'UTF8') IN body) > 0
      )
    )`
  yield* sql`DELETE FROM payout_accounts WHERE user_id = ${user}::uuid`
  yield* sql`DELETE FROM buyer_names WHERE user_id = ${user}::uuid`
  yield* sql`UPDATE fundings SET names = '{}' WHERE user_id = ${user}::uuid AND names <> '{}'`
})
