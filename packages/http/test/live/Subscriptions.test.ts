import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ChannelKind } from "../../src/live/ChannelKind.ts"
import { Connection } from "../../src/live/Connection.ts"
import { channelsMax, Subscriptions } from "../../src/live/Subscriptions.ts"
import { Topics } from "../../src/live/Topics.ts"
import { LocalSocket } from "./support.ts"

const anyChannel: ChannelKind = {
  matches: () => true,
  private: false,
  authorise: () => Effect.succeed(null),
  marks: () => Effect.succeed(new Map()),
  state: () => Effect.succeed(null)
}

it.effect("a connection listens to 128 channels at most, and to another once it has left one", () =>
  Effect.gen(function*() {
    const subscriptions = new Subscriptions([anyChannel], new Topics(yield* Effect.scope, () => []))
    const connection = new Connection(new LocalSocket())
    for (let i = 0; i < channelsMax; i++) yield* subscriptions.subscribe(connection, `c${i}`)
    const refused = yield* Effect.flip(subscriptions.subscribe(connection, "one more"))
    assert.strictEqual(refused.code, "limit_exceeded")
    yield* subscriptions.subscribe(connection, "c0") // it listens to it already
    yield* subscriptions.unsubscribe(connection, "c0")
    yield* subscriptions.subscribe(connection, "one more")
    assert.strictEqual(connection.channels.size, channelsMax)
  }))
