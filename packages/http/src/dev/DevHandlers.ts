/**
 * The handlers of `DevApi`: a deposit as any other, under a reference that says what it is.
 *
 * Its account in the books is `deposits:dev`. An idempotency key is a part of the reference, which credits once, ever.
 */
import { formatCents } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import type { UserId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { hash, randomUUID } from "node:crypto"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { refuse, refuseField } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { keyHeader, replayHeaders } from "../requests/Idempotency.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { TransactionBody } from "../wallet/WalletBodies.ts"
import { DevApi, DevCredit } from "./DevApi.ts"

const creditBody = jsonBody(DevCredit)
const encodeTransaction = Schema.encodeEffect(TransactionBody)

/** `dev:` and what names the request: a player's key, or nothing that was ever named before. */
const referenceOf = (userId: UserId, key: string | undefined): string =>
  `dev:${key === undefined ? randomUUID() : hash("sha256", `${userId}\n${key}`, "hex")}`

export const layer = withoutPorts(
  Effect.map(
    Ledger,
    (ledger) =>
      HttpApiBuilder.group(
        DevApi,
        "dev",
        (handlers) =>
          handlers.handleRaw("credit", ({ headers, request }) =>
            Effect.gen(function*() {
              const { userId } = yield* CurrentUser
              const { amount } = (yield* creditBody(request)).value
              const key = headers[keyHeader]
              const deposited = ledger.deposit({
                userId,
                amount,
                referenceId: referenceOf(userId, key),
                metadata: null
              })
              const came = yield* Effect.catchTags(deposited, {
                ApprovalRequired: ({ approvalId }) => Effect.succeed({ approvalId }),
                ReferenceConflict: () =>
                  refuse(
                    "idempotency_key_reused",
                    "This idempotency key was used for another amount. Nothing was credited; use a new key."
                  ),
                ReferenceRefused: ({ fault }) => refuseField("referenceId", fault),
                UnknownUser: () => refuseUnknownPlayer,
                DepositBarred: ({ barred }) =>
                  refuse("timed_out", `You do not play until ${formatInstant(barred.until)}. Nothing was credited.`, {
                    until: barred.until
                  }),
                DepositRefused: () =>
                  refuse("limit_exceeded", `The wallet cannot hold ${formatCents(amount)} more. Nothing was credited.`),
                Unavailable: (error) => refuseUnavailable(error, key !== undefined)
              })
              if ("approvalId" in came) {
                return HttpServerResponse.jsonUnsafe({ code: "approval_required", ...came }, { status: 202 })
              }
              const body = yield* Effect.orDie(encodeTransaction(came.transaction))
              return HttpServerResponse.jsonUnsafe(body, { status: 201, headers: replayHeaders(!came.created) })
            }))
      )
  )
)
