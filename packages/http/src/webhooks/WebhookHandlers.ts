/**
 * Stores the webhook events of outside services, byte for byte, once their sender is authenticated. A job acts on them later.
 *
 * A sender repeats what is not answered with 200. So nothing here reads an event or decides about it: that may fail,
 * and be done again, without its sender.
 */
import type { WebhookSender } from "@ddd/core/money/WebhookEvent"
import { FundingSource } from "@ddd/core/ports/FundingSource"
import { IdentitySource } from "@ddd/core/ports/IdentitySource"
import { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { WebhookInbox, type WebhookRequest, type WebhookVerdict } from "@ddd/core/ports/WebhookInbox"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import * as RefusalLog from "../engine/RefusalLog.ts"
import { Problem, type ProblemCode } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { bodyOf } from "../requests/Body.ts"
import type { Call } from "../requests/Call.ts"

/** Nothing but a new configuration changes it; senders repeat events for hours. */
const notConfiguredRetrySeconds = 300

const notConfigured = new Problem(
  "unavailable",
  "This server has no secret to know the sender by. The event was not taken.",
  {
    retryAfter: notConfiguredRetrySeconds
  }
)

export const layer = withoutPorts(Effect.gen(function*() {
  const inbox = yield* WebhookInbox
  const shop = yield* FundingSource
  const provider = yield* PayoutProvider
  const checker = yield* IdentitySource

  const logRefusal = yield* RefusalLog.makeLog

  /** Stores an event of `sender`, where `authenticate` finds that it is the sender's. */
  const taking = <Code extends ProblemCode>(
    sender: WebhookSender,
    authenticate: (request: WebhookRequest) => Effect.Effect<WebhookVerdict>,
    forged: Problem<Code>
  ) =>
    Effect.fnUntraced(function*({ request }: Call) {
      const body = yield* bodyOf(request)
      const log = ({ code }: Problem, why: string) =>
        logRefusal({ path: `/webhooks/${sender}`, code, why }, { method: "POST" })
      const verdict = yield* authenticate({ headers: request.headers, body })
      switch (verdict._tag) {
        case "NotConfigured":
          log(notConfigured, "there is no secret to know the sender by")
          return yield* Effect.fail(notConfigured)
        case "Forged":
          log(forged, verdict.why)
          return yield* Effect.fail(forged)
        case "Genuine": {
          const { eventId, type } = verdict
          yield* Effect.catchTag(inbox.receive({ sender, eventId, type, body }), "Unavailable", refuseUnavailable)
          return HttpServerResponse.jsonUnsafe({})
        }
      }
    })

  return HttpApiBuilder.group(Api, "webhooks", (handlers) =>
    handlers
      .handleRaw(
        "revenuecat",
        taking(
          "revenuecat",
          shop.authenticate,
          new Problem(
            "unauthenticated",
            "The authorization is not the one that was agreed on. The event was not taken."
          )
        )
      )
      .handleRaw(
        "stripe",
        taking(
          "stripe",
          provider.authenticate,
          new Problem(
            "invalid_request",
            "The signature is not over this body, by our secret, of now. The event was not taken."
          )
        )
      )
      .handleRaw(
        "kyc",
        taking(
          "kyc",
          checker.authenticate,
          new Problem(
            "unauthenticated",
            "The signature is not over this body, by our secret, of now. The message was not taken."
          )
        )
      ))
}))
