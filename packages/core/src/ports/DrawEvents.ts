/** Port: what happened to draws, told after it was committed, to every process. */
import { Context, type Stream } from "effect"
import type { DrawId, UserId } from "../values/Ids.ts"

/**
 * A draw changed: `Status` also when the beacon's round that it waited for is there, and of a room when its members did.
 *
 * It carries ids, not state: whoever hears it reads the state. `Missed` says that some changes may not have
 * been heard (the connection was lost and is back): read everything again.
 */
export type DrawChange =
  | { readonly _tag: "Sold"; readonly drawId: DrawId }
  | { readonly _tag: "Status"; readonly drawId: DrawId }
  /** A member left the room that the draw is: they are told nothing more of it. */
  | { readonly _tag: "Left"; readonly drawId: DrawId; readonly userId: UserId }
  | { readonly _tag: "Missed" }

export class DrawEvents extends Context.Service<DrawEvents, {
  /** Never ends and never fails: it reconnects by itself, and says `Missed` then. Each run is a subscription of its own. */
  readonly changes: Stream.Stream<DrawChange>
}>()("@ddd/core/ports/DrawEvents") {}
