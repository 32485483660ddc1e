/** `ddd draw list`: the draws that are to come, on sale, and over, newest first. */
import { daysAhead, type Draw } from "@ddd/core/draws/Draw"
import { Draws } from "@ddd/core/ports/Draws"
import { Now } from "@ddd/core/ports/Now"
import { dayAfter, dayOf } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onDraws } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { drawJson, drawTable } from "./DrawText.ts"

/** From the newest published day down to yesterday, which may not be drawn yet; then those that are over. */
const newest = Effect.fnUntraced(function*(limit: number) {
  const draws = yield* Draws
  const today = dayOf(yield* (yield* Now).now)
  const days = Array.from({ length: daysAhead + 2 }, (_, index) => dayAfter(today, daysAhead - index))
  const near = yield* Effect.forEach(days, (day) => draws.byDay(day))
  const { hasMore, items } = yield* first(draws.history, limit)
  const all = new Map(
    [...near, ...items].flatMap((draw): ReadonlyArray<[string, Draw]> => draw === null ? [] : [[draw.id, draw]])
  )
  return { items: [...all.values()].slice(0, limit), hasMore: hasMore || all.size > limit }
})

const run = Effect.fn("ddd draw list")(
  function*(flags: JsonFlag & { readonly limit: number }) {
    const draws = yield* onDraws(newest(flags.limit))
    yield* printListed(draws, flags, { json: drawJson, table: drawTable, nothing: "No draw is published yet." })
    return done
  }
)

export const listDraws: Declare = (perform) =>
  command("list", "the draws to come, on sale and over, newest first", "ddd draw list --limit 7")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
