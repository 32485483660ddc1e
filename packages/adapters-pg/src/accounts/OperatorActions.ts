/** What operators do with accounts: find, freeze, export, erase. */
import {
  erase as decideErase,
  type EraseFacts,
  eraseSelf as decideEraseSelf,
  type Erasure
} from "@ddd/core/accounts/Erase"
import { freeze as decideFreeze, unfreeze as decideUnfreeze } from "@ddd/core/accounts/Freeze"
import { exportAccount, type ExportedBy } from "@ddd/core/accounts/PersonalExport"
import { idMeant, pickMeant } from "@ddd/core/accounts/TakenNames"
import { cents, zero } from "@ddd/core/money/Money"
import { awaitingIdentity } from "@ddd/core/money/Withdrawable"
import { decided } from "@ddd/core/ports/Accounts"
import type { UserId } from "@ddd/core/values/Ids"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import type { PgClient } from "@effect/sql-pg"
import { Effect, type Redacted } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { failureText } from "../database/Failure.ts"
import { instantOrNull, walletColumns, walletOf, type WalletRow } from "../database/Rows.ts"
import { firstUndrawnId } from "../draws/TicketsOfPlayer.ts"
import { lockAccount, lockWallet, summaryColumns, summaryOf, type SummaryRow, takenField } from "./AccountRows.ts"
import type { Services } from "./AccountServices.ts"
import { mayBeAddressed } from "./EmailIdentityRows.ts"
import { forget } from "./ErasePersonalData.ts"
import { readPersonalRecords } from "./ReadPersonalRecords.ts"

interface HoldingsRow extends WalletRow {
  readonly coming_back: bigint
  readonly last_paid: Date | null
  readonly undrawn: bigint
  readonly rooms_with_others: bigint
}

/**
 * Locks the draws of the rooms that somebody is in and that still sell, until their name is changed: no answer with the old one is kept
 * after that.
 */
const lockOpenRooms = (sql: PgClient.PgClient, user: UserId) =>
  sql`
    SELECT 1 FROM draws d JOIN lobby_members m ON m.lobby_id = d.id
    WHERE m.user_id = ${user}::uuid AND d.status = 'open' ORDER BY d.id FOR NO KEY UPDATE OF d`

