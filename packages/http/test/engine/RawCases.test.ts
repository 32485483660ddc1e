import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { firstTls } from "../support/Certificates.ts"
import { httpCases } from "./RawCases.ts"
import { expectedOf, type RawCase, run, type Talking } from "./RawTalk.ts"
import { socketCases } from "./SocketCases.ts"

const overTls = () => firstTls

describe.each([["uws", "uws", undefined], ["node", "node", undefined], ["node over TLS", "node", overTls]] as const)(
  "bytes on a socket, on %s,",
  (_, engine, tls) => {
    const assertAnswered = (cases: ReadonlyArray<RawCase>, talking: Talking) =>
      Effect.gen(function*() {
        const seen = yield* run(engine, cases, { tls, ...talking })
        assert.deepStrictEqual(
          cases.map(({ name }, i) => [name, seen[i]]),
          cases.map((each) => [each.name, expectedOf(engine, talking.isPiecemeal ?? false, each)])
        )
      })

    it.live(
      "are answered as the list says, each of them",
      () =>
        Effect.all([
          assertAnswered(httpCases, {}),
          // what uWebSockets.js makes of HTTP depends on what is read together
          ...(engine === "uws" ? [] : [assertAnswered(httpCases, { isPiecemeal: true })])
        ], { concurrency: 2, discard: true }),
      180_000
    )

    it.live(
      "that are frames of a WebSocket are answered as RFC 6455 says, in one write and byte by byte",
      () =>
        Effect.all([
          assertAnswered(socketCases, { atOnce: 64 }),
          assertAnswered(socketCases, { atOnce: 64, isPiecemeal: true })
        ], { concurrency: 2, discard: true }),
      180_000
    )
  }
)

describe("the list of a WebSocket's frames", () => {
  it("has each case once, and more than the 80 that are asked for", () => {
    assert.isAtLeast(socketCases.length, 80)
    assert.lengthOf(new Set(socketCases.map(({ name }) => name)), socketCases.length)
    assert.lengthOf(
      new Set(socketCases.map(({ bytes, halfClosed = false }) => `${halfClosed} ${bytes}`)),
      socketCases.length
    )
  })
})
