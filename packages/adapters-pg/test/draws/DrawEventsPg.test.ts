import { Rooms } from "@ddd/core/ports/Rooms"
import { drawId, userId } from "@ddd/core/values/Ids"
import { closeRoom, joinRoom, makeRoom } from "@ddd/sim/scenario/RoomSteps"
import { buy, dollars, fundedPlayer, openSales, signUp } from "@ddd/sim/scenario/Steps"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { changeOf } from "../../src/draws/DrawEventsPg.ts"
import * as PgWorld from "../support/PgWorld.ts"

const draw = drawId("019a0000-0000-7000-8000-000000000001")
const user = userId("019a0000-0000-7000-8000-000000000002")

describe("what is heard of draws", () => {
  it("is understood from this release and from the one before, which numbered its changes", () => {
    for (const number of ["0", "17"]) {
      assert.deepStrictEqual(changeOf(`sold ${draw} ${number}`), { _tag: "Sold", drawId: draw })
      assert.deepStrictEqual(changeOf(`status ${draw} ${number}`), { _tag: "Status", drawId: draw })
      assert.deepStrictEqual(changeOf(`left ${draw} ${number} ${user}`), { _tag: "Left", drawId: draw, userId: user })
    }
  })

  it("is ignored where it is something else", () => {
    for (const payload of ["", "sold", "sold 7 0", `bought ${draw} 0`, `left ${draw} 0`, `left ${draw} 0 nobody`]) {
      assert.isUndefined(changeOf(payload), payload)
    }
  })
})

describe("what is told of draws", () => {
  // what servers of the release before read: they hear nothing that has no number of at most 18 digits after the draw's id
  const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
  const heard = new RegExp(`^(?:(?:sold|status) ${uuid} \\d{1,18}|left ${uuid} \\d{1,18} ${uuid})$`)

  it.live("is understood by servers of the release before", () =>
    Effect.gen(function*() {
      const told = yield* (yield* PgClient.PgClient).listen("ddd_draws")
      const [ada, bob] = [yield* fundedPlayer("ada", dollars(3)), yield* signUp("bob")]
      const draw = yield* openSales
      yield* buy(ada, 1)
      const room = yield* makeRoom(ada)
      yield* joinRoom(bob, room)
      yield* Rooms.use(({ leave }) => leave({ room: room.id, userId: bob }))
      yield* closeRoom(ada, room)
      const payloads: Array<string> = []
      const ofRoom = () => payloads.filter((payload) => payload.startsWith(`status ${room.id}`))
      // of the one who joined, the one who left, and the end
      while (ofRoom().length < 3) payloads.push((yield* Queue.take(told)).payload)
      // beside the listener's own, which those servers ignore
      const changes = payloads.filter((payload) => !payload.startsWith("heartbeat "))
      for (const payload of changes) assert.match(payload, heard)
      const kinds = changes.map((payload) => payload.split(" ").slice(0, 2).join(" "))
      assert.includeMembers(kinds, [`status ${draw.id}`, `sold ${draw.id}`, `left ${room.id}`])
    }).pipe(Effect.timeout("30 seconds"), Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)
})
