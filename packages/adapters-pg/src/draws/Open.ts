/** The steps by which draws are published ahead of their day, and opened. */
import { daysToPublish } from "@ddd/core/draws/Draw"
import { isDue } from "@ddd/core/draws/DrawSteps"
import { newDailyDraws, type NewDraw } from "@ddd/core/draws/Opening"
import type { Seed } from "@ddd/core/ports/SeedVault"
import { emptyFrontier, encodeFrontier } from "@ddd/core/proof/Merkle"
import { textOf } from "@ddd/core/proof/Note"
import { type DrawId, drawId } from "@ddd/core/values/Ids"
import { type Day, dayOf, formatInstant, type Instant } from "@ddd/core/values/Instant"
import { Effect, Redacted } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { inTransaction } from "../database/Transaction.ts"
import { publishing } from "./Behind.ts"
import { tellStatus } from "./DrawEventsPg.ts"
import { lostDays } from "./LostRecords.ts"
import { lockDraw } from "./ReadDraw.ts"
import type { StepServices } from "./StepServices.ts"

/** Publishes a draw: its signed open record, with its seed sealed beside it. Gives its id. */
export const insertDraw = Effect.fnUntraced(function*(
  { chains, sealing, signer, sql, vault }: Pick<StepServices, "chains" | "sealing" | "signer" | "sql" | "vault">,
  { chain, record, status, text }: NewDraw,
  seed: Seed,
  at: Instant
) {
  const { beacon, closes, draw: id } = record
  const sealed = yield* vault.seal(id, seed)
  yield* chains.keep(chain)
  // a record says round 0 where the round is not known yet, the row nothing
  yield* sql`
    INSERT INTO draws (id, kind, draw_date, status, commitment_hash, created_at, opens_at, closes_at, seal_key_id, tree_frontier,
      beacon_chain, beacon_round, open_note)
    VALUES (${id}::uuid, ${record.kind}, ${record.date}::date, ${status}, ${record.commitment},
      ${formatInstant(at)}::timestamptz, ${formatInstant(record.opens)}::timestamptz,
      ${closes === null ? null : formatInstant(closes)}::timestamptz, ${sealing.current.keyId},
      ${encodeFrontier(emptyFrontier)}, ${beacon?.chainHash ?? null}::text, nullif(${beacon?.round ?? null}::bigint, 0),
      ${yield* signer.sign(text)})`
  yield* sql`
    INSERT INTO draw_secrets (draw_id, key_id, nonce, ciphertext)
    VALUES (${id}::uuid, ${sealed.keyId}, ${sealed.nonce}, ${sealed.ciphertext})`
  return id
})

// any constant will do, as long as every node takes the same one
const publishLock = 4_702_331_890_116

interface NewestRow {
  readonly draw_date: Day
  readonly open_note: string
}

/** Publishes the open records that are to stand by now. Gives the new draws' ids. */
export const publishAhead = (services: StepServices) => {
  const { chains, newId, sealing, sql, vault } = services
  const newest = Effect.map(
    // rooms, which have no date, would come first
    sql<NewestRow>`
      SELECT draw_date, open_note FROM draws WHERE draw_date IS NOT NULL ORDER BY draw_date DESC LIMIT 1`,
    ([row]) => row ?? null
  )
  const publish = Effect.gen(function*() {
    // one publisher at a time: what it reads below nobody else changes
    yield* sql`SELECT 1 FROM pg_advisory_xact_lock(${publishLock})`
    const [last, clock] = [yield* newest, yield* clockOf(sql)]
    const days = yield* Effect.forEach(
      daysToPublish(clock, last?.draw_date ?? null, yield* lostDays(sql, dayOf(clock))),
      (day) => Effect.map(vault.generate, (seed) => ({ day: { ...day, id: drawId(newId(clock)) }, seed }))
    )
    const draws = newDailyDraws(
      sealing.sha256,
      days.map(({ day, seed }) => ({ ...day, seed: Redacted.value(seed) })),
      last === null ? null : textOf(last.open_note),
      chains.forNewDraws
    )
    const made: Array<DrawId> = []
    for (const [nth, { seed }] of days.entries()) {
      const draw = draws[nth]
      if (draw === undefined) return yield* Effect.die(new Error("each day that is to be published gets a draw"))
      made.push(yield* insertDraw(services, draw, seed, clock))
    }
    return made
  })
  return Effect.gen(function*() {
    yield* chains.keepFollowed
    // mostly there is nothing to do, and nobody need wait to see that
    const [last, clock] = [yield* newest, yield* clockOf(sql)]
    if (daysToPublish(clock, last?.draw_date ?? null).length === 0) return []
    return yield* inTransaction(sql)(publish)
  }).pipe(publishing(services))
}

/** `scheduled → open`. A sale that comes first has done it already. */
export const open = Effect.fnUntraced(function*({ sql }: StepServices, id: DrawId) {
  const draw = yield* lockDraw(sql, id)
  if (draw === undefined || !isDue("open", draw, draw.clock)) return false
  yield* sql`UPDATE draws SET status = 'open' WHERE id = ${id}::uuid`
  yield* tellStatus(sql, id)
  return true
})
