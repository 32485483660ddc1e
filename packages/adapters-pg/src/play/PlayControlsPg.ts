/** What players decide about their own play, on PostgreSQL: each change one transaction, under the wallet's lock and the user's. */
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import { type CountedChange, refusalOfChange } from "@ddd/core/accounts/SecurityLogLimit"
import { playersAccount } from "@ddd/core/accounts/User"
import { countedOn } from "@ddd/core/money/Limits"
import { cents } from "@ddd/core/money/Money"
import type { Wallet } from "@ddd/core/money/Wallet"
import { barAgain, excludePlayer, excludeRegistered, type PlayerStopped, timeOut } from "@ddd/core/play/Exclusion"
import { changeLimits, confirmLimits, type LimitsChanged, viewLimits } from "@ddd/core/play/LimitChange"
import { sayBirth as decideBirth } from "@ddd/core/play/SayBirth"
import { accountError } from "@ddd/core/ports/Accounts"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import { MinAge } from "@ddd/core/ports/MinAge"
import { BirthRefused, PlayControls } from "@ddd/core/ports/PlayControls"
import type { UserId } from "@ddd/core/values/Ids"
import { type Day, dayOf, dayStart, formatInstantOrNull, type Instant } from "@ddd/core/values/Instant"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import { lockAccount } from "../accounts/AccountRows.ts"
import { makeServices } from "../accounts/AccountServices.ts"
import { clockOf } from "../database/ClockCheck.ts"
import { instantOrNull, walletColumns, walletOf, type WalletRow } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { idAfterAll } from "../database/UuidTimes.ts"
import { lockWallets } from "../money/WalletMoves.ts"
import { excessColumns, excessOf, type ExcessRow } from "./ExcessRows.ts"
import { limitsText, readCounted, sumsSince } from "./LimitRows.ts"

