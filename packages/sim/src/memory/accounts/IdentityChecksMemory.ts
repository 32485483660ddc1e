/** Players' identity checks, in memory. */
import {
  type IdentityChanged,
  type IdentityFacts,
  type IdentityRefusal,
  recordIdentity,
  setIdentity
} from "@ddd/core/accounts/IdentityCheck"
import { playersAccount } from "@ddd/core/accounts/User"
import { awaitingIdentity } from "@ddd/core/money/Withdrawable"
import { IdentityChecks, IdentityRefused, type IdentityState } from "@ddd/core/ports/IdentityChecks"
import { UnknownUser } from "@ddd/core/ports/Ledger"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { UserId } from "@ddd/core/values/Ids"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import type { WalletRow } from "../../audit/Rows.ts"
import { Store } from "../Store.ts"
import type { UserRow } from "../StoredRows.ts"
import { readAccount, userOf } from "./AccountFacts.ts"
import { writeChange } from "./AccountWrites.ts"

const identityOf = ({ identityAt, identityReference, kycStatus }: UserRow) => ({
  status: kycStatus,
  at: identityAt,
  reference: identityReference
})

const stateOf = (user: UserRow, wallet: WalletRow): IdentityState => ({
  ...identityOf(user),
  isAgeVerified: user.ageVerified,
  awaitingIdentity: awaitingIdentity(wallet),
  withdrawn: wallet.withdrawn
})

export const layer: Layer.Layer<IdentityChecks, never, Store | MailedTokens> = Layer.effect(
  IdentityChecks,
  Effect.gen(function*() {
    const store = yield* Store
    const tokens = yield* MailedTokens

    /** A player who is not erased, and the wallet. */
    const find = (userId: UserId) => {
      const user = store.users.get(userId)
      const wallet = store.wallets.get(userId)
      return user === undefined || wallet === undefined || playersAccount(readAccount(store, userId)) === null
        ? Effect.fail(new UnknownUser({ userId }))
        : Effect.succeed({ user, wallet })
    }

    const decide = (
      userId: UserId,
      decision: (facts: IdentityFacts) => Result.Result<IdentityChanged | null, IdentityRefusal>
    ) =>
      store.exclusive(Effect.gen(function*() {
        const { user, wallet } = yield* find(userId)
        const facts = {
          wallet,
          identity: identityOf(user),
          isAgeVerified: user.ageVerified,
          now: store.now(),
          newIds: { event: store.newId() }
        }
        const changed = yield* Effect.fromResult(
          Result.mapError(decision(facts), (refusal) => new IdentityRefused({ refusal }))
        )
        if (changed === null) return null
        store.wallets.set(userId, { ...changed.wallet, userId, updatedAt: store.now() })
        writeChange(store, tokens, changed.change)
        return changed.identity
      }))

    return IdentityChecks.of({
      record: (message, receivedAt) => decide(message.userId, (facts) => recordIdentity(facts, message, receivedAt)),
      set: (userId, word, act) => decide(userId, (facts) => setIdentity(facts, userId, word, act)),
      of: (userId) => Effect.map(find(userId), ({ user, wallet }) => stateOf(user, wallet)),
      waiting: ({ cursor, limit }) =>
        Effect.sync(() => {
          const waiting = [...store.identityWaiting].flatMap(([id, since]) => {
            const [user, wallet] = [store.users.get(id), store.wallets.get(id)]
            return user === undefined || wallet === undefined
              ? []
              : [{ user: { ...userOf(user), frozen: user.frozen, erased: false }, since, ...stateOf(user, wallet) }]
          }).toSorted((a, b) => a.user.id < b.user.id ? -1 : 1)
          return pageOf(waiting.filter(({ user }) => cursor === null || user.id > cursor), limit, ({ user }) => user.id)
        })
    })
  })
)
