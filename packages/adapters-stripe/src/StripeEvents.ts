/**
 * Stripe's webhooks: whether one is Stripe's, and what it is about.
 *
 * Two kinds come to the one address. A snapshot event carries its object as it was then; a thin one (`v2.core.event`)
 * only names it. Both are signed alike. They come in any order, several times, and about whatever else the account is
 * used for.
 */
import type { PayoutNotice } from "@ddd/core/ports/PayoutProvider"
import type { WebhookRequest, WebhookVerdict } from "@ddd/core/ports/WebhookInbox"
import type { Instant } from "@ddd/core/values/Instant"
import { Redacted } from "effect"
import { Stripe } from "stripe"
import { propertiesOf, readPayout, readTransfer, textOf } from "./StripeObjects.ts"

/** Seconds. Stripe signs anew at each delivery: what is older was recorded and sent again. Zero would take any. */
const toleranceSeconds = 300

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const isSigned = (request: WebhookRequest, secret: Redacted.Redacted, receivedAt: Instant): true | string => {
  const { signature } = Stripe.webhooks
  if (signature === null) return "the library cannot verify signatures"
  try {
    signature.verifyHeader(
      request.body,
      request.headers["stripe-signature"] ?? "",
      Redacted.value(secret),
      toleranceSeconds,
      undefined,
      receivedAt
    )
    return true
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\s+/g, " ").trim() : "it is not signed"
  }
}

/** Whether a request is from Stripe, by any of our secrets: two, while one replaces the other. `receivedAt`: by `Now`. */
export const authenticate = (
  request: WebhookRequest,
  secrets: ReadonlyArray<Redacted.Redacted>,
  receivedAt: Instant
): WebhookVerdict => {
  let why: string | undefined
  for (const secret of secrets) {
    const signed = isSigned(request, secret, receivedAt)
    if (signed !== true) {
      // of several secrets one may fit and be too late: that says more than that the others do not fit
      if (why === undefined || signed.includes("tolerance")) why = signed
      continue
    }
    const event = propertiesOf(parse(new TextDecoder().decode(request.body)))
    const [eventId, type] = [textOf(event["id"]), textOf(event["type"])]
    return eventId === undefined || type === undefined || eventId.length > 255 || type.length > 100
      ? { _tag: "Forged", why: "it is signed, but is no event" }
      : { _tag: "Genuine", eventId, type }
  }
  return why === undefined ? { _tag: "NotConfigured" } : { _tag: "Forged", why }
}

/** The event in a body; nothing of one where it is none. */
export const eventIn = (body: string): Readonly<Record<string, unknown>> => propertiesOf(parse(body))

const ignored = (why: string): PayoutNotice => ({ _tag: "Ignored", why })

const transferEvents = new Set(["transfer.created", "transfer.updated", "transfer.reversed"])
const payoutEvents = new Set(["payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled"])
const accountEvents = new Set(["account.updated", "capability.updated"])

/** The account that a thin event is about: what it relates to, or what that belongs to. */
const accountOf = (event: Readonly<Record<string, unknown>>): string | undefined =>
  [propertiesOf(event["related_object"])["id"], propertiesOf(event["data"])["account_id"]]
    .map(textOf)
    .find((id) => id?.startsWith("acct_"))

const notice = (event: Readonly<Record<string, unknown>>, type: string): PayoutNotice => {
  const object = propertiesOf(propertiesOf(event["data"])["object"])
  const isTransfer = transferEvents.has(type)
  if (isTransfer || payoutEvents.has(type)) {
    // a payout is in the account that its event is of; without one it is our own
    const read = isTransfer ? readTransfer(object) : readPayout(object, textOf(event["account"]) ?? null)
    if (read === undefined) return ignored(`${type}: its object cannot be read`)
    const { flaw, seen, withdrawalId } = read
    if (withdrawalId === undefined) return ignored(`${type}: ${seen.objectId} is no withdrawal's`)
    return flaw === undefined
      ? { _tag: "Withdrawal", withdrawalId, report: seen }
      : {
        _tag: "Withdrawal",
        withdrawalId,
        report: { _tag: "Ambiguous", reason: `Stripe has ${seen.objectId}, but ${flaw}` }
      }
  }
  const account = type.startsWith("v2.core.account") ?
    accountOf(event)
    // its owner has left us: the object is our application, the event the account's
    : type === "account.application.deauthorized" ?
    textOf(event["account"])
    : accountEvents.has(type) ?
    textOf(object[type === "account.updated" ? "id" : "account"])
    : undefined
  return account === undefined ? ignored(`${type} is of no interest`) : { _tag: "Account", account }
}

/** What a genuine event is about. `isLive`: our key moves real money; events of the other mode are none of ours. */
export const read = (body: string, isLive: boolean): PayoutNotice => {
  const event = eventIn(body)
  const type = textOf(event["type"])
  if (type === undefined) return ignored("it is no event")
  const { livemode } = event
  if (livemode !== isLive) {
    return ignored(
      `${type} is of ${livemode === true ? "live" : "test"} mode, and our key of ${isLive ? "live" : "test"} mode`
    )
  }
  return notice(event, type)
}
