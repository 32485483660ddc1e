/** Rows that say which mailbox each account's address is: written with the address, or later, for what older servers wrote. */
import { emailIdentity } from "@ddd/core/accounts/EmailAddress"
import { identifyAccounts } from "@ddd/core/accounts/EmailIdentities"
import { userId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Schedule } from "effect"
import { transact } from "../database/Transaction.ts"

/** The condition by which users are found whose address may be one mailbox with `email`; `pickAddressed` says which of them is meant. */
export const mayBeAddressed = (sql: PgClient.PgClient, email: string) =>
  sql`id = ANY (ARRAY(
    SELECT id FROM users WHERE lower(email) = lower(${email})
    UNION ALL SELECT user_id FROM email_identities WHERE identity = ${emailIdentity(email)}))`

/** Says which mailbox a user's address is that was written in this transaction. Fails where another has it. */
export const writeIdentity = (sql: PgClient.PgClient, id: string, email: string) =>
  Effect.asVoid(sql`
    UPDATE email_identities SET identity = ${emailIdentity(email)}
    WHERE user_id = ${id}::uuid AND identity IS NULL`)

/** How many accounts are identified in one transaction. */
const portion = 500

/** Identifies accounts that older servers made or changed, the oldest first; gives how many there were. */
export const identifySome = (sql: PgClient.PgClient) =>
  Effect.gen(function*() {
    const rows = yield* sql<{ readonly user_id: string; readonly email: string }>`
      SELECT e.user_id, u.email FROM email_identities e JOIN users u ON u.id = e.user_id
      WHERE e.identity IS NULL ORDER BY e.user_id LIMIT ${portion} FOR UPDATE OF e SKIP LOCKED`
    if (rows.length === 0) return 0
    const due = rows.map((row) => ({ userId: userId(row.user_id), email: row.email }))
    const taken = yield* sql<{ readonly identity: string }>`
      SELECT identity FROM email_identities
      WHERE identity = ANY (${due.map(({ email }) => emailIdentity(email))}::text[]) AND NOT is_shared`
    const identified = identifyAccounts(due, new Set(taken.map(({ identity }) => identity)))
    yield* sql`
      UPDATE email_identities e SET identity = n.identity, is_shared = n.is_shared
      FROM unnest(${identified.map((one) => one.userId)}::uuid[], ${identified.map(({ identity }) => identity)}::text[],
        ${identified.map(({ isShared }) => isShared)}::boolean[]) AS n (user_id, identity, is_shared)
      WHERE e.user_id = n.user_id`
    const shared = identified.filter(({ isShared }) => isShared).length
    if (shared > 0) {
      yield* Effect.logWarning(`${shared} account(s) share a mailbox with an older one: ddd user shared lists them`)
    }
    return rows.length
  }).pipe(transact(sql))

/** Identifies whatever is due, now and from time to time, until its scope ends. Someone else's sign-up meanwhile only delays it. */
export const keepIdentifying = (sql: PgClient.PgClient) =>
  identifySome(sql).pipe(
    Effect.repeat({ while: (count) => count > 0 }),
    Effect.tapError((error) => Effect.logDebug("the mailboxes of accounts could not be written down", error)),
    Effect.ignore,
    Effect.repeat(Schedule.spaced("1 minute")),
    Effect.forkScoped
  )
