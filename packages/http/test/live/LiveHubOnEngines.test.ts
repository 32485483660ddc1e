import { readNetworks } from "@ddd/core/accounts/ClientAddress"
import { defaultLimits } from "@ddd/core/accounts/RequestLimits"
import { SharedCounts } from "@ddd/core/ports/SharedCounts"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import { Sockets } from "../../src/engine/Sockets.ts"
import { make } from "../../src/limits/RequestLimits.ts"
import { engines, eventually, listen } from "../engine/support.ts"
import { Client } from "./Client.ts"
import { drawId, hub, Stage } from "./support.ts"

describe.each(engines)("LiveHub on %s", (engine) => {
  const start = (stage: Stage) =>
    Effect.gen(function*() {
      const listening = yield* listen(engine)
      yield* Layer.build(hub(stage).pipe(Layer.provide(Layer.succeed(Sockets, listening.sockets))))
      return listening
    })

  it.live("carries the whole conversation", () =>
    Effect.gen(function*() {
      const stage = new Stage()
      const { port } = yield* start(stage)
      const client = yield* Client.open(port)
      assert.strictEqual((yield* client.event).event, "connected")
      client.say({ type: "ping" })
      assert.strictEqual((yield* client.event).event, "pong")
      client.say({ type: "subscribe", channel: "draw" })
      assert.strictEqual((yield* client.event).event, "subscribed")
      assert.deepStrictEqual((yield* client.event).data, { drawId, prizePool: "0.95", totalEntries: 1 })
      stage.sell(2)
      assert.deepStrictEqual((yield* client.event).data, { drawId, prizePool: "2.00", totalEntries: 2 })
      stage.tell({ _tag: "DrawStatus", drawId, status: "drawn" })
      assert.deepStrictEqual((yield* client.event).data, { drawId, status: "drawn" })
      for (let i = 0; i < 5; i++) client.send("bad")
      for (let i = 0; i < 5; i++) assert.strictEqual((yield* client.event).event, "error")
      assert.strictEqual((yield* client.closed).code, 1008)
    }))

  it.live("brings every one of many clients to the last state", () =>
    Effect.gen(function*() {
      const stage = new Stage()
      const { port } = yield* start(stage)
      const clients = yield* Effect.forEach(Array.from({ length: 100 }), () => Client.open(port), { concurrency: 20 })
      for (const client of clients) client.say({ type: "subscribe", channel: "draw" })
      for (let count = 2; count <= 500; count++) {
        stage.sell(count)
        if (count % 50 === 0) yield* Effect.sleep("10 millis")
      }
      const last = JSON.stringify({
        event: "draw:update",
        data: { drawId, prizePool: "500.00", totalEntries: 500 },
        channel: "draw"
      })
      yield* eventually("all have the last state", () => clients.every((client) => client.unread.at(-1) === last))
      for (const client of clients) assert.isBelow(client.unread.length, 30)
    }))

  it.live("refuses who subscribes more often than may be read, and nobody of another network", () =>
    Effect.gen(function*() {
      const limiting = yield* make({ ...defaultLimits, read: { quantity: 3, seconds: 3_600 } }, () => null)
      const proxies = { networks: readNetworks("127.0.0.1") ?? [], from: "x-forwarded-for" } as const
      const listening = yield* listen(engine, { limiting, proxies })
      yield* Layer.build(hub(new Stage()).pipe(Layer.provide(Layer.succeed(Sockets, listening.sockets))))
      const subscribe = Effect.fnUntraced(function*(address: string, times: number) {
        const client = yield* Client.open(listening.port, { "x-forwarded-for": address })
        assert.strictEqual((yield* client.event).event, "connected")
        const answers: Array<unknown> = []
        for (let nth = 0; nth < times; nth++) {
          client.say({ type: "subscribe", channel: "draw" })
          for (;;) {
            const { data, event } = yield* client.event
            if (event === "subscribed") answers.push(event)
            else if (event === "error") answers.push(data["code"])
            else continue
            break
          }
        }
        return answers
      })
      assert.deepStrictEqual(yield* subscribe("198.51.100.1", 2), ["subscribed", "subscribed"])
      assert.deepStrictEqual(yield* subscribe("198.51.100.2", 3), ["subscribed", "rate_limited", "rate_limited"])
      assert.deepStrictEqual(yield* subscribe("203.0.113.1", 1), ["subscribed"])
    }).pipe(Effect.provideService(SharedCounts, { counter: () => () => Effect.die(new Error("nothing is shared")) })))

  it.live("says goodbye with 1012 when it stops", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* listen(engine)
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(hub(new Stage()).pipe(Layer.provide(Layer.succeed(Sockets, sockets))), scope)
      const client = yield* Client.open(port)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* client.closed).code, 1012)
    }))
})
