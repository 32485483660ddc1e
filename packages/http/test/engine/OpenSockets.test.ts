import { patiently } from "@ddd/sim/scenario/PatientClock"
import { assert, describe } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as Heartbeat from "../../src/engine/Heartbeat.ts"
import { type EngineSocket, OpenSockets } from "../../src/engine/OpenSockets.ts"

describe("a server that stops", () => {
  patiently("sends many clients elsewhere over seconds, and a few at once", () =>
    Effect.gen(function*() {
      const goodbyes = Effect.fnUntraced(function*(count: number) {
        const sockets = new OpenSockets<EngineSocket>(
          Heartbeat.defaultPatience,
          new Heartbeat.Heartbeat(Heartbeat.defaultPatience),
          { allowedOrigins: new Set(), isHttpsOnly: false }
        )
        const scope = yield* Scope.make()
        yield* sockets.serve(() => ({ message: () => {}, drained: () => {}, closed: () => {} })).pipe(
          Scope.provide(scope)
        )
        const told: Array<number> = []
        for (let nth = 0; nth < count; nth++) {
          sockets.opened({
            clientAddress: "127.0.0.1",
            isOpen: true,
            send: () => {},
            join: () => {},
            leave: () => {},
            bufferedAmount: () => 0,
            ping: () => {},
            drop: () => {},
            close: (code) => void told.push(code),
            cutOff: () => {}
          })
        }
        const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        yield* TestClock.adjust(0)
        const atOnce = told.length
        yield* TestClock.adjust("3 seconds")
        yield* Fiber.join(stopping)
        assert.deepStrictEqual(told, Array.from({ length: count }, () => 1012))
        return atOnce
      })
      assert.strictEqual(yield* goodbyes(100), 100)
      assert.strictEqual(yield* goodbyes(450), 100)
      assert.strictEqual(yield* goodbyes(30_000), 500)
    }))
})
