/**
 * Counts the mails that players were sent, on PostgreSQL: a row a player, kind and day in the table of counted requests, which is not
 * logged and names nobody in clear. It goes once its day is over.
 */
import type { CountedMail } from "@ddd/core/accounts/MailAllowance"
import { MailCounts } from "@ddd/core/ports/MailCounts"
import { Now } from "@ddd/core/ports/Now"
import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import type { UserId } from "@ddd/core/values/Ids"
import { dayAfter, dayOf, dayStart, type Instant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { orUnavailable } from "../database/Transaction.ts"

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const seal = yield* PersonalSeal
  const { now } = yield* Now

  const keyOf = (user: UserId, kind: CountedMail, at: Instant): string =>
    `mails:${seal.pseudonym(`mails\n${user}\n${kind}\n${dayOf(at)}`)}`

  return MailCounts.of({
    sentToday: Effect.fn("MailCountsPg.sentToday")(function*(user, kind) {
      const [row] = yield* sql<{ readonly points: number }>`
        SELECT points FROM request_counts WHERE key = ${keyOf(user, kind, yield* now)}`
      return row?.points ?? 0
    }, orUnavailable),

    countSent: Effect.fn("MailCountsPg.countSent")(function*(user, kind) {
      const at = yield* now
      yield* sql`
        INSERT INTO request_counts (key, points, expire)
        VALUES (${keyOf(user, kind, at)}, 1, ${String(dayStart(dayAfter(dayOf(at))))}::bigint)
        ON CONFLICT (key) DO UPDATE SET points = request_counts.points + 1`
    }, orUnavailable)
  })
})

export const layer = Layer.effect(MailCounts, make)
