/** `ddd room list`: the private rooms, newest first. */
import { Rooms } from "@ddd/core/ports/Rooms"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onDraws } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { roomJson, roomTable } from "./RoomText.ts"

const run = Effect.fn("ddd room list")(
  function*(flags: JsonFlag & { readonly limit: number }) {
    const rooms = yield* onDraws(Effect.flatMap(Rooms, ({ all }) => first(all, flags.limit)))
    yield* printListed(rooms, flags, { json: roomJson, table: roomTable, nothing: "There are no rooms." })
    return done
  }
)

export const listRooms: Declare = (perform) =>
  command("list", "rooms that wait, are locked, drawn or closed, newest first", "ddd room list --limit 100")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
