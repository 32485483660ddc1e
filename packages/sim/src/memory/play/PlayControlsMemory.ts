/** What players decide about their own play, in memory. */
import { type CountedChange, refusalOfChange } from "@ddd/core/accounts/SecurityLogLimit"
import { playersAccount } from "@ddd/core/accounts/User"
import { type CountedMovement, countedOn, countedSince, countMovements } from "@ddd/core/money/Limits"
import { cents } from "@ddd/core/money/Money"
import { barAgain, excludePlayer, excludeRegistered, type PlayerStopped, timeOut } from "@ddd/core/play/Exclusion"
import {
  changeLimits,
  confirmLimits,
  type LimitFacts,
  type LimitsChanged,
  viewLimits
} from "@ddd/core/play/LimitChange"
import { sayBirth } from "@ddd/core/play/SayBirth"
import { accountError } from "@ddd/core/ports/Accounts"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { MinAge } from "@ddd/core/ports/MinAge"
import { BirthRefused, type ExcessiveDeposit, PlayControls } from "@ddd/core/ports/PlayControls"
import { isTicketId, type UserId } from "@ddd/core/values/Ids"
import { dayOf, dayStart, type Instant } from "@ddd/core/values/Instant"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import type { TransactionRow } from "../../audit/Rows.ts"
import { doneToday, readAccount } from "../accounts/AccountFacts.ts"
import { writeChange } from "../accounts/AccountWrites.ts"
import { keepNamesBarred } from "../money/FundingSteps.ts"
import { Store } from "../Store.ts"

type Stored = Store["Service"]

/** A movement as it is counted; none where it is not. */
const countedOf = (store: Stored, row: TransactionRow): ReadonlyArray<CountedMovement> => {
  const { amount, counterAccount, createdAt: at, referenceId, type } = row
  if (type === "ticket_purchase") return [{ kind: "spent", amount: -amount, at }]
  if (type === "deposit" && referenceId?.startsWith("reversal:") !== true) return [{ kind: "deposited", amount, at }]
  if (type !== "refund" || !counterAccount.startsWith("draw:")) return []
  const ticket = referenceId !== null && isTicketId(referenceId) ? store.ticketsById.get(referenceId) : undefined
  return [{ kind: "returned", amount, at, ...ticket === undefined ? {} : { spentAt: ticket.purchasedAt } }]
}

/** An excess, without whose it is. */
const excessOf = ({ amount, at, limit, transactionId }: ExcessiveDeposit): ExcessiveDeposit => ({
  transactionId,
  limit,
  amount,
  at
})

const countedAt = (store: Stored, userId: UserId, now: Instant) =>
  countMovements(
    (store.transactions.get(userId) ?? []).filter(({ createdAt }) => createdAt >= countedSince(now))
      .flatMap((row) => countedOf(store, row)),
    now
  )