export const makeOperators = ({ events, newId, now, seal, sql, transact, write }: Services) => {
  const columns = summaryColumns(sql)

  const find = Effect.fn("AccountsPg.find")(function*(text: string) {
    const rows = yield* sql<SummaryRow>`
      SELECT ${columns} FROM users u
      WHERE id = ${idMeant(text)}::uuid OR lower(username) = lower(${text}) OR ${mayBeAddressed(sql, text)} ORDER BY id`
    return pickMeant(text, rows.map(summaryOf))
  })

  const sharingMailboxes = Effect.fn("AccountsPg.sharingMailboxes")(function*(limit: number) {
    const rows = yield* sql<SummaryRow & { readonly identity: string }>`
      SELECT ${columns}, o.identity
      FROM (SELECT identity FROM email_identities WHERE is_shared GROUP BY identity ORDER BY min(user_id::text) LIMIT ${limit}) s
      JOIN email_identities o ON o.identity = s.identity JOIN users u ON u.id = o.user_id ORDER BY u.id`
    return [...Map.groupBy(rows, ({ identity }) => identity).values()].map((sharing) => sharing.map(summaryOf))
      .filter((sharing) => sharing.length > 1)
  })

  /** After the wallet's lock no sale is under way that found another state of the account. */
  const lockFreezing = Effect.fnUntraced(function*(user: UserId) {
    yield* lockWallet(sql, user)
    const account = yield* lockAccount(sql, user)
    return { account, newIds: { event: newId(yield* now) } }
  })

  const freeze = Effect.fn("AccountsPg.freeze")(function*(user: UserId, act: OperatorAct) {
    yield* write(decideFreeze(yield* lockFreezing(user), user, act))
  }, transact)

  const unfreeze = Effect.fn("AccountsPg.unfreeze")(function*(user: UserId, act: OperatorAct) {
    yield* write(decideUnfreeze(yield* lockFreezing(user), user, act))
  }, transact)

  const exportAll = Effect.fn("AccountsPg.export")(function*(user: UserId, by: ExportedBy) {
    const at = yield* clockOf(sql)
    const facts = {
      now: at,
      records: yield* readPersonalRecords(sql, events, user),
      takenToday: yield* events.doneOnDayOf(user, "exported", at),
      newIds: { event: newId(at) }
    }
    const { all, change } = yield* decided(exportAccount(facts, user, by))
    yield* write(change)
    return all
  }, transact)

  /** Read under the wallet's lock: nothing of it can change before the end of the transaction. */
  const holdingsOf = Effect.fnUntraced(function*(user: UserId) {
    const [row] = yield* sql<HoldingsRow>`
      SELECT ${walletColumns(sql)}, (
        SELECT (coalesce(sum(w.amount), 0) * 100)::bigint FROM withdrawals w
        WHERE w.user_id = ${user}::uuid AND w.status = 'paid' AND w.provider_payout_status IN ('failed', 'canceled')
      ) AS coming_back, (
        SELECT w.asked_at FROM withdrawals w WHERE w.user_id = ${user}::uuid AND w.status = 'paid' ORDER BY w.id DESC LIMIT 1
      ) AS last_paid, (
        SELECT count(*) FROM lobbies l JOIN draws d ON d.id = l.id
        WHERE l.host_id = ${user}::uuid AND d.status IN ('scheduled', 'open')
          AND EXISTS (SELECT FROM tickets t WHERE t.draw_id = l.id AND t.user_id <> ${user}::uuid)
      ) AS rooms_with_others, (
        SELECT count(*) FROM tickets t JOIN draws d ON d.id = t.draw_id
        WHERE t.user_id = ${user}::uuid AND t.id >= ${yield* firstUndrawnId(sql)}::uuid
          AND d.status NOT IN ('drawn', 'void')
      ) AS undrawn
      FROM wallets WHERE user_id = ${user}::uuid`
    return {
      balance: cents(row?.balance ?? 0n),
      awaitingIdentity: row === undefined ? zero : awaitingIdentity(walletOf(row)),
      pendingWithdrawal: cents(row?.pending ?? 0n),
      comingBack: cents(row?.coming_back ?? 0n),
      debt: cents(row?.debt ?? 0n),
      lastPaidAskedAt: instantOrNull(row?.last_paid ?? null),
      undrawnTickets: Number(row?.undrawn ?? 0n),
      roomsWithOthers: Number(row?.rooms_with_others ?? 0n)
    }
  })

  /**
   * Answers of others are as many as they bought in a month: neither a wallet nor a room is locked meanwhile. None that is kept from here on
   * names who is erased. They are erased by now, so that where this fails erasing them once more does it.
   */
  const forgetInAnswers = (user: UserId) =>
    transact(sql`SELECT forget_name_in_answers(${user}::uuid)`).pipe(
      Effect.catch((error) =>
        Effect.logError(
          `user ${user} is erased, but answers kept for others may still have the name: ${failureText(error)}; ` +
            `\`ddd user erase ${user}\` removes it`
        )
      ),
      Effect.asVoid
    )

  const eraseAccount = <E>(user: UserId, decide: (facts: EraseFacts) => Effect.Effect<Erasure | null, E>) =>
    Effect.gen(function*() {
      yield* lockWallet(sql, user)
      const account = yield* lockAccount(sql, user)
      const holdings = yield* holdingsOf(user)
      const at = yield* clockOf(sql)
      const facts = { now: at, account, holdings, digits: newId(at).slice(-8), newIds: { event: newId(at) } }
      const erasure = yield* decide(facts)
      if (erasure === null) return
      yield* forget(sql, seal, user, erasure.email)
      yield* lockOpenRooms(sql, user)
      yield* write(erasure.change)
    }).pipe(
      transact,
      // whose digits somebody has is given others
      Effect.retry({ while: (error) => takenField(error) === "username", times: 3 }),
      Effect.andThen(forgetInAnswers(user))
    )

  const erase = Effect.fn("AccountsPg.erase")((user: UserId, act: OperatorAct) =>
    eraseAccount(user, (facts) => decided(decideErase(facts, user, act)))
  )

  const eraseSelf = Effect.fn("AccountsPg.eraseSelf")((user: UserId, verified: Redacted.Redacted) =>
    eraseAccount(user, (facts) => decided(decideEraseSelf(facts, user, verified)))
  )

  return { find, sharingMailboxes, freeze, unfreeze, exportAll, erase, eraseSelf }
}
