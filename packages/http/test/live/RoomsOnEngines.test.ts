import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as LiveHub from "../../src/live/LiveHub.ts"
import * as LiveSourceFromPorts from "../../src/live/LiveSourceFromPorts.ts"
import { buy, execute, join, makeRoom, newMember, newPlayer, type Player, post, start } from "../rooms/support.ts"
import { at, Client as HttpClient, layer as server } from "../support/Server.ts"
import { Client } from "./Client.ts"

/** Listens to a room as a player, from now on: gives the next event with its data. */
const listen = Effect.fnUntraced(function*(roomId: string, { token }: Player) {
  const { url } = yield* HttpClient
  const client = yield* Client.open(Number(new URL(url).port))
  client.say({ type: "auth", token })
  client.say({ type: "subscribe", channel: `lobby:${roomId}` })
  assert.strictEqual((yield* client.event).event, "connected")
  assert.strictEqual((yield* client.event).event, "authenticated")
  return client
})

/** The next update for which something holds; those before it are of states in between. */
const updateOf = (client: Client, holds: (data: Record<string, unknown>) => boolean) =>
  Effect.repeat(client.event, { until: ({ data, event }) => event === "lobby:update" && holds(data) })

const members = (data: Record<string, unknown>): number =>
  Array.from(data["participants"] as ReadonlyArray<unknown>).length

for (const engine of ["uws", "node"] as const) {
  const live = LiveHub.layer.pipe(
    Layer.provide(LiveSourceFromPorts.layer({ withdrawDeposits: false })),
    Layer.provideMerge(server({ engine }))
  )
  layer(live, { excludeTestServices: true })(`a room, live on ${engine},`, (it) => {
    it.effect("tells its members who comes, buys and goes, the lock record before the draw, and the winner", () =>
      Effect.scoped(Effect.gen(function*() {
        const room = yield* makeRoom()
        const host = yield* listen(room.id, room.host)
        assert.strictEqual((yield* host.event).event, "subscribed")
        yield* updateOf(host, (data) => members(data) === 1)

        const guest = yield* newPlayer()
        yield* join(room, guest)
        yield* updateOf(host, (data) => members(data) === 2)
        const guests = yield* listen(room.id, guest)
        assert.strictEqual((yield* guests.event).event, "subscribed")
        yield* updateOf(guests, (data) => members(data) === 2)

        yield* post(`/rooms/${room.id}/leave`, guest)
        yield* Effect.repeat(guests.event, { until: ({ event }) => event === "unsubscribed" })
        yield* updateOf(host, (data) => members(data) === 1)

        yield* buy(room, room.host)
        yield* updateOf(host, ({ prizePool }) => prizePool === "0.95")
        const other = yield* newMember(room)
        yield* buy(room, other)
        yield* start(room)
        const { data: locked } = yield* updateOf(host, ({ status }) => status === "locked")
        assert.include(locked["lock"], "ddd/lock/v1")
        yield* execute(room)
        const { data: drawn } = yield* updateOf(host, ({ status }) => status === "drawn")
        assert.include([room.host.id, other.id], drawn["winnerId"])
        assert.strictEqual(drawn["lock"], locked["lock"])
        assert.deepStrictEqual(guests.unread, [])
      })))

    it.effect("24: answers a stranger who asks for its channel as if it were not there", () =>
      Effect.scoped(Effect.gen(function*() {
        const room = yield* makeRoom()
        const stranger = yield* newPlayer()
        const client = yield* listen(room.id, stranger)
        const refused = yield* client.event
        assert.deepStrictEqual([refused.event, at(refused.data, "code")], ["error", "not_found"])
        const absent = yield* listen("0190e1a2-0000-7000-8000-0000000000aa", stranger)
        assert.deepStrictEqual(yield* absent.event, refused)
      })))
  })
}
