/** `ddd room show`: one room at length, with its members. */
import { Draws } from "@ddd/core/ports/Draws"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onDraws } from "../OnDatabase.ts"
import { findRoom, roomJson, roomText } from "./RoomText.ts"

const run = Effect.fn("ddd room show")(function*(name: string, { json }: JsonFlag) {
  const { notes, room } = yield* onDraws(Effect.gen(function*() {
    const room = yield* findRoom(name)
    return { room, notes: yield* (yield* Draws).notes(room.id) }
  }))
  const records = Object.entries(notes ?? {}).flatMap(([record, note]) => note === null ? [] : [record])
  yield* json === true ? printJson({ ...roomJson(room), records: notes }) : print(roomText(room, records))
  return done
})

export const showRoom: Declare = (perform) =>
  command("show", "one room at length, with its members", "ddd room show K7P2QX")
    .argument("<room>", "an id, or a code in any case")
    .addOption(jsonOption())
    .action((name, flags) => perform(run(name, flags)))
