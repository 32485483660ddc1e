/** The workers of a server that act on money in and out. */
import * as OutboxPg from "@ddd/adapters-pg/jobs/OutboxPg"
import * as Checkouts from "@ddd/core/work/Checkouts"
import * as PayoutAccounts from "@ddd/core/work/PayoutAccounts"
import * as Payouts from "@ddd/core/work/Payouts"
import * as Webhooks from "@ddd/core/work/Webhooks"
import { Effect, Layer } from "effect"
import { forkGraceful } from "./GracefulWorker.ts"

/** Jobs of each kind that one process does at a time: one waits for the database, the other for the provider. */
const webhooksAtATime = 4
const payoutsAtATime = 8

/** Acts on what outside services told, and advances withdrawals, until the scope ends; jobs under way are finished first. */
export const layer = Layer.effectDiscard(Effect.gen(function*() {
  yield* Effect.forkScoped(Payouts.sweep())
  yield* Effect.forkScoped(PayoutAccounts.pollAccounts())
  yield* Effect.forkScoped(Checkouts.poll())
  yield* Effect.forkScoped(Webhooks.creditWaiting())
  yield* forkGraceful((track) =>
    OutboxPg.worker("webhooks", ({ eventId }) => track(Webhooks.handle(eventId)), { concurrency: webhooksAtATime })
  )
  yield* forkGraceful((track) =>
    OutboxPg.worker("payouts", ({ withdrawalId }) => track(Effect.asVoid(Payouts.advance(withdrawalId))), {
      concurrency: payoutsAtATime
    })
  )
}))
