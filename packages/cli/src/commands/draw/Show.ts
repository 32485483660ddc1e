/** `ddd draw show`: one draw at length. */
import { Draws } from "@ddd/core/ports/Draws"
import { formatInstantOrNull } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onDraws } from "../OnDatabase.ts"
import { drawJson, drawText, voidedEarlyJson } from "./DrawText.ts"
import { findDraw } from "./FindDraw.ts"

const run = Effect.fn("ddd draw show")(function*(name: string, { json }: JsonFlag) {
  const { draw, notes, pausedAt, voidedEarly } = yield* onDraws(Effect.gen(function*() {
    const draw = yield* findDraw(name)
    const draws = yield* Draws
    return {
      draw,
      notes: yield* draws.notes(draw.id),
      pausedAt: yield* draws.pausedAt(draw.id),
      voidedEarly: yield* draws.voidedEarly(draw.id)
    }
  }))
  yield* json === true ?
    printJson({
      ...drawJson(draw),
      records: notes,
      voidedEarly: voidedEarlyJson(voidedEarly),
      pausedAt: formatInstantOrNull(pausedAt)
    })
    : print(drawText(draw, notes, voidedEarly, pausedAt))
  return done
})

export const showDraw: Declare = (perform) =>
  command("show", "one draw at length", "ddd draw show 2026-02-03")
    .argument("[draw]", "a day such as 2026-02-03, an id, or current", "current")
    .addOption(jsonOption())
    .action((name, flags) => perform(run(name, flags)))
