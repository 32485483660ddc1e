/** Paying in on a provider's page, in memory. */
import { keptAs } from "@ddd/core/draws/KeptAnswers"
import {
  type Checkout,
  type CheckoutFacts,
  type CheckoutRequest,
  decideCheckout,
  isCheckoutUnderWay,
  nextLookAt,
  type ScheduledCheckout
} from "@ddd/core/money/Checkout"
import { learnOfCheckout } from "@ddd/core/money/CheckoutReport"
import { CheckoutRefused, Checkouts } from "@ddd/core/ports/Checkouts"
import { MinAge } from "@ddd/core/ports/MinAge"
import { answerKeyOf } from "@ddd/core/values/Idempotency"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import { Store } from "../Store.ts"

export const layer: Layer.Layer<Checkouts, never, Store> = Layer.effect(
  Checkouts,
  Effect.gen(function*() {
    const store = yield* Store
    const minAge = yield* MinAge

    const all = (): ReadonlyArray<Checkout> => [...store.checkouts.values()].map(({ checkout }) => checkout)
    const find = (id: string): Checkout | null => store.checkouts.get(id)?.checkout ?? null
    const write = (scheduled: ScheduledCheckout): Checkout => {
      store.checkouts.set(scheduled.checkout.id, scheduled)
      return scheduled.checkout
    }

    const askFacts = ({ idempotency, userId }: CheckoutRequest): CheckoutFacts => {
      const user = store.users.get(userId)
      const kept = idempotency === null ? undefined : store.answers.get(answerKeyOf(userId, idempotency.key))
      return {
        player: user === undefined ? null : { isErased: user.erasedAt !== null, isFrozen: user.frozen },
        wallet: store.wallets.get(userId) ?? null,
        kept: kept === undefined ? null : keptAs("Checkout", kept),
        underWay: all().filter((checkout) => checkout.userId === userId && isCheckoutUnderWay(checkout)),
        now: store.now(),
        minAge,
        newId: store.newId()
      }
    }

    const ask = (request: CheckoutRequest) => {
      const { idempotency, userId } = request
      const decided = decideCheckout(askFacts(request), request)
      if (Result.isFailure(decided)) return Effect.fail(new CheckoutRefused({ refusal: decided.failure }))
      if (decided.success._tag === "Repeat") {
        const earlier = find(decided.success.checkoutId)
        return earlier === null
          ? Effect.die(new Error("a checkout is kept as an answer and is not there"))
          : Effect.succeed({ checkout: earlier, isReplayed: true })
      }
      const { answer, asked } = decided.success
      if (idempotency !== null) {
        store.answers.set(answerKeyOf(userId, idempotency.key), { userId, ...idempotency, answer, keptAt: store.now() })
      }
      return Effect.succeed({ checkout: write(asked), isReplayed: false })
    }

    return Checkouts.of({
      ask: (request) => store.exclusive(Effect.suspend(() => ask(request))),
      find: (id) => Effect.sync(() => find(id)),
      paidBy: (paymentId) => Effect.sync(() => all().find((checkout) => checkout.paymentId === paymentId) ?? null),
      list: ({ status, userId }, { cursor, limit }) =>
        Effect.sync(() => {
          const listed = all().toReversed().filter((checkout) =>
            (cursor === null || checkout.id < cursor) &&
            (status === undefined || checkout.status === status) &&
            (userId === undefined || checkout.userId === userId)
          )
          return pageOf(listed, limit, ({ id }) => id)
        }),
      learn: (id, report) =>
        store.exclusive(Effect.sync(() => {
          const checkout = find(id)
          return checkout === null ? null : write(learnOfCheckout(checkout, report, store.now()))
        })),
      claimDue: (provider, limit) =>
        store.exclusive(Effect.sync(() => {
          const now = store.now()
          const due = [...store.checkouts.values()]
            .flatMap(({ checkout, dueAt }) =>
              dueAt === null || dueAt > now || checkout.provider !== provider ? [] : [{ checkout, dueAt }]
            )
            .toSorted((a, b) => a.dueAt - b.dueAt)
            .slice(0, limit)
          return due.map(({ checkout }) => write({ checkout, dueAt: nextLookAt(checkout, now) }))
        }))
    })
  })
)
