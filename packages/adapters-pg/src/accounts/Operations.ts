/** What operators do with accounts: find, freeze, export, erase. */
import { personalExport } from "@ddd/core/accounts/PersonalExport"
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { cents } from "@ddd/core/money/Money"
import { EraseRefused } from "@ddd/core/ports/Accounts"
import { houseUserId, isUuid, type UserId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { forgetFailures } from "../OutboxPg.ts"
import { accountPseudonym } from "../ThrottlesPg.ts"
import { forgetBuyer } from "./ForgetBuyer.ts"
import { readPersonalRecords } from "./ReadPersonalRecords.ts"
import type { Services } from "./Services.ts"
import { brokenUniqueness, lockUser, lockWallet, userOf, type UserRow } from "./Users.ts"

interface HeldRow {
  readonly balance: bigint
  readonly pending: bigint
  readonly undrawn: bigint
}

export const makeOperations = ({ ends, events, newId, now, seal, sql, transact }: Services) => {
  const find = Effect.fn("AccountsPg.find")(function*(text: string) {
    // a name may look like an id: the id is meant first
    const [row] = yield* sql<UserRow & { readonly is_active: boolean; readonly erased_at: Date | null }>`
      SELECT id, email, username, email_verified, created_at, is_active, erased_at FROM users
      WHERE id = ${
      isUuid(text) ? text : null
    }::uuid OR lower(email) = lower(${text}) OR lower(username) = lower(${text})
      ORDER BY id = ${isUuid(text) ? text : houseUserId}::uuid DESC, lower(email) = lower(${text}) DESC LIMIT 1`
    return row === undefined ? null : { ...userOf(row), frozen: !row.is_active, erased: row.erased_at !== null }
  })

  const freeze = Effect.fn("AccountsPg.freeze")(function*(user: UserId) {
    // after this lock no sale is under way that found the account unfrozen
    yield* lockWallet(sql, user)
    const row = yield* lockUser(sql, user)
    if (row?.is_active !== true) return
    yield* sql`UPDATE users SET is_active = false, updated_at = app_now() WHERE id = ${user}::uuid`
    yield* ends.end(user, { except: null }, "frozen")
    yield* events.record(yield* now, { type: "frozen", userId: user, origin: operatorOrigin })
  }, transact)

  const unfreeze = Effect.fn("AccountsPg.unfreeze")(function*(user: UserId) {
    yield* lockWallet(sql, user)
    const row = yield* lockUser(sql, user)
    if (row?.is_active !== false || row.erased_at !== null) return
    yield* sql`UPDATE users SET is_active = true, updated_at = app_now() WHERE id = ${user}::uuid`
    yield* events.record(yield* now, { type: "unfrozen", userId: user, origin: operatorOrigin })
  }, transact)

  const exportAll = Effect.fn("AccountsPg.export")(
    function*(user: UserId) {
      const records = yield* readPersonalRecords(sql, events, user)
      if (records === null) return null
      yield* events.record(yield* now, { type: "exported", userId: user, origin: operatorOrigin })
      return personalExport(records)
    },
    transact,
    // one state of the database for all that is read
    Effect.provideService(SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL REPEATABLE READ")
  )

  /** What forbids erasing, read under the wallet's lock: nothing of it can change before the end of the transaction. */
  const held = Effect.fnUntraced(function*(user: UserId) {
    const [row] = yield* sql<HeldRow>`
      SELECT (balance * 100)::bigint AS balance, (pending_withdrawal * 100)::bigint AS pending, (
        SELECT count(*) FROM tickets t JOIN draws d ON d.id = t.draw_id
        WHERE t.user_id = ${user}::uuid AND d.status NOT IN ('drawn', 'void')
      ) AS undrawn
      FROM wallets WHERE user_id = ${user}::uuid`
    return {
      balance: cents(row?.balance ?? 0n),
      pendingWithdrawal: cents(row?.pending ?? 0n),
      undrawnTickets: Number(row?.undrawn ?? 0n)
    }
  })

  const erase = Effect.fn("AccountsPg.erase")(function*(user: UserId) {
    if (user === houseUserId) return yield* Effect.die(new Error("the house is nobody to be erased"))
    yield* lockWallet(sql, user)
    const row = yield* lockUser(sql, user)
    if (row === undefined || row.erased_at !== null) return
    const refusal = yield* held(user)
    if (refusal.balance > 0n || refusal.pendingWithdrawal > 0n || refusal.undrawnTickets > 0) {
      return yield* new EraseRefused({ refusal })
    }
    const at = yield* now
    yield* ends.end(user, { except: null }, "erased")
    yield* sql`UPDATE sessions SET user_agent = NULL WHERE user_id = ${user}::uuid`
    yield* sql`UPDATE mailed_tokens SET email = NULL, previous_email = NULL WHERE user_id = ${user}::uuid`
    yield* sql`DELETE FROM known_networks WHERE account = ${accountPseudonym(seal, row.email)}`
    yield* forgetFailures(sql, user)
    yield* forgetBuyer(sql, user, row.email)
    // what is sealed under it is noise from here on
    yield* sql`DELETE FROM user_keys WHERE user_id = ${user}::uuid`
    // eight digits that nobody can foresee, and so take
    yield* sql`
      UPDATE users SET email = ${`erased-${user}@invalid`}, username = ${`erased-${
      newId(at).slice(-8)
    }`}, password_hash = '!',
        email_verified = false, kyc_status = 'none', country = NULL, is_active = false, erased_at = app_now(),
        updated_at = app_now()
      WHERE id = ${user}::uuid`
    yield* events.record(at, { type: "erased", userId: user, origin: null })
  }, (transaction) =>
    transact(transaction).pipe(Effect.retry({
      while: (error) => brokenUniqueness(error) === "users_username_key",
      times: 3
    })))

  return { find, freeze, unfreeze, exportAll, erase }
}
