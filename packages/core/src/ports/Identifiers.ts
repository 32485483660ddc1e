/** Port: new ids. */
import { Context } from "effect"
import type { Instant } from "../values/Instant.ts"

export class Identifiers extends Context.Service<Identifiers, {
  /** A new UUID v7 of this instant: unique, not guessable, and later ones sort after earlier ones of the same process. */
  readonly newId: (at: Instant) => string
  /** A new room's code: not guessable, and none that was given out lately; that it is unique the store says. */
  readonly newRoomCode: () => string
}>()("@ddd/core/ports/Identifiers") {}
