/**
 * What development has beside the contract (docs/web.md, "The app"). It is an API of its own: production neither declares nor serves it, no
 * document tells of it, and no client is made from it.
 */
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { ProblemMiddleware } from "../boundary/ProblemMiddleware.ts"
import { bodyProblems, problems } from "../problems/ProblemSchema.ts"
import { PlayerOnly } from "../requests/Authentication.ts"
import { idempotencyHeaders } from "../requests/Idempotency.ts"
import { described, operation } from "../schemas/Described.ts"
import { PositiveMoney } from "../schemas/Money.ts"
import { ApprovalBody, TransactionBody } from "../wallet/WalletBodies.ts"

export const DevCredit = described({
  amount: [PositiveMoney, "How much the player's wallet is credited with", "10.00"]
})

class DevGroup extends HttpApiGroup.make("dev").add(
  HttpApiEndpoint.post("credit", "/dev/credit", {
    payload: DevCredit,
    headers: idempotencyHeaders,
    success: [
      TransactionBody.pipe(HttpApiSchema.status(201)),
      // above what is moved without an operator
      ApprovalBody.pipe(HttpApiSchema.status(202))
    ],
    error: problems(...bodyProblems, "timed_out", "limit_exceeded", "idempotency_key_reused")
  }).annotateMerge(operation(
    "money",
    "Credits the player's wallet, for nothing",
    "Of a server in development alone."
  ))
).middleware(PlayerOnly) {}

export class DevApi extends HttpApi.make("Development")
  .add(DevGroup)
  .middleware(ProblemMiddleware)
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error", errors: "all" })
{}
