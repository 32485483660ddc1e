/** A draw by the name that an operator gives it. */
import { Draws } from "@ddd/core/ports/Draws"
import { drawId, isUuid } from "@ddd/core/values/Ids"
import { parseDay } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"

/** There is no such draw. */
export class NoSuchDraw extends Data.TaggedError("NoSuchDraw")<{ readonly message: string }> {}

const find = Effect.fnUntraced(function*(name: string) {
  const draws = yield* Draws
  if (name === "current") return yield* draws.current
  if (isUuid(name)) return yield* draws.byId(drawId(name))
  const day = parseDay(name)
  if (day !== undefined) return yield* draws.byDay(day)
  return yield* new NoSuchDraw({
    message: `No draw is called ${visible(name)}: give a day such as 2026-02-03, an id, or "current".`
  })
})

/** The draw of a day, of an id, or the one on sale (`current`). */
export const findDraw = Effect.fnUntraced(function*(name: string) {
  return (yield* find(name)) ?? (yield* new NoSuchDraw({
    message: name === "current" ? "No draw is on sale now." : `There is no draw ${visible(name)}.`
  }))
})
