/** The step by which a draw is locked: how many tickets there are, and the root of their tree, are published. */
import { lockByClock, type Locked } from "@ddd/core/draws/Locking"
import type { DrawId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { tellStatus } from "./DrawEventsPg.ts"
import { lockDraw } from "./ReadDraw.ts"
import type { StepServices } from "./StepServices.ts"

/** Publishes the lock record of a draw, whose row is locked. */
export const writeLock = Effect.fnUntraced(function*(
  { signer, sql }: Pick<StepServices, "signer" | "sql">,
  { record, text }: Locked
) {
  yield* sql`
    UPDATE draws SET status = 'locked', locked_at = ${formatInstant(record.locked)}::timestamptz,
      draw_at = ${formatInstant(record.draws)}::timestamptz, entries_root = ${record.root},
      beacon_round = ${record.beacon?.round ?? null}::bigint, lock_note = ${yield* signer.sign(text)}
    WHERE id = ${record.draw}::uuid`
  yield* tellStatus(sql, record.draw)
})

/** `open → locked`, or `scheduled → locked` where nobody opened it in time, of a daily draw. */
export const lock = Effect.fnUntraced(function*(services: StepServices, id: DrawId) {
  // waits for the sale that holds the row: the hottest row at midnight is exactly this one
  const draw = yield* lockDraw(services.sql, id)
  const locked = draw === undefined ? null : lockByClock(services.sealing.sha256, draw)
  if (locked === null) return false
  yield* writeLock(services, locked)
  return true
})
