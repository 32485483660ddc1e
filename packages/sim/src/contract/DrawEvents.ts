/** What every adapter of `DrawEvents` must do. */
import type { Draw, DrawStatus } from "@ddd/core/draws/Draw"
import { type DrawChange, DrawEvents } from "@ddd/core/ports/DrawEvents"
import { Draws } from "@ddd/core/ports/Draws"
import type { Rooms } from "@ddd/core/ports/Rooms"
import type { Room } from "@ddd/core/rooms/Room"
import type { DrawId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect, Schedule, Stream } from "effect"
import { buyInRoom, closeRoom, executeDraw, joinRoom, leaveRoom, makeRoom, startDraw } from "../scenario/RoomSteps.ts"
import {
  advancePast,
  buy,
  catchUp,
  deposit,
  dollars,
  fundedPlayer,
  openSales,
  present,
  readDraw,
  signUp
} from "../scenario/Steps.ts"
import { contract, patience, type Subject } from "./Subject.ts"

/** Waits until `condition` holds. */
const until = (what: string, condition: () => boolean) =>
  Effect.sync(condition).pipe(
    Effect.repeat({ until: (holds) => holds, schedule: Schedule.spaced("10 millis") }),
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.sync(() => assert.fail(`never heard: ${what}`))
    })
  )

/**
 * Listens, and gives all that is heard from then on, with the draw as it can be read at that moment.
 *
 * A subscription takes a while to stand: tickets are bought until one is heard of.
 */
const listen = Effect.fnUntraced(function*(onSale: DrawId) {
  const draws = yield* Draws
  const heard: Array<{ readonly change: DrawChange; readonly draw: Draw | null }> = []
  yield* (yield* DrawEvents).changes.pipe(
    Stream.runForEach((change) =>
      Effect.gen(function*() {
        heard.push({ change, draw: change._tag === "Missed" ? null : yield* draws.byId(change.drawId) })
      })
    ),
    Effect.forkScoped
  )
  const ada = yield* fundedPlayer("ada", dollars(1000))
  yield* buy(ada, 1).pipe(
    Effect.andThen(Effect.sleep("20 millis")),
    Effect.repeat({ until: () => heard.some(({ change }) => change._tag === "Sold" && change.drawId === onSale) }),
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.sync(() => assert.fail("a sale must be heard of"))
    })
  )
  return { ada, heard }
})

export const drawEventsContract = (subject: Subject): void =>
  contract("DrawEvents", subject, (it) => {
    it(
      "tells of a sale once it can be read",
      Effect.gen(function*() {
        const draw = yield* openSales
        const { ada, heard } = yield* listen(draw.id)
        const before = present(yield* (yield* Draws).byId(draw.id)).totalEntries
        yield* buy(ada, 3)
        yield* until("the sale, with its tickets", () =>
          heard.some(({ change, draw }) => change._tag === "Sold" && draw?.totalEntries === before + 3))
      })
    )

    it(
      "tells when a draw locks, is drawn, and the next one opens",
      Effect.gen(function*() {
        const draws = yield* Draws
        const draw = yield* openSales
        const { heard } = yield* listen(draw.id)
        const untilHeard = (id: DrawId, status: DrawStatus) =>
          until(`draw ${id} is ${status}`, () =>
            heard.some(({ change, draw }) =>
              change._tag === "Status" && change.drawId === id && draw?.status === status
            ))

        yield* advancePast(draw)
        assert.isTrue(yield* draws.perform({ drawId: draw.id, step: "lock", dueAt: present(draw.closesAt) }))
        yield* untilHeard(draw.id, "locked")
        yield* catchUp
        yield* untilHeard(draw.id, "drawn")
        yield* untilHeard(present(yield* draws.current).id, "open")
      })
    )

    it(
      "tells that a draw is open where a sale comes before the clockwork",
      Effect.gen(function*() {
        const draw = yield* openSales
        const { ada, heard } = yield* listen(draw.id)
        yield* advancePast(draw)
        const next = (yield* buy(ada, 1)).draw.id
        assert.strictEqual((yield* readDraw(next)).status, "open")
        yield* until("the next draw's opening", () =>
          heard.some(({ change }) =>
            change._tag === "Status" && change.drawId === next
          ))
      })
    )

    it(
      "tells of a room whenever who is in it, what was sold or its state can be read anew",
      Effect.gen(function*() {
        const { ada, heard } = yield* listen((yield* openSales).id)
        const bob = yield* signUp("bob")
        const [room, closed] = [yield* makeRoom(ada), yield* makeRoom(ada)]
        const tells = Effect.fnUntraced(function*(
          what: string,
          step: Effect.Effect<unknown, unknown, Rooms>,
          isTold: (change: DrawChange, draw: Draw | null) => boolean,
          { id }: Pick<Room, "id"> = room
        ) {
          const from = heard.length
          yield* step
          yield* until(what, () =>
            heard.slice(from).some(({ change, draw }) =>
              change._tag !== "Missed" && change.drawId === id && isTold(change, draw)
            ))
        })
        const isStatus = ({ _tag }: DrawChange): boolean =>
          _tag === "Status"
        const isLeft = (change: DrawChange): boolean =>
          change._tag === "Left" && change.userId === bob

        yield* tells("bob came", joinRoom(bob, room), isStatus)
        yield* tells("bob left", leaveRoom(bob, room), isLeft)
        yield* tells("bob came again", joinRoom(bob, room), isStatus)
        yield* tells("a ticket", buyInRoom(ada, room), ({ _tag }, draw) =>
          _tag === "Sold" && draw?.totalEntries === 1)
        yield* deposit(bob, dollars(1), "test:bob")
        yield* buyInRoom(bob, room)
        yield* tells("the lock", startDraw(ada, room), (change, draw) =>
          isStatus(change) && draw?.status === "locked")
        yield* tells("the draw", executeDraw(ada, room), (change, draw) =>
          isStatus(change) && draw?.status === "drawn")
        const isVoid = (change: DrawChange, draw: Draw | null): boolean =>
          isStatus(change) && draw?.status === "void"
        yield* tells("the end", closeRoom(ada, closed), isVoid, closed)
      })
    )
  })
