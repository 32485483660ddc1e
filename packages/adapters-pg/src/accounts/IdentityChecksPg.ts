/** Players' identity checks on PostgreSQL: each change one transaction, under the wallet's lock and then the user's. */
import {
  type Identity,
  type IdentityChanged,
  type IdentityFacts,
  type IdentityRefusal,
  recordIdentity,
  setIdentity
} from "@ddd/core/accounts/IdentityCheck"
import { playersAccount } from "@ddd/core/accounts/User"
import { awaitingIdentity } from "@ddd/core/money/Withdrawable"
import { IdentityChecks, IdentityRefused, type IdentityState } from "@ddd/core/ports/IdentityChecks"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import { houseUserId, type UserId } from "@ddd/core/values/Ids"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { instantOf, walletColumns, walletOf, type WalletRow } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { idBeforeAll } from "../database/UuidTimes.ts"
import { lockWallets } from "../money/WalletMoves.ts"
import { lockAccount, summaryColumns, summaryOf, type SummaryRow } from "./AccountRows.ts"
import { makeServices } from "./AccountServices.ts"
import { identityColumns, identityOf, type IdentityRow, writeChecked } from "./IdentityRows.ts"

type StateRow = IdentityRow & WalletRow

const stateOf = (row: StateRow): IdentityState => {
  const wallet = walletOf(row)
  return {
    ...identityOf(row),
    isAgeVerified: row.age_verified,
    awaitingIdentity: awaitingIdentity(wallet),
    withdrawn: wallet.withdrawn
  }
}

const make = Effect.gen(function*() {
  const { newId, sql, write } = yield* makeServices
  const columns = identityColumns(sql)
  /** A player's wallet, as `w`. */
  const joinedWallet = sql`JOIN LATERAL (SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = u.id) w ON true`

  const lockFacts = Effect.fnUntraced(function*(userId: UserId) {
    // core would find nobody there, but only once the house's wallet is locked, which settlements need
    if (userId === houseUserId) return yield* new UnknownUser({ userId })
    const wallet = (yield* lockWallets(sql, [userId])).get(userId)
    const account = playersAccount(yield* lockAccount(sql, userId))
    const [row] = yield* sql<IdentityRow>`SELECT ${columns} FROM users u WHERE u.id = ${userId}::uuid`
    if (wallet === undefined || account === null || row === undefined) return yield* new UnknownUser({ userId })
    const now = yield* clockOf(sql)
    return {
      wallet,
      identity: identityOf(row),
      isAgeVerified: row.age_verified,
      now,
      newIds: { event: newId(now) }
    } satisfies IdentityFacts
  })

  const decide = Effect.fnUntraced(function*(
    userId: UserId,
    decision: (facts: IdentityFacts) => Result.Result<IdentityChanged | null, IdentityRefusal>
  ) {
    const facts = yield* lockFacts(userId)
    const changed = yield* Effect.fromResult(
      Result.mapError(decision(facts), (refusal) => new IdentityRefused({ refusal }))
    )
    if (changed === null) return null
    if (changed.wallet !== facts.wallet) yield* writeChecked(sql, userId, changed.wallet)
    yield* write(changed.change)
    const { identity }: { readonly identity: Identity } = changed
    return identity
  })

  return IdentityChecks.of({
    record: Effect.fn("IdentityChecksPg.record")(
      (message, receivedAt) => decide(message.userId, (facts) => recordIdentity(facts, message, receivedAt)),
      transact(sql)
    ),

    set: Effect.fn("IdentityChecksPg.set")(
      (userId, word, act) => decide(userId, (facts) => setIdentity(facts, userId, word, act)),
      transact(sql)
    ),

    of: Effect.fn("IdentityChecksPg.of")(function*(userId) {
      const [row] = yield* sql<StateRow>`
        SELECT ${columns}, w.* FROM users u ${joinedWallet}
        WHERE u.id = ${userId}::uuid AND u.erased_at IS NULL AND u.id <> ${houseUserId}::uuid`
      return row === undefined ? yield* new UnknownUser({ userId }) : stateOf(row)
    }, orUnavailable),

    waiting: Effect.fn("IdentityChecksPg.waiting")(function*({ cursor, limit }) {
      const rows = yield* sql<SummaryRow & StateRow & { readonly since: Date }>`
        SELECT ${summaryColumns(sql)}, ${columns}, w.*, i.since
        FROM (
          SELECT user_id, since FROM identity_waiting WHERE user_id > ${
        cursor ?? idBeforeAll
      }::uuid ORDER BY user_id LIMIT ${limit + 1}
        ) i JOIN users u ON u.id = i.user_id ${joinedWallet} ORDER BY u.id`
      const { items, nextCursor } = pageOf(rows, limit, ({ id }) => id)
      return {
        items: items.map((row) => ({ user: summaryOf(row), since: instantOf(row.since), ...stateOf(row) })),
        nextCursor
      }
    }, orUnavailable)
  })
})

export const layer = Layer.effect(IdentityChecks, make)
