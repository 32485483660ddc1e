/** New ids from the system's secure random numbers. */
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Layer } from "effect"
import { makeUuidV7 } from "./Identifiers.ts"

export const layer = Layer.sync(Identifiers, () => Identifiers.of({ newId: makeUuidV7() }))
