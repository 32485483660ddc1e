/** `ddd draw show`: one draw at length. */
import { Draws } from "@ddd/core/ports/Draws"
import { drawId, isUuid } from "@ddd/core/values/Ids"
import { parseDay } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onDraws } from "../OnDatabase.ts"
import { drawJson, drawText } from "./DrawText.ts"

/** There is no such draw. */
class NoSuchDraw extends Data.TaggedError("NoSuchDraw")<{ readonly message: string }> {}

const find = Effect.fnUntraced(function*(name: string) {
  const draws = yield* Draws
  if (name === "current") return yield* draws.current
  if (isUuid(name)) return yield* draws.byId(drawId(name))
  const day = parseDay(name)
  if (day !== undefined) return yield* draws.byDay(day)
  return yield* new NoSuchDraw({
    message: `${visible(name)} names no draw: give a day such as 2026-02-03, an id, or "current".`
  })
})

const run = Effect.fn("ddd draw show")(function*(name: string, { json }: JsonFlag) {
  const { draw, notes } = yield* onDraws(Effect.gen(function*() {
    const draw = yield* find(name)
    if (draw === null) {
      return yield* new NoSuchDraw({
        message: name === "current" ? "No draw is on sale now." : `There is no draw ${visible(name)}.`
      })
    }
    return { draw, notes: yield* (yield* Draws).notes(draw.id) }
  }))
  yield* json === true ? printJson({ ...drawJson(draw), records: notes }) : print(drawText(draw, notes))
  return done
})

export const showDraw: Declare = (perform) =>
  command("show", "one draw at length", "ddd draw show 2026-02-03")
    .argument("[draw]", "a day such as 2026-02-03, an id, or current", "current")
    .addOption(jsonOption())
    .action((name, flags) => perform(run(name, flags)))
