/** `ddd room list`: the private rooms, newest first. */
import { Rooms } from "@ddd/core/ports/Rooms"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onDraws } from "../OnDatabase.ts"
import { newest } from "../Pages.ts"
import { roomJson, roomTable } from "./RoomText.ts"

const run = Effect.fn("ddd room list")(
  function*({ json, limit }: JsonFlag & { readonly limit: number }) {
    const rooms = yield* onDraws(Effect.flatMap(Rooms, ({ all }) => newest(all, limit)))
    if (json === true) yield* printJson(rooms.map(roomJson))
    else yield* print(rooms.length === 0 ? "There are no rooms." : roomTable(rooms))
    return done
  }
)

export const listRooms: Declare = (perform) =>
  command("list", "rooms that wait, are locked, drawn or closed, newest first", "ddd room list --limit 100")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
