/** What WebSocket frames are taken of a connection, and of a network; and that time alone fills what was taken. */
import { readNetworks } from "@ddd/core/accounts/ClientAddress"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import {
  FrameLimit,
  framesOfConnection,
  framesOfItsOwn,
  framesOfNetwork,
  NetworkFrames
} from "../../src/engine/FrameLimits.ts"
import { head } from "./RawTalk.ts"
import { connectTo, engines, eventually, serve } from "./support.ts"

const here = readNetworks("127.0.0.1") ?? []

const handshakeFrom = (address: string): string =>
  head(
    "GET /ws",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    `X-Forwarded-For: ${address}`
  )

/** A text of two characters, masked with zeros, and what an echo of it looks like. */
const [said, echoed] = ["\x81\x82\0\0\0\0hi", "\x81\x02hi"]
const tooFast = Buffer.from([0x03, 0xf0]).toString("latin1")

describe.each(engines)("frames on %s", (engine) => {
  /** A server that sends back what it gets, and clients of any address. */
  const start = Effect.gen(function*() {
    const { port, sockets } = yield* serve(engine, Effect.succeed(HttpServerResponse.text("served")), {
      proxies: { networks: here, from: "x-forwarded-for" }
    })
    yield* sockets.serve((socket) => ({ message: (text) => socket.send(text), drained: () => {}, closed: () => {} }))
    const open = Effect.fnUntraced(function*(address: string) {
      const socket = connectTo(port)
      yield* Effect.addFinalizer(() => Effect.sync(() => socket.destroy()))
      const client = { received: "", isClosed: false, say: (frames: string) => void socket.write(frames, "latin1") }
      socket.on("data", (data) => client.received += data.toString("latin1"))
      socket.on("close", () => client.isClosed = true)
      socket.write(handshakeFrom(address))
      yield* eventually("it is open", () => client.received.includes("\r\n\r\n"))
      return client
    })
    return open
  })

  it.live(
    "are taken of a whole network up to a limit; a quiet client there is heard, and other networks are",
    () =>
      Effect.gen(function*() {
        const open = yield* start
        const quiet = yield* open("198.51.100.1")
        const elsewhere = yield* open("203.0.113.1")
        const flood = yield* Effect.forEach(Array.from({ length: 30 }), (_, host) => open(`198.51.100.${host + 2}`))
        const begun = performance.now()
        for (const { say } of flood) say(said.repeat(framesOfConnection.atOnce))
        yield* eventually(
          "those who sent too much are told so, and the others are answered",
          () =>
            flood.every(({ isClosed, received }) =>
              isClosed || received.includes(tooFast) ||
              received.split(echoed).length > framesOfConnection.atOnce
            )
        )
        const seconds = (performance.now() - begun) / 1_000
        const answered = flood.reduce((sum, { received }) => sum + received.split(echoed).length - 1, 0)
        assert.isAtMost(
          answered,
          framesOfNetwork.atOnce + seconds * framesOfNetwork.perSecond +
            flood.length * (framesOfItsOwn.atOnce + seconds * framesOfItsOwn.perSecond)
        )
        quiet.say(said)
        elsewhere.say(said.repeat(framesOfConnection.atOnce))
        yield* eventually("the quiet one is answered", () => quiet.received.endsWith(echoed))
        yield* eventually(
          "all of another network is answered",
          () => elsewhere.received.split(echoed).length > framesOfConnection.atOnce
        )
      }),
    120_000
  )
})

describe("what is taken of frames", () => {
  const networks = new NetworkFrames()

  it("is lawful of who sends as fast as they may to a server that reads every four seconds", () => {
    const limit = new FrameLimit(undefined)
    const begun = performance.now()
    for (let second = 4; second <= 40; second += 4) {
      for (let frame = 0; frame < 4 * 90; frame++) assert.isTrue(limit.take(begun + second * 1_000))
    }
  })

  it("comes back with time, and no faster", () => {
    const limit = new FrameLimit(networks.of("a"))
    const begun = performance.now()
    const takenAt = (millis: number) => {
      let taken = 0
      while (limit.take(begun + millis)) taken++
      return taken
    }
    takenAt(0)
    assert.strictEqual(takenAt(100), 10)
    assert.strictEqual(takenAt(200), 10)
    assert.strictEqual(takenAt(1_200), framesOfConnection.perSecond)
    assert.strictEqual(takenAt(1_000_000), framesOfConnection.atOnce)
  })

  it("is remembered of a network whose connections are gone, until it is as it was", () => {
    const frames = new NetworkFrames()
    const bucket = frames.of("a")
    frames.sweep(() => false)
    assert.notStrictEqual(frames.of("a"), bucket)
    const used = frames.of("a")
    used.take()
    frames.sweep(() => false)
    assert.strictEqual(frames.of("a"), used)
  })
})
