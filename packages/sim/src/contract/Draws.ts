/** What every adapter of `Draws` must show, where there is no beacon. */
import type { Draw } from "@ddd/core/draws/Draw"
import { cents } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { Sealing } from "@ddd/core/ports/Sealing"
import { verifyInclusion } from "@ddd/core/proof/Merkle"
import { fromHex } from "@ddd/core/values/Bytes"
import { drawId, ticketId, type UserId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { leafOf } from "../audit/Leaves.ts"
import { verdictOf } from "../scenario/Bundle.ts"
import { pagesOf } from "../scenario/Pages.ts"
import {
  advancePast,
  buy,
  catchUp,
  dollars,
  drawNow,
  fundedPlayer,
  openSales,
  present,
  signUp
} from "../scenario/Steps.ts"
import { contract, type Subject } from "./Subject.ts"

const noDraw = drawId("01900000-0000-7000-8000-00000000beef")

export const drawsContract = (subject: Subject): void =>
  contract("Draws", subject, (it) => {
    it(
      "publishes a record at each step, which stays as it is, and a bundle that verifies at each",
      Effect.gen(function*() {
        const draws = yield* Draws
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(300))
        for (const quantity of [100, 100, 57]) yield* buy(ada, quantity)
        const open = present(yield* draws.notes(draw.id))
        assert.deepStrictEqual([open.lock, open.result], [null, null])
        assert.strictEqual((yield* verdictOf(draw.id)).verdict, "PENDING OPEN")
        const before = yield* Stream.runCollect(present(yield* draws.proof(draw.id)).lines)
        assert.deepStrictEqual(before.flat(), [])

        yield* advancePast(draw)
        yield* draws.perform({ drawId: draw.id, step: "lock", dueAt: present(draw.closesAt) })
        const locked = present(yield* draws.notes(draw.id))
        assert.deepStrictEqual([locked.open, locked.result], [open.open, null])
        assert.strictEqual((yield* verdictOf(draw.id)).verdict, "PENDING LOCKED")

        yield* catchUp
        const drawn = present(yield* draws.notes(draw.id))
        assert.deepStrictEqual([drawn.open, drawn.lock], [open.open, locked.lock])
        assert.isNotNull(drawn.result)
        assert.strictEqual((yield* verdictOf(draw.id)).verdict, "VALID SIGNED")
        assert.isNull(yield* draws.notes(noDraw))
        assert.isNull(yield* draws.proof(noDraw))
      })
    )

    it(
      "lists the draws of the past, newest first",
      Effect.gen(function*() {
        const draws = yield* Draws
        yield* openSales
        assert.deepStrictEqual(yield* draws.history({ limit: 10, cursor: null }), { items: [], nextCursor: null })
        assert.isNull(yield* draws.lastWinner)
        const past: Array<Draw> = []
        for (let day = 0; day < 5; day++) past.unshift(yield* drawNow)
        assert.deepStrictEqual(yield* pagesOf(2, draws.history), [past.slice(0, 2), past.slice(2, 4), past.slice(4)])
        assert.strictEqual(present(yield* draws.lastWinner).draw.id, past[0]?.id)
      })
    )

    it(
      "lists a draw that waits for its outcome from the end of its sales on",
      Effect.gen(function*() {
        const draws = yield* Draws
        const first = yield* openSales
        yield* advancePast(first)
        const statuses = Effect.map(draws.history({ limit: 10, cursor: null }), ({ items }) =>
          items.map(({ id, status }) => [id, status]))
        assert.deepStrictEqual(yield* statuses, [[first.id, "open"]])
        yield* draws.perform({ drawId: first.id, step: "lock", dueAt: present(first.closesAt) })
        assert.deepStrictEqual(yield* statuses, [[first.id, "locked"]])
        yield* catchUp
        assert.deepStrictEqual(yield* statuses, [[first.id, "drawn"]])
      })
    )

    it(
      "shows a player their own tickets, newest first, with what became of them",
      Effect.gen(function*() {
        const { ticketsOf } = yield* Draws
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(20))
        const bob = yield* fundedPlayer("bob", dollars(20))
        yield* buy(ada, 3)
        yield* buy(bob, 2)
        yield* buy(ada, 2)
        const drawn = yield* drawNow
        const today = (yield* buy(ada, 4)).tickets
        const all = { drawId: null, status: null }

        const pages = yield* pagesOf(4, (page) =>
          ticketsOf(ada, all, page))
        assert.deepStrictEqual(pages.map(({ length }) => length), [4, 4, 1])
        const own = pages.flat()
        assert.deepStrictEqual(own.map(({ position }) => position as number), [4, 3, 2, 1, 7, 6, 3, 2, 1])
        assert.isTrue(own.every(({ userId }) => userId === ada))
        assert.deepStrictEqual(own.slice(0, 4), today.toReversed())

        const of = (userId: UserId, filter: Parameters<typeof ticketsOf>[1]) =>
          Effect.map(ticketsOf(userId, filter, { limit: 100, cursor: null }), ({ items }) => items)
        assert.deepStrictEqual(yield* of(ada, { drawId: draw.id, status: null }), own.slice(4))
        assert.deepStrictEqual(yield* of(ada, { drawId: null, status: "active" }), own.slice(0, 4))
        assert.deepStrictEqual(yield* of(ada, { drawId: draw.id, status: "active" }), [])
        const won = [...(yield* of(ada, { ...all, status: "won" })), ...(yield* of(bob, { ...all, status: "won" }))]
        assert.deepStrictEqual(won.map(({ position, prizeAmount }) => [position, prizeAmount]), [
          [present(drawn.winningPosition), cents(665n)]
        ])
        const lost = [...(yield* of(ada, { ...all, status: "lost" })), ...(yield* of(bob, { ...all, status: "lost" }))]
        assert.strictEqual(lost.length, 6)
        assert.isTrue(lost.every(({ prizeAmount }) => prizeAmount === null))
        assert.deepStrictEqual(yield* of(yield* signUp("eve"), all), [])
      })
    )

    it(
      "lets anyone check a ticket, and shows from the lock on that it is in the tree",
      Effect.gen(function*() {
        const draws = yield* Draws
        const { sha256 } = yield* Sealing
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(300))
        // more than one tile of the tree
        const tickets = (yield* Effect.forEach([100, 100, 99], (quantity) => buy(ada, quantity)))
          .flatMap((receipt) => receipt.tickets)
        const early = present(yield* draws.checkTicket(present(tickets[6]).ticketId, null))
        assert.deepStrictEqual(early, {
          ticketId: present(tickets[6]).ticketId,
          drawId: draw.id,
          drawDate: draw.drawDate,
          position: present(tickets[6]).position,
          ticketHash: present(tickets[6]).ticketHash,
          sealValid: true,
          inclusion: null
        })

        const drawn = yield* drawNow
        for (const index of [0, 1, 254, 255, 256, 298]) {
          const ticket = present(tickets[index])
          const { inclusion, position, sealValid } = present(yield* draws.checkTicket(ticket.ticketId, null))
          assert.isTrue(sealValid)
          assert.strictEqual(position, index + 1)
          const { leafIndex, proof, rootHash, treeSize } = present(inclusion)
          assert.deepStrictEqual([leafIndex, treeSize, rootHash], [index, 299, drawn.entriesRoot])
          assert.isTrue(verifyInclusion(sha256, {
            index: BigInt(leafIndex),
            size: BigInt(treeSize),
            leaf: present(leafOf(sha256, ticket)),
            root: present(fromHex(rootHash, 32)),
            proof: proof.map((hash) => present(fromHex(hash, 32)))
          }))
        }
        assert.isNull(yield* draws.checkTicket(ticketId("DDL-20200101-00000"), null))
      })
    )
  })
