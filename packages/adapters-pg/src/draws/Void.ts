/**
 * The steps by which a draw is declared void: why nobody wins is published, the seed is revealed, and every ticket's price goes back to
 * its buyer, once; all in one transaction, however many tickets there are.
 *
 * The record is signed before anything is locked. Wallets by ascending user id are locked first, then the draw, whose state is decided
 * upon (docs/design.md, "Money", lock order); where it says another record by then, all of it is done again.
 */
import type { DrawState } from "@ddd/core/draws/DrawState"
import {
  declareVoid,
  refundTickets,
  voidedBy,
  type VoidingStep,
  voidMail,
  voidMailRecipients,
  voidReason
} from "@ddd/core/draws/Voiding"
import { cents } from "@ddd/core/money/Money"
import type { Wallet } from "@ddd/core/money/Wallet"
import type { VoidReason } from "@ddd/core/proof/Record"
import { type DrawId, ticketId, type UserId, userId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Data, Effect, Result } from "effect"
import { inTransaction } from "../database/Transaction.ts"
import { idsAheadMillisMax, smallestIdAt } from "../database/UuidTimes.ts"
import { insertMailJobs } from "../jobs/JobRows.ts"
import { lockWallets, type WalletMoves, writeAllMoves } from "../money/WalletMoves.ts"
import { tellStatus } from "./DrawEventsPg.ts"
import { insertEarlyVoid } from "./EarlyVoids.ts"
import { lockDraw, readDraw } from "./ReadDraw.ts"
import { openSeed, StepImpossible, type StepServices } from "./StepServices.ts"

/** Somebody bought since the record was signed, or while the wallets of those who had were awaited: all of it is to be done again. */
class HoldersChanged extends Data.TaggedError("HoldersChanged") {}

/** How many tickets of the draw a player holds. */
interface Holder {
  readonly userId: UserId
  readonly tickets: number
}

/** A draw, and the wallets of all who hold tickets in it; every one of them locked. */
export interface LockedForVoid {
  readonly draw: DrawState
  /** By ascending user id. */
  readonly holders: ReadonlyArray<Holder>
  readonly wallets: ReadonlyMap<UserId, Wallet>
}

/** Locks the wallets of those who hold tickets in a draw, then the draw. Part of what `retryVoid` retries. */
export const lockForVoid = Effect.fnUntraced(function*(sql: PgClient.PgClient, id: DrawId) {
  // read before the draw is locked, since wallets come first; held against the draw once it is, when nobody buys any more
  const rows = yield* sql<{ readonly user_id: string; readonly tickets: number }>`
    SELECT user_id, count(*)::int AS tickets FROM tickets WHERE draw_id = ${id}::uuid GROUP BY user_id ORDER BY user_id`
  const holders = rows.map((row): Holder => ({ userId: userId(row.user_id), tickets: row.tickets }))
  const wallets = yield* lockWallets(sql, holders.map((holder) => holder.userId))
  const draw = yield* lockDraw(sql, id)
  if (draw === undefined) return yield* Effect.die(new Error(`draw ${id} is gone`))
  const found = holders.reduce((sum, { tickets }) => sum + tickets, 0)
  return found === draw.totalEntries ? { draw, holders, wallets } : yield* new HoldersChanged()
})

/** Does again what signs a void record, then locks the draw by `lockForVoid` in a transaction, where somebody bought in between. */
export const retryVoid = (id: DrawId) => <A, E, R>(attempt: Effect.Effect<A, E | HoldersChanged, R>) =>
  attempt.pipe(
    Effect.retry({ while: (error) => error instanceof HoldersChanged, times: 10 }),
    Effect.catchIf(
      (error) => error instanceof HoldersChanged,
      () => Effect.fail(new StepImpossible({ message: `draw ${id} is being bought in too fast to be closed` }))
    )
  )

// tickets that are read, and mails that are written, at a time
const ticketsAtOnce = 10_000
const mailsAtOnce = 10_000

/** Holders in parts that hold `ticketsAtOnce` tickets together, or one holder. */
const partsOf = (holders: ReadonlyArray<Holder>): ReadonlyArray<ReadonlyArray<UserId>> => {
  const parts: Array<Array<UserId>> = []
  let room = 0
  for (const { tickets, userId: user } of holders) {
    room -= tickets
    if (parts.length === 0 || room < 0) {
      parts.push([])
      room = ticketsAtOnce - tickets
    }
    parts.at(-1)?.push(user)
  }
  return parts
}

interface TicketRow {
  readonly user_id: string
  readonly ticket_id: string
  /** What paying for it took from the withdrawable part. */
  readonly delta: bigint
}

/** The tickets of some holders in a draw, with what each took from the wallet. */
const ticketsOf = (sql: PgClient.PgClient, draw: DrawState, users: ReadonlyArray<UserId>) => {
  // by the index of a player's tickets by id: none that was bought before the draw opened is read
  const first = smallestIdAt(draw.opensAt)
  const after = smallestIdAt((draw.lastPurchasedAt ?? draw.opensAt) + idsAheadMillisMax)
  return sql<TicketRow>`
    SELECT t.user_id, t.ticket_id, ((
      SELECT m.withdrawable_delta FROM transactions m WHERE m.user_id = t.user_id AND m.wallet_seq = t.wallet_seq
    ) * 100)::bigint AS delta
    FROM tickets t
    WHERE t.user_id = ANY(${users}::uuid[]) AND t.draw_id = ${draw.id}::uuid AND t.id >= ${first}::uuid
      AND t.id < ${after}::uuid
    ORDER BY t.user_id, t.position`
}

