/** The contract of webhooks: events of the shop, of the payout provider, and of who checks identities (docs/api.md, "Wallet"). */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { anyBodyProblems, problems } from "../problems/ProblemSchema.ts"
import { operation } from "../schemas/Described.ts"

/** Any JSON object: it is stored byte for byte, and read later. */
const Event = Schema.Record(Schema.String, Schema.Json).annotate({
  description: "An event, as its sender writes it",
  examples: [{ id: "evt_1", type: "payout.paid" }]
})

/** The answer says that the event is kept, and nothing else. */
const Taken = Schema.Struct({})

const description =
  "Answers 200 once the event is kept, also where it was kept before. Its sender is known by a secret, not by a token."

export class WebhooksApi extends HttpApiGroup.make("webhooks").add(
  HttpApiEndpoint.post("revenuecat", "/webhooks/revenuecat", {
    payload: Event,
    success: Taken,
    error: problems(...anyBodyProblems, "unauthenticated")
  }).annotateMerge(operation("webhooks", "Takes an event of the shop", description)),
  HttpApiEndpoint.post("stripe", "/webhooks/stripe", {
    payload: Event,
    success: Taken,
    error: problems(...anyBodyProblems)
  }).annotateMerge(operation("webhooks", "Takes an event of the payout provider", description)),
  HttpApiEndpoint.post("kyc", "/webhooks/kyc", {
    payload: Event,
    success: Taken,
    error: problems(...anyBodyProblems, "unauthenticated")
  }).annotateMerge(operation("webhooks", "Takes a message of who checks identities", description))
) {}
