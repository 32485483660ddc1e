/** Tells the channels what happened to draws and rooms. */
import { logFailure } from "@ddd/core/work/SeldomLog"
import { Effect, Stream } from "effect"
import { drawChannel, lobbyChannel } from "./ChannelKind.ts"
import { type DrawStatusUpdate, encodeEvent } from "./Events.ts"
import { isSourceUnavailable, type LiveChange, type LiveSource } from "./LiveSource.ts"
import type { Topics } from "./Topics.ts"

/** How long until changes that failed are listened to again. */
const retryInterval = "1 second"

/**
 * Never ends: where the changes fail or end, they are listened to again. What channels missed meanwhile they find by being asked about
 * (`Topics.askAbout`), many in one question, so that a database that is away for a while is not asked about each by itself.
 */
export const tellChanges = ({ changes }: LiveSource["Service"], topics: Topics): Effect.Effect<never> =>
  Effect.suspend(() => {
    const standing = new Standing()
    return changes.pipe(
      Stream.runForEach((change) => tell(change, topics, standing)),
      Effect.catchCause((cause) => logFailure("The live changes are interrupted", cause, isSourceUnavailable)),
      Effect.andThen(Effect.sleep(retryInterval)),
      Effect.forever
    )
  })

/** How many draws may be locked at once, and be told of to those who come: of more days than one waits for its outcome. */
const lockedMax = 10

/** What is told of the draws to those who come later: of each that is locked, and of the one that ended last. */
class Standing {
  readonly #locked = new Map<string, string>()
  #ended: readonly [drawId: string, text: string] | undefined

  take({ drawId, status }: DrawStatusUpdate, text: string): void {
    this.#locked.delete(drawId)
    if (status === "drawn" || status === "void") this.#ended = [drawId, text]
    else if (this.#ended?.[0] === drawId) this.#ended = undefined
    if (status === "locked") this.#locked.set(drawId, text)
    if (this.#locked.size > lockedMax) { for (const [oldest] of this.#locked) return void this.#locked.delete(oldest) }
  }

  /** By their draws. */
  texts(): ReadonlyMap<string, string> {
    return new Map([...this.#ended === undefined ? [] : [this.#ended], ...this.#locked])
  }
}

const tell = (change: LiveChange, topics: Topics, standing: Standing): Effect.Effect<void> => {
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
      const text = encodeEvent("draw:status", data, drawChannel)
      standing.take(data, text)
      topics.greet(drawChannel, standing.texts())
      topics.touch(drawChannel) // another draw may be on sale now
      return topics.publish(drawChannel, data.drawId, text)
    }
  }
}
