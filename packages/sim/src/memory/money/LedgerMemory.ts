/** Wallets and their movements, in memory. */
import type { Prize } from "@ddd/core/draws/PrizeReport"
import { internalAct, needsApproval } from "@ddd/core/money/FourEyes"
import { zero } from "@ddd/core/money/Money"
import { lastBefore } from "@ddd/core/money/Statement"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { Ledger, ReferenceConflict, UnknownUser } from "@ddd/core/ports/Ledger"
import type { Instant } from "@ddd/core/values/Instant"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Stream } from "effect"
import { makeGate } from "../operators/ApprovalSteps.ts"
import { Store } from "../Store.ts"
import { record } from "./FundingsMemory.ts"
import { holdDeposit } from "./FundingSteps.ts"
import { asTransaction } from "./TransactionView.ts"

export const layer: Layer.Layer<Ledger, never, Store> = Layer.effect(
  Ledger,
  Effect.gen(function*() {
    const store = yield* Store
    const above = yield* FourEyesAbove
    const gate = makeGate(store, above, internalAct)

    return Ledger.of({
      deposit: ({ amount, referenceId, userId }) =>
        store.exclusive(Effect.gen(function*() {
          const buyer = { _tag: "Player", userId } as const
          const event = { _tag: "Purchased", reference: referenceId, amount, buyer } as const
          const waits = needsApproval(above, amount) ? holdDeposit(store, event, gate) : null
          if (waits?.isSame === false) return yield* new ReferenceConflict({ referenceId })
          if (waits !== null) return yield* waits
          const { funding, rows: [credited] } = yield* Effect.catchTag(
            record(store, event),
            "FundingConflict",
            () => Effect.fail(new ReferenceConflict({ referenceId }))
          )
          if (credited !== undefined) return { transaction: asTransaction(credited), created: true }
          const earlier = store.transactions.get(userId)?.find((row) =>
            row.type === "deposit" && row.referenceId === funding.reference
          )
          // refunded before it came: the wallet had nothing
          if (earlier === undefined) return yield* new ReferenceConflict({ referenceId })
          return { transaction: asTransaction(earlier), created: false }
        })),

      wallet: (userId) =>
        Effect.suspend(() => {
          const row = store.wallets.get(userId)
          if (row === undefined) return Effect.fail(new UnknownUser({ userId }))
          const { userId: _, ...wallet } = row
          return Effect.succeed(wallet)
        }),

      wallets: (ids) =>
        Effect.sync(() =>
          new Map(ids.flatMap((id) => {
            const row = store.wallets.get(id)
            if (row === undefined) return []
            const { userId: _, ...wallet } = row
            return [[id, wallet] as const]
          }))
        ),

      transactions: (userId, type, { cursor, limit }) =>
        Effect.sync(() => {
          const rows = (store.transactions.get(userId) ?? []).toReversed().filter((row) =>
            (type === null || row.type === type) && (cursor === null || row.seq < Number(cursor))
          )
          const page = pageOf(rows, limit, (row) => `${row.seq}`)
          return { ...page, items: page.items.map(asTransaction) }
        }),

      statement: (userId, { from, until }) =>
        Effect.suspend(() => {
          const rows = store.transactions.get(userId) ?? []
          if (!store.wallets.has(userId)) return Effect.fail(new UnknownUser({ userId }))
          const before = (at: Instant) =>
            lastBefore(rows.length, (seq) => (rows[seq - 1]?.createdAt ?? Number.POSITIVE_INFINITY) < at)
          const [first, last] = [before(from), before(until)]
          return Effect.succeed({
            openingBalance: rows[first - 1]?.balanceAfter ?? zero,
            movements: Stream.succeed(rows.slice(first, last).map(asTransaction))
          })
        }),

      prizes: ({ from, until }) => Stream.sync(() => readPrizes(store).filter(({ at }) => at >= from && at < until))
    })
  })
)

/** Every prize that was paid, oldest first. */
const readPrizes = (store: Store["Service"]): ReadonlyArray<Prize> =>
  [...store.transactions.values()].flat().filter(({ type }) => type === "prize_win").map((row) => {
    const draw = [...store.draws.values()].find(({ id }) => id === row.referenceId)
    const ticket = draw === undefined ? undefined : store.tickets.get(draw.id)?.[(draw.winningPosition ?? 0) - 1]
    const user = store.users.get(row.userId)
    if (draw === undefined || ticket === undefined || user === undefined) throw new Error(`${row.id} is of no draw`)
    return {
      id: row.id,
      at: row.createdAt,
      userId: row.userId,
      username: user.erasedAt === null ? user.username : null,
      country: user.country,
      kycStatus: user.kycStatus,
      drawId: draw.id,
      kind: draw.kind,
      drawDate: draw.drawDate,
      ticketId: ticket.ticketId,
      amount: row.amount
    }
  }).toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
