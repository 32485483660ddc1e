import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import type { LiveSocket } from "../../src/engine/Sockets.ts"
import { Client } from "../live/Client.ts"
import { connectTo, engines, eventually, serve } from "./support.ts"

describe.each(engines)("topics on %s", (engine) => {
  /** Serves connections, which the test has join topics; keeps what happened to each. */
  const open = Effect.gen(function*() {
    const { port, sockets } = yield* serve(engine, Effect.succeed(HttpServerResponse.text("application")))
    const connections: Array<{ readonly socket: LiveSocket; readonly events: Array<string> }> = []
    yield* sockets.serve((socket) => {
      const events: Array<string> = []
      connections.push({ socket, events })
      return {
        message: () => {},
        behind: () => events.push("behind"),
        drained: () => events.push("drained"),
        closed: () => events.push("closed")
      }
    })
    const publish = (topic: string, text: string) => {
      for (const _ of sockets.publish(topic, text));
    }
    const connect = Effect.gen(function*() {
      const nth = connections.length
      const client = yield* Client.open(port)
      yield* eventually("it is served", () => connections.length > nth)
      const connection = connections[nth]
      if (connection === undefined) return yield* Effect.die(new Error("nothing is open"))
      return { client, ...connection }
    })
    return { port, connections, publish, connect }
  })

  it.live("reach who has joined, once, until they leave", () =>
    Effect.gen(function*() {
      const { connect, publish } = yield* open
      const [one, two, three] = [yield* connect, yield* connect, yield* connect]
      for (const { socket } of [one, two]) socket.join("draw")
      one.socket.join("draw")
      three.socket.join("draw of another")
      publish("draw", "first")
      for (const { client } of [one, two]) assert.strictEqual(yield* client.text, "first")
      one.socket.leave("draw")
      publish("draw", "second")
      publish("draw of another", "other")
      assert.strictEqual(yield* two.client.text, "second")
      assert.strictEqual(yield* three.client.text, "other")
      one.socket.send("last")
      assert.strictEqual(yield* one.client.text, "last")
    }))

  it.live("reach thousands in parts, and nobody who is gone", () =>
    Effect.gen(function*() {
      const { connect, connections, publish } = yield* open
      const all = yield* Effect.all(Array.from({ length: 600 }, () => connect))
      for (const { socket } of all) socket.join("draw")
      for (const { client } of all.slice(0, 300)) client.close()
      yield* eventually(
        "half of them are gone",
        () => connections.filter(({ events }) => events.includes("closed")).length === 300
      )
      for (const { socket } of all.slice(0, 300)) socket.leave("draw")
      const others = yield* Effect.all(Array.from({ length: 10 }, () => connect))
      publish("draw", "first")
      for (const { client } of all.slice(300)) assert.strictEqual(yield* client.text, "first")
      for (const { client, socket } of others) {
        socket.send("not you")
        assert.strictEqual(yield* client.text, "not you")
      }
    }))

  it.live(
    "tell who does not read that they are behind, and once they have read that they are not",
    () =>
      Effect.gen(function*() {
        const { connect, connections, port, publish } = yield* open
        const reader = yield* connect
        const slow = connectTo(port, { noDelay: true })
        yield* Effect.addFinalizer(() => Effect.sync(() => slow.destroy()))
        slow.write(
          "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        slow.pause()
        yield* eventually("it is open", () => connections.length === 2)
        const [, other] = connections
        if (other === undefined) return assert.fail("nothing is open")
        for (const { socket } of [reader, other]) socket.join("draw")
        const text = "x".repeat(16_000)
        yield* eventually("it is behind", () => {
          if (!other.events.includes("behind") && other.socket.bufferedAmount() === 0) publish("draw", text)
          return other.events.includes("behind")
        }, 30_000)
        assert.notInclude(reader.events, "behind")
        other.socket.leave("draw")
        publish("draw", "newest")
        slow.resume()
        yield* eventually("it has read", () => other.events.includes("drained") && other.socket.bufferedAmount() === 0)
      }),
    60_000
  )
})
