/** The step by which a draw is locked: how many tickets there are, and the root of their tree, are published. */
import { lockAgain, lockByClock, type Locked } from "@ddd/core/draws/Locking"
import { textOf } from "@ddd/core/proof/Note"
import type { DrawId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { tellStatus } from "./DrawEventsPg.ts"
import { lostNote } from "./LostRecords.ts"
import { lockDraw } from "./ReadDraw.ts"
import { StepImpossible, type StepServices } from "./StepServices.ts"

/** Publishes the lock record of a draw, whose row is locked. */
export const writeLock = Effect.fnUntraced(function*(
  services: Pick<StepServices, "signer" | "sql">,
  decided: Locked
) {
  const { signer, sql } = services
  const published = yield* lostNote(services, decided.record.draw, "lock")
  const locked = published === null ? decided : lockAgain(decided, textOf(published))
  if (locked === null) {
    return yield* new StepImpossible({
      message:
        `draw ${decided.record.draw} was locked with other tickets before a backup was put back; it is not locked again`
    })
  }
  const { record, text } = locked
  yield* sql`
    UPDATE draws SET status = 'locked', locked_at = ${formatInstant(record.locked)}::timestamptz,
      draw_at = ${formatInstant(record.draws)}::timestamptz, entries_root = ${record.root},
      beacon_round = ${record.beacon?.round ?? null}::bigint, lock_note = ${published ?? (yield* signer.sign(text))}
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