const make = Effect.gen(function*() {
  const { events, newId, sql, write } = yield* makeServices

  /** Locks a player's wallet, then the account; nothing but a player plays. */
  const lockPlayer = Effect.fnUntraced(function*(userId: UserId) {
    const wallet = (yield* lockWallets(sql, [userId])).get(userId)
    const account = playersAccount(yield* lockAccount(sql, userId))
    if (wallet === undefined || account === null) return yield* new UnknownUser({ userId })
    const now = yield* clockOf(sql)
    return { wallet, now, newIds: { event: newId(now) } }
  })

  /** Refuses what the locked player did as often today as one may. */
  const requireFew = Effect.fnUntraced(function*(userId: UserId, type: CountedChange, now: Instant) {
    const refusal = refusalOfChange(type, yield* events.doneOnDayOf(userId, type, now), now)
    if (refusal !== null) return yield* accountError(refusal)
  })

  const readWallet = Effect.fnUntraced(function*(userId: UserId) {
    const [row] = yield* sql<WalletRow>`SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ${userId}::uuid`
    return row === undefined ? yield* new UnknownUser({ userId }) : walletOf(row)
  })

  /** Writes limits as they were decided at `now`, and gives them as their player sees them. */
  const writeLimits = Effect.fnUntraced(function*(userId: UserId, { change, wallet }: LimitsChanged, now: Instant) {
    if (change.events.length > 0) {
      yield* sql`UPDATE wallets SET limits = ${limitsText(wallet.limits)}::text::jsonb WHERE user_id = ${userId}::uuid`
    }
    yield* write(change)
    return viewLimits(wallet.limits, now)
  })

  const writeBarring = (userId: UserId, { excludedUntil, timedOutUntil }: Wallet) =>
    sql`
      UPDATE wallets SET timed_out_until = ${formatInstantOrNull(timedOutUntil)}::timestamptz,
        excluded_until = ${formatInstantOrNull(excludedUntil)}::timestamptz
      WHERE user_id = ${userId}::uuid`

  const stop = Effect.fnUntraced(function*<E>(
    userId: UserId,
    decide: (facts: Effect.Success<ReturnType<typeof lockPlayer>>) => Effect.Effect<PlayerStopped, E>
  ) {
    const { change, until, wallet } = yield* decide(yield* lockPlayer(userId))
    // who is excluded for longer already signs in often
    if (change.events.length > 0) yield* writeBarring(userId, wallet)
    yield* write(change)
    return until
  })

  const minAge = yield* MinAge

  const sayBirth = Effect.fnUntraced(function*(userId: UserId, bornOn: Day, origin: RequestOrigin) {
    const decided = decideBirth({ ...yield* lockPlayer(userId), minAge }, userId, bornOn, origin)
    const { change, wallet } = yield* Effect.fromResult(
      Result.mapError(decided, (refusal) => new BirthRefused({ refusal }))
    )
    // who says the same again changes nothing
    if (change.events.length > 0) {
      yield* sql`UPDATE wallets SET born_on = ${wallet.bornOn}::date WHERE user_id = ${userId}::uuid`
    }
    yield* write(change)
  })

  return PlayControls.of({
    of: Effect.fn("PlayControlsPg.of")(function*(userId) {
      const { excludedUntil, limits, timedOutUntil } = yield* readWallet(userId)
      const at = yield* clockOf(sql)
      const counted = limits === null ? null : countedOn(limits.counted, dayOf(at))
      return { ...viewLimits(limits, at), excludedUntil, timedOutUntil, counted }
    }, orUnavailable),

    changeLimits: Effect.fn("PlayControlsPg.changeLimits")(function*(userId, change, origin) {
      const facts = yield* lockPlayer(userId)
      const { now, wallet: { limits } } = facts
      yield* requireFew(userId, "limits_changed", now)
      const counted = limits === null ? yield* readCounted(sql, userId, now) : limits.counted
      return yield* writeLimits(userId, changeLimits({ ...facts, counted }, userId, change, origin), now)
    }, transact(sql)),

    confirmLimits: Effect.fn("PlayControlsPg.confirmLimits")(function*(userId, origin) {
      const facts = yield* lockPlayer(userId)
      return yield* writeLimits(userId, confirmLimits(facts, userId, origin), facts.now)
    }, transact(sql)),

    timeOut: Effect.fn("PlayControlsPg.timeOut")(
      (userId, hours, origin) =>
        stop(userId, (facts) =>
          Effect.map(
            requireFew(userId, "timed_out", facts.now),
            () => timeOut(facts, userId, hours, origin)
          )),
      transact(sql)
    ),

    exclude: Effect.fn("PlayControlsPg.exclude")(
      (userId, days, by) =>
        stop(userId, (facts) =>
          Effect.map(
            by._tag === "Player" ? requireFew(userId, "self_excluded", facts.now) : Effect.void,
            () => excludePlayer(facts, userId, days, by)
          )),
      transact(sql)
    ),

    excludeRegistered: Effect.fn("PlayControlsPg.excludeRegistered")(
      (userId, until) =>
        Effect.asVoid(stop(userId, (facts) => Effect.succeed(excludeRegistered(facts, userId, until)))),
      transact(sql)
    ),

    barAgain: Effect.fn("PlayControlsPg.barAgain")(
      (userId, by, until) => Effect.asVoid(stop(userId, (facts) => Effect.succeed(barAgain(facts, userId, by, until)))),
      transact(sql)
    ),

    sayBirth: Effect.fn("PlayControlsPg.sayBirth")(sayBirth, transact(sql)),

    today: Effect.fn("PlayControlsPg.today")(function*(userId, sessionId) {
      const [[sums], [session]] = yield* Effect.all([
        Effect.flatMap(clockOf(sql), (at) => sumsSince(sql, userId, [dayStart(dayOf(at))])),
        sql<{ readonly created_at: Date }>`
          SELECT created_at FROM sessions WHERE id = ${sessionId}::uuid AND user_id = ${userId}::uuid`
      ], { concurrency: "unbounded" })
      if (sums === undefined) return yield* new UnknownUser({ userId })
      return {
        sessionStartedAt: instantOrNull(session?.created_at ?? null),
        spent: cents(sums.spent),
        won: cents(sums.won)
      }
    }, orUnavailable),

    excesses: Effect.fn("PlayControlsPg.excesses")(function*(userId, { cursor, limit }) {
      const rows = yield* sql<ExcessRow>`
        SELECT ${excessColumns(sql)} FROM deposit_excesses
        WHERE user_id = ${userId}::uuid AND transaction_id < ${cursor ?? idAfterAll}::uuid
        ORDER BY transaction_id DESC LIMIT ${limit + 1}`
      return pageOf(rows.map(excessOf), limit, ({ transactionId }) => transactionId)
    }, orUnavailable)
  })
})

export const layer = Layer.effect(PlayControls, make)
