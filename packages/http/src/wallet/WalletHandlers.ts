/** The handlers of `WalletApi`: deposits, withdrawals, payout accounts and the history of a wallet. */
import { formatCents } from "@ddd/core/money/Money"
import { viewWallet } from "@ddd/core/money/Withdrawable"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { refuse, refuseField } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { type PagedList, readPage } from "../requests/Cursors.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { makeCheckout } from "./Checkout.ts"
import * as PayoutAccount from "./PayoutAccount.ts"
import { makeStatement } from "./statement/Statement.ts"
import { Deposit, TransactionBody } from "./WalletBodies.ts"
import { makeWithdraw, refuseNoPayouts, type WithdrawalOptions } from "./Withdraw.ts"

/** A key is a movement's number in its wallet. */
const movementList: PagedList = {
  name: "transactions",
  isKey: (text) => /^[1-9][0-9]*$/u.test(text) && Number.isSafeInteger(Number(text))
}

const depositBody = jsonBody(Deposit)
const encodeTransaction = Schema.encodeEffect(TransactionBody)

export const layer = (withdrawals: WithdrawalOptions) =>
  withoutPorts(Effect.gen(function*() {
    const ledger = yield* Ledger
    const { now } = yield* Now
    const withdraw = makeWithdraw(yield* Withdrawals, yield* PayoutProvider, withdrawals)
    const checkout = yield* makeCheckout
    const statement = yield* makeStatement
    const withPorts = Effect.provideContext(yield* Effect.context<PayoutAccount.Ports>())
    return HttpApiBuilder.group(Api, "wallet", (handlers) =>
      handlers
        .handle("wallet", () =>
          Effect.gen(function*() {
            const { userId } = yield* CurrentUser
            return viewWallet(yield* ledger.wallet(userId), withdrawals, yield* now)
          }).pipe(Effect.catchTags({ UnknownUser: () => refuseUnknownPlayer, Unavailable: refuseUnavailable })))
        .handleRaw("deposit", ({ request }) =>
          Effect.gen(function*() {
            const { amount, metadata = null, referenceId, userId } = (yield* depositBody(request)).value
            const deposited = ledger.deposit({ userId, amount, referenceId, metadata })
            const came = yield* Effect.catchTags(deposited, {
              ApprovalRequired: ({ approvalId }) => Effect.succeed({ approvalId }),
              ReferenceConflict: () =>
                refuse(
                  "reference_conflict",
                  "This reference was used for another player or amount, or was refunded before. Nothing was credited."
                ),
              ReferenceRefused: ({ fault }) => refuseField("referenceId", fault),
              UnknownUser: () => refuse("not_found", "No player has this id. Nothing was credited."),
              DepositBarred: ({ barred }) =>
                refuse(
                  "timed_out",
                  `This player ${barred.by === "exclusion" ? "is excluded" : "takes a time-out"} until ${
                    formatInstant(barred.until)
                  }. Nothing was credited; what a store has taken is, under the store's reference.`,
                  { until: barred.until }
                ),
              DepositRefused: () =>
                refuse("limit_exceeded", `The wallet cannot hold ${formatCents(amount)} more. Nothing was credited.`),
              Unavailable: refuseUnavailable
            })
            if ("approvalId" in came) {
              return HttpServerResponse.jsonUnsafe({ code: "approval_required", ...came }, { status: 202 })
            }
            const body = yield* Effect.orDie(encodeTransaction(came.transaction))
            return HttpServerResponse.jsonUnsafe(body, { status: came.created ? 201 : 200 })
          }))
        .handleRaw("checkout", checkout)
        .handleRaw("withdraw", withdraw)
        .handle("openPayoutAccount", () => withdrawals.enabled ? withPorts(PayoutAccount.onboard) : refuseNoPayouts)
        .handle("removePayoutAccount", () => withPorts(PayoutAccount.unlink))
        .handle("payoutAccount", () => withPorts(PayoutAccount.readiness))
        .handle("statement", ({ query }) => statement(query))
        .handle(
          "transactions",
          ({ query }) =>
            Effect.flatMap(
              CurrentUser,
              ({ userId }) => {
                const type = query.type ?? null
                return readPage(movementList, [userId, type], query, (page) => ledger.transactions(userId, type, page))
              }
            ).pipe(
              Effect.catchTag("Unavailable", refuseUnavailable)
            )
        ))
  }))
