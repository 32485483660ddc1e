/** `ddd draw pause` and `resume`: the sales of a daily draw stop for a while; its lock, its draw and its payouts go on. */
import type { Draw } from "@ddd/core/draws/Draw"
import { Draws } from "@ddd/core/ports/Draws"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { onDraws } from "../OnDatabase.ts"
import { findDraw } from "./FindDraw.ts"

/** Nothing was changed; the message says why. */
class NotPaused extends Data.TaggedError("NotPaused")<{ readonly message: string }> {}

const nameOf = ({ drawDate, id }: Draw): string => `draw ${drawDate ?? id}`

const setPaused = (paused: boolean) =>
  Effect.fn(`ddd draw ${paused ? "pause" : "resume"}`)(
    function*(name: string, { json, ...flags }: JsonFlag & GuardFlags) {
      const { changed, draw } = yield* onDraws(Effect.gen(function*() {
        const draws = yield* Draws
        const draw = yield* findDraw(name)
        const what = paused
          ? `Nobody buys a ticket of the ${
            nameOf(draw)
          } until its sales are resumed. It is locked and drawn at its time all the same.`
          : `Tickets of the ${nameOf(draw)} are sold again.`
        const act = yield* guard(`draw ${paused ? "pause" : "resume"}`, what, flags)
        const changed = yield* Effect.catchTag(draws.setPaused(draw.id, paused, act), "PauseRefused", ({ refusal }) =>
          Effect.fail(
            new NotPaused({
              message: refusal._tag === "SalesOver"
                ? `The sales of the ${nameOf(draw)} are over. Nothing was changed.`
                : "Sales of a room are not paused: its host may close it. Nothing was changed."
            })
          ))
        return { draw, changed }
      }))
      if (json === true) {
        yield* printJson({ id: draw.id, drawDate: draw.drawDate, paused, changed })
      } else if (!changed) {
        yield* print(`The sales of the ${nameOf(draw)} ${paused ? "are paused already" : "are not paused"}.`)
      } else {
        yield* print(
          paused
            ? `The sales of the ${
              nameOf(draw)
            } are paused: who asks for a ticket is told so. It is locked and drawn at its time.`
            : `The ${nameOf(draw)} is on sale again.`
        )
      }
      return done
    }
  )

const declare = (paused: boolean, help: string): Declare => (perform) =>
  guarded(command(paused ? "pause" : "resume", help, `ddd draw ${paused ? "pause" : "resume"}`))
    .argument("[draw]", "a day such as 2026-02-03, an id, or current", "current")
    .addOption(jsonOption())
    .action((name, flags) => perform(setPaused(paused)(name, flags)))

export const pauseDraw = declare(true, "stop the sales of a daily draw; it is locked, drawn and paid out all the same")
export const resumeDraw = declare(false, "sell tickets of a paused draw again")
