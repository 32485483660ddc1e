/** What every adapter of `JobBoard` must do, where nobody does the jobs. */
import { JobBoard } from "@ddd/core/ports/JobBoard"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { pagesOf } from "../scenario/Pages.ts"
import { dollars, payablePlayer, withdraw } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { contract, type Subject } from "./Subject.ts"

export const jobBoardContract = (subject: Subject): void =>
  contract("JobBoard", subject, (it) => {
    it(
      "shows the jobs newest first, page by page, and what they are about",
      Effect.gen(function*() {
        const board = yield* JobBoard
        const ada = yield* payablePlayer("ada", dollars(10))
        const { id } = (yield* withdraw(ada, dollars(1))).transaction
        yield* withdraw(ada, dollars(2))
        const pages = yield* pagesOf(2, (page) => board.list(null, page))
        const entries = pages.flat()
        assert.deepStrictEqual(
          entries.map(({ kind, queue }) => [kind, queue]).toReversed(),
          [
            ["MailWelcome", "outbox"],
            ["PayOut", "payouts"],
            ["MailWithdrawal", "outbox"],
            ["PayOut", "payouts"],
            ["MailWithdrawal", "outbox"]
          ]
        )
        assert.strictEqual(entries.length, (yield* (yield* World).jobs).length)
        const [, payout] = entries.toReversed()
        assert.deepStrictEqual(
          [payout?.id, JSON.parse(payout?.about ?? ""), payout?.state, payout?.attempts, payout?.lastFailure],
          [`payout ${id}`, { withdrawalId: id }, "pending", 0, null]
        )
        assert.isNotNull(payout?.dueAt ?? null)
        assert.deepStrictEqual((yield* pagesOf(2, (page) => board.list("pending", page))).flat(), entries)
      })
    )

    it(
      "has nothing tried again where nothing was given up",
      Effect.gen(function*() {
        const board = yield* JobBoard
        yield* payablePlayer("ada", dollars(10))
        for (const state of ["completed", "failed"] as const) {
          assert.deepStrictEqual((yield* board.list(state, { limit: 10, cursor: null })).items, [])
        }
        assert.deepStrictEqual([yield* board.retry(null, byAnn), yield* board.retry("no such job", byAnn)], [0, 0])
      })
    )
  })