/** Pays some holders back. Gives how many tickets. */
const refund = Effect.fnUntraced(function*(
  { newId, sql }: StepServices,
  { draw, wallets }: LockedForVoid,
  users: ReadonlyArray<UserId>
) {
  const rows = yield* ticketsOf(sql, draw, users)
  const moves: Array<WalletMoves> = []
  for (const [user, own] of Map.groupBy(rows, (row) => userId(row.user_id))) {
    const wallet = wallets.get(user)
    if (wallet === undefined) {
      return yield* new StepImpossible({ message: `user ${user}, who is to be paid back, has no wallet` })
    }
    const tickets = own.map((row) => ({ ticketId: ticketId(row.ticket_id), withdrawableDelta: cents(row.delta) }))
    const moved = refundTickets(draw.id, user, wallet, tickets)
    if (Result.isFailure(moved)) {
      return yield* new StepImpossible({ message: `the wallet of user ${user} cannot take a ticket's price back` })
    }
    moves.push({ userId: user, ...moved.success })
  }
  yield* writeAllMoves(sql, newId, draw.clock, moves)
  return rows.length
})

/** Enqueues the mails to whom it concerns. */
const tell = Effect.fnUntraced(function*(
  { sql }: StepServices,
  { draw, holders }: LockedForVoid,
  reason: VoidReason
) {
  const members = yield* sql<{ readonly user_id: string }>`
    SELECT user_id FROM lobby_members WHERE lobby_id = ${draw.id}::uuid ORDER BY user_id`
  const told = voidMailRecipients(draw.kind, reason, {
    holders: holders.map((holder) => holder.userId),
    members: members.map((row) => userId(row.user_id))
  })
  for (let from = 0; from < told.length; from += mailsAtOnce) {
    const mails = told.slice(from, from + mailsAtOnce).map((user) => voidMail(draw, user))
    yield* insertMailJobs(
      sql,
      sql`
        SELECT m.id, m.element, ${from}::int + m.nth AS nth
        FROM unnest(${mails.map(({ id }) => id)}::text[], ${mails.map(({ job }) => JSON.stringify(job))}::text[])
          WITH ORDINALITY AS m (id, element, nth)`
    )
  }
})

/** Signs what is published of a draw that is to be void, as it is before it is locked. */
export const signVoid = Effect.fnUntraced(function*(
  { sealing, signer }: Pick<StepServices, "sealing" | "signer">,
  draw: DrawState,
  reason: VoidReason,
  seed: Uint8Array | null
) {
  const { text } = declareVoid(sealing.sha256, draw, reason, seed)
  return { text, note: yield* signer.sign(text) }
})

/** Writes that a draw is void. Part of the transaction that has locked it, and decided so; `signed` is of before. */
export const writeVoid = Effect.fnUntraced(function*(
  services: StepServices,
  locked: LockedForVoid,
  reason: VoidReason,
  seed: Uint8Array | null,
  signed: Effect.Success<ReturnType<typeof signVoid>>
) {
  const { draw, holders } = locked
  const { sealing, sql } = services
  const { record, text } = declareVoid(sealing.sha256, draw, reason, seed)
  if (text !== signed.text) return yield* new HoldersChanged()
  // a plan for any holders at all reads the whole draw for each part
  yield* sql`SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`
  let refunded = 0
  for (const part of partsOf(holders)) refunded += yield* refund(services, locked, part)
  if (refunded !== draw.totalEntries) {
    return yield* new StepImpossible({
      message: `draw ${draw.id} has ${draw.totalEntries} tickets, and ${refunded} could be paid back`
    })
  }
  yield* sql`
    UPDATE draws SET status = 'void', seed = ${record.seed}, result_note = ${signed.note}
    WHERE id = ${draw.id}::uuid`
  yield* tellStatus(sql, draw.id)
  yield* tell(services, locked, reason)
})

/** The seed of a draw that is about to be void; null where it cannot be opened, which keeps nobody's money. */
export const openSeedOrNull = (services: StepServices, id: DrawId) =>
  Effect.catchTag(
    openSeed(services, id),
    "StepImpossible",
    (error) => Effect.as(Effect.logError(error.message, error.cause), null)
  )

/** Closes a room that nobody locked in time, or gives up a draw that cannot be decided; false where it is neither (any more, or yet). */
export const voidByStep = (services: StepServices, id: DrawId, due: VoidingStep) =>
  retryVoid(id)(Effect.gen(function*() {
    const { sql } = services
    const unlocked = yield* readDraw(sql, id)
    // neither its seed nor a wallet is touched of a draw that must wait still
    if (unlocked === undefined || voidReason(due, unlocked, null) === null) return false
    const seed = yield* openSeedOrNull(services, id)
    const found = voidReason(due, unlocked, seed)
    if (found === null) return false
    const signed = yield* signVoid(services, unlocked, found, seed)
    return yield* inTransaction(sql)(Effect.gen(function*() {
      const locked = yield* lockForVoid(sql, id)
      const reason = voidReason(due, locked.draw, seed)
      if (reason === null) return false
      yield* insertEarlyVoid(sql, locked.draw, voidedBy(due))
      yield* writeVoid(services, locked, reason, seed, signed)
      return true
    }))
  }))
