/** Tells the channels what happened to draws and rooms. */
import { logFailure } from "@ddd/core/work/SeldomLog"
import { Effect, Stream } from "effect"
import { drawChannel, lobbyChannel } from "./ChannelKind.ts"
import { encodeEvent } from "./Events.ts"
import { isSourceUnavailable, type LiveChange, type LiveSource } from "./LiveSource.ts"
import type { Topics } from "./Topics.ts"

/** How long until changes that failed are listened to again. */
const retryInterval = "1 second"

/** Never ends: where the changes fail or end, they are listened to again, and every state is read that may have changed meanwhile. */
export const tellChanges = ({ changes }: LiveSource["Service"], topics: Topics): Effect.Effect<never> =>
  changes.pipe(
    Stream.runForEach((change) => tell(change, topics)),
    Effect.catchCause((cause) => logFailure("The live changes are interrupted", cause, isSourceUnavailable)),
    Effect.andThen(Effect.sleep(retryInterval)),
    Effect.andThen(Effect.sync(() => topics.touchAll())),
    Effect.forever
  )

const tell = (change: LiveChange, topics: Topics): Effect.Effect<void> => {
  switch (change._tag) {
    case "DrawSold":
      return Effect.sync(() => {
        topics.touch(drawChannel)
        topics.touch(lobbyChannel(change.drawId)) // where it is a room
      })
    case "RoomChanged":
      return Effect.sync(() => topics.touch(lobbyChannel(change.roomId)))
    case "DrawStatus": {
      const { _tag, ...data } = change
      topics.touch(drawChannel) // another draw may be on sale now
      return topics.publish(drawChannel, data.drawId, encodeEvent("draw:status", data, drawChannel))
    }
  }
}
