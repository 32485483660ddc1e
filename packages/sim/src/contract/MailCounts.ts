/** What every adapter of `MailCounts` must do. */
import { MailCounts } from "@ddd/core/ports/MailCounts"
import { userId } from "@ddd/core/values/Ids"
import { dayMillis } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { advance, times } from "../scenario/Steps.ts"
import { contract, patience, type Subject } from "./Subject.ts"

const ada = userId("01900000-0000-7000-8000-00000000000a")
const bob = userId("01900000-0000-7000-8000-00000000000b")

export const mailCountsContract = (subject: Subject): void =>
  contract("MailCounts", subject, (it) => {
    it(
      "counts the mails of a player, each kind by itself, also of many at once, until the day is over",
      Effect.gen(function*() {
        const { countSent, sentToday } = yield* MailCounts
        const counted = Effect.all([
          sentToday(ada, "MailTickets"),
          sentToday(ada, "MailWinner"),
          sentToday(bob, "MailTickets")
        ])
        assert.deepStrictEqual(yield* counted, [0, 0, 0])
        yield* times(20, countSent(ada, "MailTickets"))
        yield* countSent(ada, "MailWinner")
        assert.deepStrictEqual(yield* counted, [20, 1, 0])
        yield* advance(dayMillis)
        // as soon as the adapter's clock knows
        yield* Effect.repeat(counted, {
          until: (counts) => counts.every((count) => count === 0),
          schedule: Schedule.spaced("10 millis")
        }).pipe(Effect.timeout(patience))
      })
    )
  })
