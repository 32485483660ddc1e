/** Streams of requests to rooms against the memory adapters, each in a world of its own. */
import { Rooms } from "@ddd/core/ports/Rooms"
import { drawId } from "@ddd/core/values/Ids"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fc from "fast-check"
import * as Memory from "../../src/memory/Memory.ts"
import { playRooms, roomStreams } from "../../src/model/Rooms.ts"
import type { Services } from "../../src/scenario/Services.ts"
import { auditClean } from "../../src/scenario/Steps.ts"

const timeout = 120_000

/** Rejects with the smallest failing stream that was found. */
const check = (world: Layer.Layer<Services>, runs: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(roomStreams(60), (commands) =>
      Effect.runPromise(
        Effect.andThen(playRooms(commands, "player"), auditClean).pipe(
          Effect.asVoid,
          Effect.provide(Layer.fresh(world))
        )
      )),
    { numRuns: runs }
  )

/** Rooms of which one operation has a fault. */
const faulty = (fault: (rooms: Rooms["Service"]) => Partial<Rooms["Service"]>): Layer.Layer<Services> =>
  Layer.effect(Rooms, Effect.map(Rooms, (rooms) => Rooms.of({ ...rooms, ...fault(rooms) }))).pipe(
    Layer.provideMerge(Memory.layer())
  )

const faults = {
  "rooms that forget keys": faulty(({ purchase }) => ({
    purchase: (request) => purchase({ ...request, idempotency: null })
  })),
  "rooms that let in whoever knows no code": faulty(({ byId, join }) => ({
    join: (request) =>
      Effect.flatMap(byId(drawId(request.room)), (room) => join({ ...request, code: room?.code ?? request.code }))
  })),
  "rooms that forget when they are to be drawn": faulty(({ start }) => ({
    start: (request) => start({ ...request, drawAt: null })
  })),
  "rooms that refuse nobody who leaves": faulty(({ leave }) => ({ leave: (request) => Effect.ignore(leave(request)) }))
}

describe("rooms in memory", () => {
  it("answer every stream of requests as the model does", () => check(Memory.layer(), 150), timeout)
})

describe("the model of rooms", () => {
  for (const [name, world] of Object.entries(faults)) {
    it(`notices ${name}`, async () => {
      const failure: unknown = await check(world, 100).catch((cause: unknown) => cause)
      assert.match(String(failure), /seed: -?\d+, path: "/)
    }, timeout)
  }
})