export const layer: Layer.Layer<PlayControls, never, Store | MailedTokens> = Layer.effect(
  PlayControls,
  Effect.gen(function*() {
    const store = yield* Store
    const tokens = yield* MailedTokens
    const minAge = yield* MinAge

    const walletOf = (userId: UserId) => {
      const wallet = store.wallets.get(userId)
      return wallet === undefined ? Effect.fail(new UnknownUser({ userId })) : Effect.succeed(wallet)
    }

    /** Decides about a player, and writes the wallet and the change. */
    const decide = <A extends LimitsChanged | PlayerStopped, E = never>(
      userId: UserId,
      decision: (facts: LimitFacts) => A,
      first: Effect.Effect<void, E> = Effect.void
    ) =>
      store.exclusive(Effect.gen(function*() {
        const wallet = yield* walletOf(userId)
        if (playersAccount(readAccount(store, userId)) === null) return yield* new UnknownUser({ userId })
        const now = store.now()
        yield* first
        const counted = wallet.limits === null ? countedAt(store, userId, now) : wallet.limits.counted
        const decided = decision({ wallet, counted, now, newIds: { event: store.newId() } })
        store.wallets.set(userId, { ...decided.wallet, userId, updatedAt: wallet.updatedAt })
        keepNamesBarred(store, userId)
        writeChange(store, tokens, decided.change)
        return decided
      }))

    /** Refuses what the player did as often today as one may. */
    const requireFew = (userId: UserId, type: CountedChange) =>
      Effect.suspend(() => {
        const refusal = refusalOfChange(type, doneToday(store, userId, type), store.now())
        return refusal === null ? Effect.void : Effect.fail(accountError(refusal))
      })

    const limitsAfter = <E = never>(
      userId: UserId,
      decision: (facts: LimitFacts) => LimitsChanged,
      first?: Effect.Effect<void, E>
    ) => Effect.map(decide(userId, decision, first), ({ wallet }) => viewLimits(wallet.limits, store.now()))

    return PlayControls.of({
      of: (userId) =>
        Effect.map(walletOf(userId), ({ excludedUntil, limits, timedOutUntil }) => ({
          ...viewLimits(limits, store.now()),
          excludedUntil,
          timedOutUntil,
          counted: limits === null ? null : countedOn(limits.counted, dayOf(store.now()))
        })),

      changeLimits: (userId, change, origin) =>
        limitsAfter(
          userId,
          (facts) => changeLimits(facts, userId, change, origin),
          requireFew(userId, "limits_changed")
        ),

      confirmLimits: (userId, origin) => limitsAfter(userId, (facts) => confirmLimits(facts, userId, origin)),

      timeOut: (userId, hours, origin) =>
        Effect.map(
          decide(userId, (facts) => timeOut(facts, userId, hours, origin), requireFew(userId, "timed_out")),
          ({ until }) => until
        ),

      exclude: (userId, days, by) =>
        Effect.map(
          decide(
            userId,
            (facts) => excludePlayer(facts, userId, days, by),
            by._tag === "Player" ? requireFew(userId, "self_excluded") : Effect.void
          ),
          ({ until }) => until
        ),

      excludeRegistered: (userId, until) =>
        Effect.asVoid(decide(userId, (facts) => excludeRegistered(facts, userId, until))),

      barAgain: (userId, by, until) => Effect.asVoid(decide(userId, (facts) => barAgain(facts, userId, by, until))),

      sayBirth: (userId, bornOn, origin) =>
        store.exclusive(Effect.gen(function*() {
          const wallet = yield* walletOf(userId)
          if (playersAccount(readAccount(store, userId)) === null) return yield* new UnknownUser({ userId })
          const facts = { wallet, minAge, now: store.now(), newIds: { event: store.newId() } }
          const said = yield* Effect.fromResult(
            Result.mapError(sayBirth(facts, userId, bornOn, origin), (refusal) => new BirthRefused({ refusal }))
          )
          store.wallets.set(userId, { ...said.wallet, userId, updatedAt: wallet.updatedAt })
          writeChange(store, tokens, said.change)
        })),

      today: (userId, sessionId) =>
        Effect.map(walletOf(userId), () => {
          const midnight = dayStart(dayOf(store.now()))
          const won = (store.transactions.get(userId) ?? []).reduce(
            (sum, { amount, createdAt, type }) => type === "prize_win" && createdAt >= midnight ? sum + amount : sum,
            0n
          )
          const session = [...store.sessions.values()].find((row) => row.id === sessionId && row.userId === userId)
          return {
            sessionStartedAt: session?.createdAt ?? null,
            spent: cents(countedAt(store, userId, store.now()).spent.daily),
            won: cents(won)
          }
        }),

      excesses: (userId, { cursor, limit }) =>
        Effect.sync(() =>
          pageOf(
            store.depositExcesses.filter((row) =>
              row.userId === userId && (cursor === null || row.transactionId < cursor)
            ).map(excessOf).toReversed(),
            limit,
            ({ transactionId }) => transactionId
          )
        )
    })
  })
)
