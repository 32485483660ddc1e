/** Records that were published and are lost with the state that a backup replaced: none is signed again but as it was. */
import type { NoteKind } from "@ddd/core/draws/Remembered"
import { textOf } from "@ddd/core/proof/Note"
import type { DrawId } from "@ddd/core/values/Ids"
import type { Day } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { StepImpossible, type StepServices } from "./StepServices.ts"

type Services = Pick<StepServices, "signer" | "sql">

/** The note of a lost record; null where none is known. */
export const lostNote = ({ sql }: Pick<StepServices, "sql">, id: DrawId, kind: NoteKind) =>
  Effect.map(
    sql<{ readonly note: string }>`SELECT note FROM lost_records WHERE draw_id = ${id}::uuid AND kind = ${kind}`,
    ([row]) => row?.note ?? null
  )

/** Signs a record, unless another one of the draw and kind was published before: the same is shown as it was. */
export const signOnce = Effect.fnUntraced(function*(
  services: Services,
  id: DrawId,
  kind: NoteKind,
  text: string
): Effect.fn.Return<string, SqlError.SqlError | StepImpossible> {
  const lost = yield* lostNote(services, id, kind)
  if (lost === null) return yield* services.signer.sign(text)
  if (textOf(lost) === text) return lost
  return yield* new StepImpossible({
    message:
      `draw ${id} had another ${kind} record before a backup was put back, which everybody may have; it is not signed anew`
  })
})

/** The days from `first` on whose draw is lost: none of them gets another. */
export const lostDays = (sql: StepServices["sql"], first: Day) =>
  Effect.map(
    sql<
      { readonly day: Day }
    >`SELECT draw_date AS day FROM lost_records WHERE kind = 'open' AND draw_date >= ${first}::date`,
    (rows) => new Set(rows.map(({ day }) => day))
  )
