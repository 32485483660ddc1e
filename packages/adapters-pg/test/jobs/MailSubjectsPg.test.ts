import { MailSubjects } from "@ddd/core/ports/MailSubjects"
import { drawId } from "@ddd/core/values/Ids"
import { mailSubjectsContract } from "@ddd/sim/contract/MailSubjects"
import { buyInRoom, closeRoom, roomOf } from "@ddd/sim/scenario/RoomSteps"
import { dollars, fundedPlayer, openSales } from "@ddd/sim/scenario/Steps"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as MailSubjectsPg from "../../src/jobs/MailSubjectsPg.ts"
import * as PgWorld from "../support/PgWorld.ts"

const world = MailSubjectsPg.layer.pipe(Layer.provideMerge(PgWorld.layer()))

mailSubjectsContract({ name: "PostgreSQL", layer: world })

describe("MailSubjects in PostgreSQL", () => {
  it.live(
    "tells whoever had a ticket in a closed room, and nobody else, what came back to them",
    () =>
      Effect.gen(function*() {
        const subjects = yield* MailSubjects
        const [ada, bob, eve] = [
          yield* fundedPlayer("ada", dollars(2)),
          yield* fundedPlayer("bob", dollars(2)),
          yield* fundedPlayer("eve", dollars(2))
        ]
        const room = yield* roomOf([ada, bob])
        yield* buyInRoom(bob, room)
        assert.isNull(yield* subjects.closedRoom(bob, room.id))
        yield* closeRoom(ada, room)
        assert.isNull(yield* subjects.closedRoom(ada, room.id))
        const closed = { code: room.code, reason: "closed", refunded: dollars(1) } as const
        assert.deepStrictEqual(yield* subjects.closedRoom(bob, room.id), closed)
        assert.isNull(yield* subjects.closedRoom(eve, room.id))
        const daily = yield* openSales
        for (const id of [daily.id, drawId("01900000-0000-7000-8000-00000000beef")]) {
          assert.isNull(yield* subjects.closedRoom(ada, id))
        }
      }).pipe(Effect.provide(Layer.fresh(world))),
    180_000
  )
})
