/**
 * Payouts through Stripe Connect.
 *
 * A player's account is a recipient of the platform (Accounts v2). A withdrawal is transferred to it from the
 * platform's balance, and paid out from there to the player's bank. Both bear the withdrawal's id, by which they are
 * found again when their names were lost.
 */
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import { requestKey } from "@ddd/core/money/WithdrawalActions"
import { Now } from "@ddd/core/ports/Now"
import { PayoutProvider, ProviderUnavailable, type SentRequest } from "@ddd/core/ports/PayoutProvider"
import { dayMillis, instant } from "@ddd/core/values/Instant"
import { Effect, Layer, type Redacted } from "effect"
import { createHash } from "node:crypto"
import type { Stripe } from "stripe"
import * as StripeClient from "./StripeClient.ts"
import * as StripeEvents from "./StripeEvents.ts"
import { failureOf, isMissing, reportOfFailure } from "./StripeFailure.ts"
import {
  amountOf,
  type ListPage,
  type Marked,
  type PayoutSeen,
  propertiesOf,
  readPage,
  readPayout,
  readReversal,
  readTransfer,
  reportOf,
  textOf,
  transferGroup,
  type TransferSeen
} from "./StripeObjects.ts"

export interface PayoutProviderStripeConfig {
  /** STRIPE_SECRET_KEY. */
  readonly secretKey: Redacted.Redacted
  /** STRIPE_WEBHOOK_SECRET: each that is good at the moment. None: webhooks are not configured. */
  readonly webhookSecrets: ReadonlyArray<Redacted.Redacted>
  /** STRIPE_API_BASE: another server than Stripe's, by its origin. */
  readonly apiBase?: URL
  /** PUBLIC_URL: where players come back to from Stripe's pages. */
  readonly publicUrl: URL
  /** How long Stripe may be silent, in milliseconds: 30 s. */
  readonly timeoutMillis?: number
}

/** An operation is given up after so many silences: all of it stays well within a turn (`turnMillis`). */
const patience = 3

const pageSize = 100
/** Far beyond what an account can have: a list that does not end is no answer. */
const pagesMax = 100

/** Once a player while Stripe remembers keys; asked with another address, it is another request. */
const accountKey = (userId: string, email: string, username: string): string => {
  const digest = createHash("sha256").update(JSON.stringify([email, username])).digest("hex")
  return `ddd-account-${userId}-${digest.slice(0, 16)}`
}

const unreadable = "Stripe's answer could not be read"

const askedOf = (stripe: Stripe, withdrawal: Withdrawal, { attempt, step }: SentRequest): Promise<unknown> => {
  const { account, amount, id, transfer } = withdrawal
  const idempotencyKey = requestKey(id, step, attempt)
  const money = { amount: amountOf(amount), metadata: { withdrawal: id } }
  switch (step) {
    case "transfer":
      return stripe.transfers.create(
        { ...money, currency: "usd", destination: account, transfer_group: transferGroup(id) },
        { idempotencyKey }
      )
    case "payout":
      return stripe.payouts.create({ ...money, currency: "usd" }, { idempotencyKey, stripeAccount: account })
    case "reversal":
      // without a transfer there is nothing to reverse: `nextAction` asks for this only after one was done
      return transfer.objectId === null
        ? Promise.reject(new Error("its transfer has no name"))
        : stripe.transfers.createReversal(transfer.objectId, money, { idempotencyKey })
  }
}

/** The report in the answer to a request; undefined where there is none. */
const answered = (withdrawal: Withdrawal, { step }: SentRequest, answer: unknown): ProviderReport | undefined => {
  if (step === "reversal") {
    const { amount, transfer: { objectId } } = withdrawal
    return objectId === null ? undefined : readReversal(answer, objectId, amount)
  }
  const read: Marked<TransferSeen | PayoutSeen> | undefined = step === "transfer"
    ? readTransfer(answer)
    : readPayout(answer)
  return read === undefined ? undefined : reportOf(withdrawal, read)
}

/** A list, read to its end; undefined where it cannot be. */
const readAll = async (page: (after: string | undefined) => Promise<unknown>): Promise<Array<unknown> | undefined> => {
  const items: Array<unknown> = []
  let after: string | undefined
  for (let pages = 0; pages < pagesMax; pages++) {
    const read: ListPage | undefined = readPage(await page(after))
    if (read === undefined) return undefined
    items.push(...read.items)
    if (read.after === undefined) return items
    after = read.after
  }
  return undefined
}

