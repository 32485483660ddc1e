/** Players, in memory. */
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import type { ProvenPassword } from "@ddd/core/accounts/SignIn"
import type { User } from "@ddd/core/accounts/User"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { emptyWallet } from "@ddd/core/money/Wallet"
import {
  Accounts,
  EmailTaken,
  EraseRefused,
  InvalidMailedToken,
  PasswordOutdated,
  TooManyMails,
  UsernameTaken
} from "@ddd/core/ports/Accounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { toHex, utf8Bytes } from "@ddd/core/values/Bytes"
import { houseUserId, type UserId, userId } from "@ddd/core/values/Ids"
import { Effect, Layer, Redacted } from "effect"
import {
  addJob,
  cancelTokens,
  endSessions,
  issueToken,
  mailWaitOf,
  openSession,
  record,
  workingToken
} from "./AccountSteps.ts"
import { forgetBuyer } from "./FundingSteps.ts"
import { exportOf } from "./PersonalRecords.ts"
import { Store } from "./Store.ts"
import type { UserRow } from "./StoredRows.ts"

export const layer: Layer.Layer<Accounts, never, Store | MailedTokens> = Layer.effect(
  Accounts,
  Effect.gen(function*() {
    const store = yield* Store
    const tokens = yield* MailedTokens

    const find = (matches: (user: UserRow) => boolean): UserRow | undefined => [...store.users.values()].find(matches)
    /** A user who is not erased. */
    const living = (id: UserId): UserRow | undefined => find((user) => user.id === id && user.erasedAt === null)
    const change = (id: UserId, changed: Partial<UserRow>): UserRow => {
      const user = store.users.get(id)
      if (user === undefined) throw new Error(`there is no user ${id}`)
      const row = { ...user, ...changed }
      store.users.set(id, row)
      return row
    }

    /** How long the next mail to an address must wait, in milliseconds. */
    const addressWait = (address: string): number =>
      mailWaitOf(store, ({ email }) => email !== null && sameText(email, address))
    /** The same of the notices that others were to replace a player's address. */
    const noticeWait = (id: UserId): number =>
      mailWaitOf(store, ({ previousEmail, userId }) => userId === id && previousEmail !== null)

    const cancelNewAddresses = ({ email, id }: UserRow): void =>
      cancelTokens(
        store,
        (row) => row.userId === id && row.purpose === "verify_email" && !sameText(row.email ?? "", email)
      )
    const setPassword = (user: UserRow, passwordHash: Redacted.Redacted): void => {
      change(user.id, { passwordHash })
      cancelTokens(store, (row) => row.userId === user.id && row.purpose === "reset_password")
      cancelNewAddresses(user)
    }
    /** The user whose password it still is. */
    const proven = (id: UserId, { verified }: ProvenPassword): UserRow | undefined => {
      const user = living(id)
      if (user === undefined || user.frozen || user.passwordHash === null) return undefined
      return Redacted.value(user.passwordHash) === Redacted.value(verified) ? user : undefined
    }

    return Accounts.of({
      signUp: ({ email, passwordHash, session, username }, origin) =>
        store.exclusive(Effect.gen(function*() {
          if (find((user) => sameText(user.email, email))) return yield* new EmailTaken({ email })
          if (find((user) => sameText(user.username, username))) return yield* new UsernameTaken({ username })
          const at = store.now()
          const id = userId(store.newId())
          const user: User = { id, email, username, emailVerified: false, createdAt: at }
          store.users.set(id, {
            ...user,
            passwordHash,
            frozen: false,
            kycStatus: "none",
            country: null,
            erasedAt: null
          })
          store.wallets.set(id, { ...emptyWallet, userId: id, updatedAt: at })
          const sessionId = openSession(store, id, session)
          const mailedTokenId = issueToken(store, tokens, id, "verify_email", email)
          addJob(store, mailedTokenId, { _tag: "MailWelcome", userId: id, mailedTokenId })
          record(store, { type: "signed_up", userId: id, sessionId, origin })
          return { user, sessionId }
        })),

      findForSignIn: (email) =>
        Effect.sync(() => {
          const user = find((user) => sameText(user.email, email))
          if (user === undefined || user.passwordHash === null) return null
          return { user: asUser(user), passwordHash: user.passwordHash, frozen: user.frozen }
        }),

      openSession: (id, session, password, origin) =>
        store.exclusive(Effect.gen(function*() {
          if (proven(id, password) === undefined) return yield* new PasswordOutdated()
          if (password.replacement !== null) change(id, { passwordHash: password.replacement })
          const sessionId = openSession(store, id, session)
          record(store, { type: "signed_in", userId: id, sessionId, origin })
          return { sessionId }
        })),

      profile: (id) =>
        Effect.sync(() => {
          const user = living(id)
          const row = store.wallets.get(id)
          if (user === undefined || row === undefined) return null
          const { userId: _, ...wallet } = row
          return { ...asUser(user), wallet, kycStatus: user.kycStatus, country: user.country }
        }),

      passwordHash: (id) => Effect.sync(() => living(id)?.passwordHash ?? null),

      verifyEmail: (tokenHash, origin) =>
        store.exclusive(Effect.gen(function*() {
          const token = workingToken(store, "verify_email", tokenHash)
          if (token === undefined) return yield* new InvalidMailedToken()
          const { email, userId: id } = token
          if (find((user) => user.id !== id && sameText(user.email, email))) return yield* new EmailTaken({ email })
          store.mailedTokens.set(token.id, { ...token, usedAt: store.now() })
          const before = store.users.get(id)
          const user = change(id, { email, emailVerified: true })
          if (before === undefined || !sameText(before.email, email)) {
            cancelTokens(store, (row) => row.userId === id && row.purpose === "reset_password")
          }
          record(store, { type: "email_verified", userId: id, origin, details: { email } })
          return asUser(user)
        })),

      askVerification: (id) =>
        store.exclusive(Effect.sync(() => {
          const user = living(id)
          if (user === undefined) return
          const waiting = [...store.mailedTokens.values()].findLast((row) =>
            row.userId === id && row.purpose === "verify_email" && row.usedAt === null && row.email !== null &&
            !sameText(row.email, user.email)
          )
          if (waiting === undefined && user.emailVerified) return
          const email = waiting?.email ?? user.email
          if (addressWait(email) > 0) return
          const mailedTokenId = issueToken(store, tokens, id, "verify_email", email, waiting?.previousEmail)
          addJob(store, mailedTokenId, { _tag: "MailVerifyAddress", userId: id, mailedTokenId })
        })),

      askReset: (email, origin) =>
        store.exclusive(Effect.sync(() => {
          const user = find((user) => user.passwordHash !== null && sameText(user.email, email))
          if (user === undefined) {
            record(store, { type: "password_reset_asked", userId: null, origin: null })
            return
          }
          if (addressWait(user.email) === 0) {
            const mailedTokenId = issueToken(store, tokens, user.id, "reset_password", user.email)
            addJob(store, mailedTokenId, { _tag: "MailResetPassword", userId: user.id, mailedTokenId })
          }
          record(store, { type: "password_reset_asked", userId: user.id, origin })
        })),

      resetPassword: (tokenHash, passwordHash, origin) =>
        store.exclusive(Effect.gen(function*() {
          const token = workingToken(store, "reset_password", tokenHash)
          const user = token === undefined ? undefined : living(token.userId)
          if (token === undefined || user === undefined) return yield* new InvalidMailedToken()
          store.mailedTokens.set(token.id, { ...token, usedAt: store.now() })
          setPassword(user, passwordHash)
          endSessions(store, user.id, "password")
          const event = record(store, { type: "password_reset", userId: user.id, origin })
          addJob(store, event, { _tag: "MailPasswordChanged", userId: user.id })
          return asUser(user)
        })),

      findForReset: (tokenHash) =>
        Effect.sync(() => {
          const token = workingToken(store, "reset_password", tokenHash)
          const user = token === undefined ? undefined : living(token.userId)
          return user === undefined ? null : asUser(user)
        }),

      changePassword: (id, keep, password, origin) =>
        store.exclusive(Effect.gen(function*() {
          const user = proven(id, password)
          if (user === undefined) return yield* new PasswordOutdated()
          setPassword(user, password.replacement)
          endSessions(store, id, "password", (session) => session !== keep)
          const event = record(store, { type: "password_changed", userId: id, sessionId: keep, origin })
          addJob(store, event, { _tag: "MailPasswordChanged", userId: id })
        })),

      changeProfile: (id, { email, username }, origin) =>
        store.exclusive(Effect.gen(function*() {
          const user = living(id)
          if (user === undefined) return
          const newEmail = email === undefined || sameText(email, user.email) ? undefined : email
          if (username !== undefined && find((other) => other.id !== id && sameText(other.username, username))) {
            return yield* new UsernameTaken({ username })
          }
          if (newEmail !== undefined && find((other) => other.id !== id && sameText(other.email, newEmail))) {
            return yield* new EmailTaken({ email: newEmail })
          }
          const wait = newEmail === undefined ? 0 : Math.max(noticeWait(id), addressWait(newEmail))
          if (wait > 0) return yield* new TooManyMails({ retryAfter: Math.ceil(wait / 1_000) })
          if (username !== undefined && username !== user.username) {
            change(id, { username })
            const details = { from: user.username, to: username }
            record(store, { type: "username_changed", userId: id, origin, details })
          }
          if (newEmail !== undefined) {
            const mailedTokenId = issueToken(store, tokens, id, "verify_email", newEmail, user.email)
            addJob(store, mailedTokenId, { _tag: "MailVerifyAddress", userId: id, mailedTokenId })
            const event = record(store, {
              type: "email_change_asked",
              userId: id,
              origin,
              details: { email: newEmail }
            })
            addJob(store, event, { _tag: "MailAddressChanged", userId: id, mailedTokenId })
          } else if (email !== undefined) {
            cancelNewAddresses(user)
          }
        })),

      find: (text) =>
        Effect.sync(() => {
          const user = find(({ id }) => id === text) ?? find(({ email }) => sameText(email, text)) ??
            find(({ username }) => sameText(username, text))
          return user === undefined
            ? null
            : { ...asUser(user), frozen: user.frozen, erased: user.erasedAt !== null }
        }),

      freeze: (id) =>
        store.exclusive(Effect.sync(() => {
          const user = living(id)
          if (user === undefined || user.frozen) return
          change(id, { frozen: true })
          endSessions(store, id, "frozen")
          record(store, { type: "frozen", userId: id, origin: operatorOrigin })
        })),

      unfreeze: (id) =>
        store.exclusive(Effect.sync(() => {
          if (living(id)?.frozen !== true) return
          change(id, { frozen: false })
          record(store, { type: "unfrozen", userId: id, origin: operatorOrigin })
        })),

      export: (id) =>
        store.exclusive(Effect.sync(() => {
          const user = living(id)
          if (user === undefined) return null
          const all = exportOf(store, user)
          record(store, { type: "exported", userId: id, origin: operatorOrigin })
          return all
        })),

      erase: (id) =>
        store.exclusive(Effect.gen(function*() {
          const user = living(id)
          const wallet = store.wallets.get(id)
          if (id === houseUserId) return yield* Effect.die(new Error("the house is nobody to be erased"))
          if (user === undefined || wallet === undefined) return
          const undrawnTickets = [...store.tickets.values()].flat().filter((ticket) => {
            const status = store.draws.get(ticket.drawId)?.status
            return ticket.userId === id && status !== "drawn" && status !== "void"
          }).length
          const { balance, pendingWithdrawal } = wallet
          if (balance > 0n || pendingWithdrawal > 0n || undrawnTickets > 0) {
            return yield* new EraseRefused({ refusal: { balance, pendingWithdrawal, undrawnTickets } })
          }
          endSessions(store, id, "erased")
          for (const row of store.sessions.values()) {
            if (row.userId === id) store.sessions.set(row.id, { ...row, userAgent: null })
          }
          for (const row of store.mailedTokens.values()) {
            if (row.userId === id) store.mailedTokens.set(row.id, { ...row, email: null, previousEmail: null })
          }
          for (const [index, event] of store.securityEvents.entries()) {
            if (event.userId === id) store.securityEvents[index] = { ...event, details: null }
          }
          forgetBuyer(store, user)
          change(id, {
            email: `erased-${id}@invalid`,
            username: `erased-${toHex(nobleSha256(utf8Bytes(store.newId()))).slice(0, 8)}`,
            passwordHash: null,
            emailVerified: false,
            kycStatus: "none",
            country: null,
            frozen: true,
            erasedAt: store.now()
          })
          record(store, { type: "erased", userId: id, origin: null })
        }))
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
