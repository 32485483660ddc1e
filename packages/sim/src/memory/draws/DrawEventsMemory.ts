/** What happened to draws, told within the process. Nothing is ever missed. */
import { DrawEvents } from "@ddd/core/ports/DrawEvents"
import { Effect, Layer, Stream } from "effect"
import { Store } from "../Store.ts"

export const layer: Layer.Layer<DrawEvents, never, Store> = Layer.effect(
  DrawEvents,
  Effect.map(Store, (store) => DrawEvents.of({ changes: Stream.fromPubSub(store.changes) }))
)