const startingAfter = (after: string | undefined) => ({
  limit: pageSize,
  ...(after === undefined ? {} : { starting_after: after })
})

/** All that Stripe has of one step of a withdrawal; undefined where it did not say. */
const listed = async (
  stripe: Stripe,
  { account, askedAt, id }: Withdrawal,
  step: "transfer" | "payout"
): Promise<ReadonlyArray<Marked<TransferSeen | PayoutSeen>> | undefined> => {
  if (step === "transfer") {
    const transfers = await readAll((after) =>
      stripe.transfers.list({ transfer_group: transferGroup(id), ...startingAfter(after) })
    )
    const read = transfers?.map(readTransfer)
    return read?.every((transfer) => transfer !== undefined) === true ? read : undefined
  }
  // no attempt was made before it was asked for; a day for what our clock and Stripe's may differ
  const since = Math.floor((askedAt - dayMillis) / 1_000)
  const payouts = await readAll((after) =>
    stripe.payouts.list({ created: { gte: since }, ...startingAfter(after) }, { stripeAccount: account })
  )
  const read = payouts?.map(readPayout)
  return read?.every((payout) => payout !== undefined) === true
    ? read.filter(({ withdrawalId }) => withdrawalId === id)
    : undefined
}

/** News of a step from all that there is of it. A reversal is looked for at its transfer. */
const found = (
  withdrawal: Withdrawal,
  step: SentRequest["step"],
  objects: ReadonlyArray<Marked<TransferSeen | PayoutSeen>>
): ProviderReport => {
  const [first, second] = objects
  if (first === undefined) {
    return step === "reversal"
      ? { _tag: "Unknown", reason: "Stripe has no transfer that could have been reversed" }
      : { _tag: "Absent", step, attempt: withdrawal[step].attempt }
  }
  return second === undefined
    ? reportOf(withdrawal, first)
    : {
      _tag: "Ambiguous",
      reason: `Stripe has more than one ${step === "payout" ? "payout" : "transfer"} of it: ` +
        objects.map(({ seen }) => seen.objectId).join(", ")
    }
}

/** Gives an operation up in the end, whatever Stripe's answers drag on for. */
const inTime = (millis: number) => <A, E, E2>(effect: Effect.Effect<A, E>, late: () => Effect.Effect<A, E2>) =>
  Effect.timeoutOrElse(effect, { duration: millis, orElse: late })

