/**
 * Acts on what outside services told.
 *
 * An event was kept before: this reads it, does what it says, and writes down what came of it. Each of the three may happen again
 * after a crash, to no further effect.
 */
import { Effect } from "effect"
import { identityFault, identityReferenceOf } from "../accounts/IdentityCheck.ts"
import type { WebhookEvent } from "../money/WebhookEvent.ts"
import { CheckoutProvider } from "../ports/CheckoutProvider.ts"
import { Fundings } from "../ports/Fundings.ts"
import { FundingSource } from "../ports/FundingSource.ts"
import { IdentityChecks } from "../ports/IdentityChecks.ts"
import { IdentitySource } from "../ports/IdentitySource.ts"
import { PayoutProvider } from "../ports/PayoutProvider.ts"
import { WebhookInbox } from "../ports/WebhookInbox.ts"
import { visible } from "../values/Visible.ts"
import { actOnCheckout } from "./Checkouts.ts"
import { aboutNothing, done, failed, ignored, recordEvent } from "./FundingEvents.ts"
import { refreshAccount } from "./PayoutAccounts.ts"
import { learn } from "./Payouts.ts"
import { repeated } from "./Repeated.ts"

const actOnFunding = Effect.fnUntraced(function*(body: string) {
  const source = yield* FundingSource
  const fundings = yield* Fundings
  const notice = source.read(body)
  switch (notice._tag) {
    case "Ignored":
      return aboutNothing(ignored(notice.why))
    case "Unusable":
      yield* Effect.logWarning(`a shop's event cannot be acted on: ${notice.why}`)
      return aboutNothing(failed(notice.why))
    case "Names": {
      const named = yield* fundings.shareNames(notice.names)
      return aboutNothing(named ? done("its names are one player's") : ignored("its names do not mean one player"))
    }
    case "Event":
      return yield* recordEvent(notice.event).pipe(
        // what the shop said besides of who its buyer is
        Effect.tap(() => notice.names.length < 2 ? Effect.void : fundings.shareNames(notice.names))
      )
  }
})

const actOnPayout = Effect.fnUntraced(function*(body: string) {
  const provider = yield* PayoutProvider
  const notice = provider.read(body)
  switch (notice._tag) {
    case "Ignored":
      return ignored(notice.why)
    case "Account": {
      const status = yield* refreshAccount(notice.account)
      return status === null
        ? ignored("the account is no player's")
        : done(status === "none" ? "the account is closed" : `the account is ${status}`)
    }
    case "Withdrawal": {
      const learnt = yield* learn(notice.withdrawalId, notice.report, null)
      if (learnt === null) return ignored("there is no such withdrawal")
      const { held, id, status } = learnt.after
      return done(`withdrawal ${id} is ${status}${held === null ? "" : `, held: ${held.reason}`}`)
    }
  }
})

/** Of Stripe's events those about money in are the checkout's, all others the payouts'. */
const actOnStripe = Effect.fnUntraced(function*(body: string) {
  const notice = (yield* CheckoutProvider).read(body)
  return notice._tag === "Other" ? aboutNothing(yield* actOnPayout(body)) : yield* actOnCheckout(notice)
})

const actOnIdentity = Effect.fnUntraced(function*({ body, receivedAt }: WebhookEvent) {
  const source = yield* IdentitySource
  const checks = yield* IdentityChecks
  const notice = source.read(body)
  if (notice._tag === "Unusable") {
    yield* Effect.logWarning(`a message about an identity check cannot be acted on: ${visible(notice.why)}`)
    return aboutNothing(failed(notice.why))
  }
  const { message } = notice
  const { status, userId } = message
  const conclusion = yield* checks.record(message, receivedAt).pipe(
    Effect.map((changed) =>
      changed === null
        ? ignored(`player ${userId}: it says nothing newer than what is known`)
        : done(`the identity check of player ${userId} is ${status}`)
    ),
    Effect.catchTags({
      IdentityRefused: ({ refusal }) => Effect.succeed(failed(identityFault(refusal))),
      UnknownUser: () => Effect.succeed(failed(`there is no player ${userId}`))
    })
  )
  return { ...conclusion, reference: identityReferenceOf(userId), userId }
})

const conclusionOf = (event: WebhookEvent) => {
  switch (event.sender) {
    case "revenuecat":
      return actOnFunding(event.body)
    case "stripe":
      return actOnStripe(event.body)
    case "kyc":
      return actOnIdentity(event)
  }
}

/** Acts on a kept event. Fails where what it needs is out of reach: the job is done again. */
export const handle = Effect.fn("Webhooks.handle")(function*(id: string) {
  const inbox = yield* WebhookInbox
  const event = yield* inbox.find(id)
  if (event === null) return
  yield* inbox.conclude(id, yield* conclusionOf(event))
})

const waitingMillis = 5_000
const waitingMax = 200

/** Credits purchases whose buyer has become known since, until it is interrupted. Never fails. */
export const creditWaiting = Effect.fn("Webhooks.creditWaiting")(function*() {
  const fundings = yield* Fundings
  return yield* fundings.creditWaiting(waitingMax).pipe(
    Effect.tap((references) =>
      references.length === 0
        ? Effect.void
        : Effect.logInfo(`credited to players known by now: ${references.join(", ")}`)
    ),
    repeated(waitingMillis, "purchases that wait could not be looked through")
  )
})
