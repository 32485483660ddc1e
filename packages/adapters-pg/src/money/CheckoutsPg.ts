/** Paying in on a provider's page, on PostgreSQL: each operation one transaction; wallet first, then the checkout's row. */
import { keptAs } from "@ddd/core/draws/KeptAnswers"
import {
  type CheckoutFacts,
  type CheckoutRequest,
  checkoutsUnderWayMax,
  decideCheckout,
  nextLookAt
} from "@ddd/core/money/Checkout"
import { learnOfCheckout } from "@ddd/core/money/CheckoutReport"
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { CheckoutRefused, Checkouts } from "@ddd/core/ports/Checkouts"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { MinAge } from "@ddd/core/ports/MinAge"
import { houseUserId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Result } from "effect"
import { instantOf } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { idAfterAll } from "../database/UuidTimes.ts"
import { requireUpToDate } from "../draws/Behind.ts"
import { keepAnswers, readKept } from "../sales/KeptAnswers.ts"
import { checkoutColumns, checkoutOf, type CheckoutRow, insertCheckout, storeCheckout } from "./CheckoutRows.ts"
import { lockAndReadWallet } from "./WithdrawalRows.ts"

/** The clock, and beside it the player; nulls where there is none. */
interface PlayerRow {
  readonly clock: Date
  readonly is_erased: boolean
  readonly is_active: boolean | null
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const minAge = yield* MinAge
  // what is paid in on a database that is behind may be paid a second time to who asked before
  const mayPayIn = requireUpToDate(yield* Acknowledged)

  /** What decides about a request, read under the wallet's lock: another request of the player waits. */
  const askFacts = Effect.fnUntraced(function*(request: CheckoutRequest) {
    const { userId } = request
    const wallet = yield* lockAndReadWallet(sql, userId)
    const [player] = yield* sql<PlayerRow>`
      SELECT clock, u.erased_at IS NOT NULL AS is_erased, u.is_active
      FROM (SELECT app_now() AS clock) c LEFT JOIN users u ON u.id = ${userId}::uuid`
    if (player === undefined) return yield* Effect.die(new Error("a SELECT of one row gives it"))
    const underWay = yield* sql<CheckoutRow>`
      SELECT ${checkoutColumns(sql)} FROM checkouts WHERE user_id = ${userId}::uuid AND due_at IS NOT NULL
      LIMIT ${checkoutsUnderWayMax}`
    const [kept] = (yield* readKept(sql, [request])).values()
    const now = instantOf(player.clock)
    return {
      player: player.is_active === null ? null : { isErased: player.is_erased, isFrozen: !player.is_active },
      wallet,
      kept: kept === undefined ? null : keptAs("Checkout", kept),
      underWay: underWay.map(checkoutOf),
      now,
      minAge,
      newId: newId(now)
    } satisfies CheckoutFacts
  })

  const find = (id: string) =>
    Effect.map(
      sql<CheckoutRow>`SELECT ${checkoutColumns(sql)} FROM checkouts WHERE id = ${id}::uuid`,
      ([row]) => row === undefined ? null : checkoutOf(row)
    )

  const earlier = (id: string) =>
    Effect.flatMap(
      find(id),
      (checkout) =>
        checkout === null
          ? Effect.die(new Error(`checkout ${id} is kept as an answer and is not there`))
          : Effect.succeed({ checkout, isReplayed: true })
    )

  return Checkouts.of({
    ask: Effect.fn("CheckoutsPg.ask")(function*(request) {
      yield* mayPayIn
      // as core would refuse it, but without the lock of the house's wallet, which settlements need
      if (request.userId === houseUserId) return yield* new CheckoutRefused({ refusal: { _tag: "UnknownUser" } })
      const decided = decideCheckout(yield* askFacts(request), request)
      if (Result.isFailure(decided)) return yield* new CheckoutRefused({ refusal: decided.failure })
      if (decided.success._tag === "Repeat") return yield* earlier(decided.success.checkoutId)
      const { answer, asked } = decided.success
      yield* insertCheckout(sql, asked)
      yield* keepAnswers(sql, [{ request, answer }], asked.checkout.askedAt)
      return { checkout: asked.checkout, isReplayed: false }
    }, transact(sql)),

    find: Effect.fn("CheckoutsPg.find")(find, orUnavailable),

    paidBy: Effect.fn("CheckoutsPg.paidBy")(function*(paymentId) {
      const [row] = yield* sql<CheckoutRow>`
        SELECT ${checkoutColumns(sql)} FROM checkouts WHERE payment_id = ${paymentId} LIMIT 1`
      return row === undefined ? null : checkoutOf(row)
    }, orUnavailable),

    list: Effect.fn("CheckoutsPg.list")(function*({ status, userId }, { cursor, limit }) {
      const rows = yield* sql<CheckoutRow>`
        SELECT ${checkoutColumns(sql)} FROM checkouts
        WHERE id < ${cursor ?? idAfterAll}::uuid
          ${status === undefined ? sql`` : sql`AND status = ${status}`}
          ${userId === undefined ? sql`` : sql`AND user_id = ${userId}::uuid`}
        ORDER BY id DESC LIMIT ${limit + 1}`
      const { items, nextCursor } = pageOf(rows, limit, ({ id }) => id)
      return { items: items.map(checkoutOf), nextCursor }
    }, orUnavailable),

    learn: Effect.fn("CheckoutsPg.learn")(function*(id, report) {
      yield* sql`SELECT 1 FROM checkouts WHERE id = ${id}::uuid FOR NO KEY UPDATE`
      const [row] = yield* sql<CheckoutRow & { readonly clock: Date }>`
        SELECT ${checkoutColumns(sql)}, app_now() AS clock FROM checkouts WHERE id = ${id}::uuid`
      if (row === undefined) return null
      const after = learnOfCheckout(checkoutOf(row), report, instantOf(row.clock))
      yield* storeCheckout(sql, after)
      return after.checkout
    }, transact(sql)),

    // rows that another node is claiming are passed over
    claimDue: Effect.fn("CheckoutsPg.claimDue")(function*(provider, limit) {
      const rows = yield* sql<CheckoutRow & { readonly clock: Date }>`
        SELECT ${checkoutColumns(sql)}, (SELECT app_now()) AS clock FROM checkouts
        WHERE due_at IS NOT NULL AND due_at <= (SELECT app_now()) AND provider = ${provider}
        ORDER BY due_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`
      if (rows.length === 0) return []
      const due = rows.map((row) => ({ checkout: checkoutOf(row), now: instantOf(row.clock) }))
      // what is due is under way, and so has a next time
      const next = due.flatMap(({ checkout, now }) => nextLookAt(checkout, now) ?? [])
      yield* sql`
        UPDATE checkouts c SET due_at = n.due_at
        FROM unnest(${due.map(({ checkout }) => checkout.id)}::uuid[], ${next.map(formatInstant)}::timestamptz[])
          AS n (id, due_at)
        WHERE c.id = n.id`
      return due.map(({ checkout }) => checkout)
    }, transact(sql))
  })
})

export const layer = Layer.effect(Checkouts, make)
