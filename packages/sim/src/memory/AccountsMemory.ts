/** Players and their sessions, in memory. */
import { type UserId, userId } from "@ddd/core/Ids"
import { Accounts, EmailTaken, type NewSession, type User, UsernameTaken } from "@ddd/core/ports/Accounts"
import { emptyWallet } from "@ddd/core/Wallet"
import { Effect, Layer } from "effect"
import { Store, type UserRow } from "./Store.ts"

export const layer: Layer.Layer<Accounts, never, Store> = Layer.effect(
  Accounts,
  Effect.gen(function*() {
    const store = yield* Store

    const has = (matches: (user: UserRow) => boolean): boolean => [...store.users.values()].some(matches)

    const open = (userId: UserId, session: NewSession): { readonly sessionId: string } => {
      const id = store.newId()
      store.sessions.set(id, { id, userId, ...session })
      return { sessionId: id }
    }

    return Accounts.of({
      signUp: ({ email, passwordHash, session, username }) =>
        store.exclusive(Effect.gen(function*() {
          if (has((user) => sameText(user.email, email))) return yield* new EmailTaken({ email })
          if (has((user) => sameText(user.username, username))) return yield* new UsernameTaken({ username })
          const at = store.now()
          const id = userId(store.newId())
          const user: User = { id, email, username, emailVerified: false, createdAt: at }
          store.users.set(id, { ...user, passwordHash, frozen: false, kycStatus: "none", country: null })
          store.wallets.set(id, { ...emptyWallet, userId: id, updatedAt: at })
          return { user, ...open(id, session) }
        })),

      findForSignIn: (email) =>
        Effect.sync(() => {
          const found = [...store.users.values()].find((user) => sameText(user.email, email))
          if (found === undefined || found.passwordHash === null) return null
          return { user: asUser(found), passwordHash: found.passwordHash, frozen: found.frozen }
        }),

      openSession: (userId, session, passwordHash) =>
        store.exclusive(Effect.sync(() => {
          const user = store.users.get(userId)
          if (user === undefined || user.passwordHash === null) throw new Error(`user ${userId} cannot sign in`)
          if (passwordHash !== null) store.users.set(userId, { ...user, passwordHash })
          return open(userId, session)
        })),

      profile: (userId) =>
        Effect.sync(() => {
          const user = store.users.get(userId)
          const row = store.wallets.get(userId)
          if (user === undefined || row === undefined) return null
          const { userId: _, ...wallet } = row
          return { ...asUser(user), wallet, kycStatus: user.kycStatus, country: user.country }
        })
    })
  })
)

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const asUser = ({ createdAt, email, emailVerified, id, username }: UserRow): User => ({
  id,
  email,
  username,
  emailVerified,
  createdAt
})