export const layer = (
  { apiBase, publicUrl, secretKey, timeoutMillis = 30_000, webhookSecrets }: PayoutProviderStripeConfig
): Layer.Layer<PayoutProvider, never, Now> =>
  Layer.effect(
    PayoutProvider,
    Effect.gen(function*() {
      const clock = yield* Now
      const stripe = yield* StripeClient.make({
        secretKey,
        timeoutMillis,
        ...(apiBase === undefined ? {} : { apiBase })
      })
      const isLive = StripeClient.isLive(secretKey)
      const limited = inTime(patience * timeoutMillis)

      /** Asks for what is not money. */
      const ask = <A>(what: string, request: () => Promise<unknown>, read: (answer: unknown) => A | undefined) =>
        limited(
          Effect.tryPromise({
            try: request,
            catch: (cause) =>
              new ProviderUnavailable({ message: `Stripe, asked for ${what}: ${failureOf(cause).reason}`, cause })
          }).pipe(Effect.flatMap((answer) => {
            const result = read(answer)
            return result === undefined
              ? Effect.fail(new ProviderUnavailable({ message: `Stripe, asked for ${what}: ${unreadable}` }))
              : Effect.succeed(result)
          })),
          () => Effect.fail(new ProviderUnavailable({ message: `Stripe, asked for ${what}, took too long` }))
        )

      /** Asks about money: whatever goes wrong is a report too, as `failed` puts it. */
      const report = (request: () => Promise<ProviderReport>, failed: (error: unknown) => ProviderReport) =>
        limited(
          Effect.tryPromise({ try: request, catch: failed }).pipe(
            Effect.catch((updated) => Effect.succeed(updated))
          ),
          () => Effect.succeed<ProviderReport>({ _tag: "Unknown", reason: "Stripe took too long" })
        )

      /** A question that changes nothing leaves everything as unknown as it was. */
      const notSaid = (error: unknown): ProviderReport => ({
        _tag: "Unknown",
        reason: `Stripe could not be asked: ${failureOf(error).reason}`
      })

      const backAt = (state: "done" | "again"): string => new URL(`/payout-account?state=${state}`, publicUrl).href

      return PayoutProvider.of({
        name: "Stripe",

        openAccount: Effect.fn("PayoutProviderStripe.openAccount")(({ email, userId, username }) =>
          ask(
            "an account",
            () =>
              stripe.v2.core.accounts.create({
                contact_email: email,
                display_name: username,
                dashboard: "express",
                identity: { country: "us", entity_type: "individual" },
                configuration: {
                  recipient: { capabilities: { stripe_balance: { stripe_transfers: { requested: true } } } }
                },
                defaults: { responsibilities: { fees_collector: "application", losses_collector: "application" } },
                metadata: { player: userId },
                include: ["configuration.recipient", "requirements"]
              }, { idempotencyKey: accountKey(userId, email, username) }),
            (account) => textOf(propertiesOf(account)["id"])
          )
        ),

        onboarding: Effect.fn("PayoutProviderStripe.onboarding")((account) =>
          ask(
            "an account's page",
            () =>
              stripe.v2.core.accountLinks.create({
                account,
                use_case: {
                  type: "account_onboarding",
                  account_onboarding: { refresh_url: backAt("again"), return_url: backAt("done") }
                }
              }),
            (link) => {
              const { expires_at: expiresAt, url } = propertiesOf(link)
              const expires = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN
              return typeof url !== "string" || !URL.canParse(url) || Number.isNaN(expires)
                ? undefined
                : { url: new URL(url), expiresAt: instant(expires) }
            }
          )
        ),

        accountStatus: Effect.fn("PayoutProviderStripe.accountStatus")((account) =>
          ask(
            "an account's state",
            () => stripe.v2.core.accounts.retrieve(account, { include: ["configuration.recipient"] }),
            (answer) => {
              const { configuration, id } = propertiesOf(answer)
              if (id !== account) return undefined
              // an account that lacks the configuration altogether cannot be sent money to either
              const path = ["recipient", "capabilities", "stripe_balance", "stripe_transfers", "status"]
              const status = path.reduce<unknown>((value, name) => propertiesOf(value)[name], configuration)
              return status === "active" ? "ready" : "pending"
            }
          )
        ),

        send: Effect.fn("PayoutProviderStripe.send")((withdrawal, request) =>
          report(
            () =>
              askedOf(stripe, withdrawal, request).then((answer) =>
                answered(withdrawal, request, answer) ??
                  { _tag: "Unknown", reason: `Stripe, asked for the ${request.step}: ${unreadable}` }
              ),
            (error) => reportOfFailure(failureOf(error), request)
          )
        ),

        lookUp: Effect.fn("PayoutProviderStripe.lookUp")((withdrawal, step) =>
          report(
            () =>
              listed(stripe, withdrawal, step === "payout" ? "payout" : "transfer").then((objects) =>
                objects === undefined
                  ? { _tag: "Unknown", reason: unreadable }
                  : found(withdrawal, step, objects)
              ),
            notSaid
          )
        ),

        inspect: Effect.fn("PayoutProviderStripe.inspect")((withdrawal, step, objectId) =>
          report(
            async () => {
              const read: Marked<TransferSeen | PayoutSeen> | undefined = step === "transfer"
                ? readTransfer(await stripe.transfers.retrieve(objectId))
                : readPayout(await stripe.payouts.retrieve(objectId, {}, { stripeAccount: withdrawal.account }))
              return read === undefined ? { _tag: "Unknown", reason: unreadable } : reportOf(withdrawal, read)
            },
            (error) =>
              isMissing(error) ? { _tag: "Unknown", reason: `Stripe has no ${step} ${objectId}` } : notSaid(error)
          )
        ),

        authenticate: Effect.fn("PayoutProviderStripe.authenticate")(function*(request) {
          return StripeEvents.authenticate(request, webhookSecrets, yield* clock.now)
        }),
        read: (body) => StripeEvents.read(body, isLive)
      })
    })
  )
