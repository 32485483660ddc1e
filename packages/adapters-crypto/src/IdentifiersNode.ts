/** New ids and codes from the system's secure random numbers. */
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Layer } from "effect"
import { makeUuidV7 } from "./Identifiers.ts"
import { makeRoomCodes } from "./RoomCodes.ts"

export const layer = Layer.sync(
  Identifiers,
  () => Identifiers.of({ newId: makeUuidV7(), newRoomCode: makeRoomCodes() })
)
