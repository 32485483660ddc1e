/** `ddd room show`: one room at length, with its members. */
import { Draws } from "@ddd/core/ports/Draws"
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { onDraws } from "./OnDatabase.ts"
import { findRoom, roomJson, roomText } from "./RoomText.ts"

/** `name`: a room's id or its code. */
export const showRoom = Effect.fn("ddd room show")(function*(name: string, { json }: { readonly json?: true }) {
  const { notes, room } = yield* onDraws(Effect.gen(function*() {
    const room = yield* findRoom(name)
    return { room, notes: yield* (yield* Draws).notes(room.id) }
  }))
  const records = Object.entries(notes ?? {}).flatMap(([record, note]) => note === null ? [] : [record])
  yield* json === true ? printJson({ ...roomJson(room), records: notes }) : print(roomText(room, records))
  return done
})
