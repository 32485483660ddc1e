/** Players, in memory. */
import { emailIdentity, isSameAddress } from "@ddd/core/accounts/EmailAddress"
import { erase, type EraseFacts, eraseSelf, type Erasure } from "@ddd/core/accounts/Erase"
import { freeze, unfreeze } from "@ddd/core/accounts/Freeze"
import { workingToken } from "@ddd/core/accounts/MailedToken"
import { askReset, changePassword, resetPassword } from "@ddd/core/accounts/PasswordChange"
import { exportAccount } from "@ddd/core/accounts/PersonalExport"
import { changeProfile, newAddress } from "@ddd/core/accounts/Profile"
import { sessionId } from "@ddd/core/accounts/Session"
import { openSession } from "@ddd/core/accounts/SignIn"
import { signUp } from "@ddd/core/accounts/SignUp"
import { idMeant, isSameName, pickMeant } from "@ddd/core/accounts/TakenNames"
import { askVerification, verifyEmail, waitingAddress } from "@ddd/core/accounts/Verification"
import type { KeptBody } from "@ddd/core/draws/KeptAnswers"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { emptyWallet } from "@ddd/core/money/Wallet"
import { Accounts, decided } from "@ddd/core/ports/Accounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { Room } from "@ddd/core/rooms/Room"
import { toHex, utf8Bytes } from "@ddd/core/values/Bytes"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { Effect, Layer } from "effect"
import { forgetBuyer, matchPurchasesOf } from "../money/FundingSteps.ts"
import { Store } from "../Store.ts"
import type { UserRow } from "../StoredRows.ts"
import {
  doneToday,
  findUser,
  mailWaitOf,
  noticeWaitOf,
  readAccount,
  readAccountOf,
  readHoldings,
  readShown,
  readTaken,
  surplusSessions,
  unusedVerification,
  userOf
} from "./AccountFacts.ts"
import { recordStranger, writeChange } from "./AccountWrites.ts"
import { readPersonalRecords } from "./PersonalRecords.ts"

export const layer: Layer.Layer<Accounts, never, Store | MailedTokens> = Layer.effect(
  Accounts,
  Effect.gen(function*() {
    const store = yield* Store
    const tokens = yield* MailedTokens
    const write = (change: Parameters<typeof writeChange>[2]): void => writeChange(store, tokens, change)

    /** A user who is not erased. */
    const livingUser = (id: UserId): UserRow | undefined =>
      findUser(store, (user) => user.id === id && user.erasedAt === null)

    const eraseAccount = <E>(id: UserId, decide: (facts: EraseFacts) => Effect.Effect<Erasure | null, E>) =>
      store.exclusive(Effect.gen(function*() {
        const erasure = yield* decide({
          now: store.now(),
          account: readAccount(store, id),
          holdings: readHoldings(store, id),
          digits: toHex(nobleSha256(utf8Bytes(store.newId()))).slice(0, 8),
          newIds: { event: store.newId() }
        })
        if (erasure === null) return
        forget(store, id, erasure.email)
        write(erasure.change)
        for (const [key, kept] of store.answers) {
          store.answers.set(key, {
            ...kept,
            answer: renameMember(kept.answer, id, erasure.change.set.username ?? "")
          })
        }
      }))

    return Accounts.of({
      signUp: (request, origin) =>
        store.exclusive(Effect.gen(function*() {
          const newIds = {
            user: userId(store.newId()),
            session: sessionId(store.newId()),
            mailedToken: store.newId(),
            event: store.newId()
          }
          const taken = readTaken(store, request, null)
          const { change, user } = yield* decided(signUp({ taken, newIds }, request, origin))
          const createdAt = store.now()
          const { bornOn, ...kept } = user
          const row: UserRow = {
            ...kept,
            emailVerified: false,
            createdAt,
            frozen: false,
            kycStatus: "none",
            identityAt: null,
            identityReference: null,
            ageVerified: false,
            erasedAt: null
          }
          store.users.set(user.id, row)
          store.wallets.set(user.id, { ...emptyWallet, bornOn, userId: user.id, updatedAt: createdAt })
          matchPurchasesOf(store, [user.id])
          write(change)
          return { user: userOf(row), sessionId: newIds.session }
        })),

      findForSignIn: (email) =>
        Effect.sync(() => {
          const account = readAccountOf(store, email)
          if (account === null || account.passwordHash === null) return null
          return { user: account.user, passwordHash: account.passwordHash, frozen: account.frozen }
        }),

      openSession: (id, session, password, origin) =>
        store.exclusive(Effect.gen(function*() {
          const facts = {
            account: readAccount(store, id),
            surplus: surplusSessions(store, id),
            signedInToday: doneToday(store, id, "signed_in"),
            now: store.now(),
            newIds: { session: sessionId(store.newId()), event: store.newId(), endEvent: store.newId() }
          }
          write(yield* decided(openSession(facts, { userId: id, session, password }, origin)))
          return { sessionId: facts.newIds.session }
        })),

      profile: (id) =>
        Effect.sync(() => {
          const user = livingUser(id)
          const row = store.wallets.get(id)
          if (user === undefined || row === undefined) return null
          const { userId: _, ...wallet } = row
          const { ageVerified, country, kycStatus } = user
          return { ...userOf(user), wallet, kycStatus, country, ageVerified }
        }),

      passwordHash: (id) => Effect.sync(() => livingUser(id)?.passwordHash ?? null),

      verifyEmail: (tokenHash, origin) =>
        store.exclusive(Effect.gen(function*() {
          const facts = { ...readShown(store, tokenHash), newIds: { event: store.newId() } }
          const { change, user } = yield* decided(verifyEmail(facts, origin))
          write(change)
          return user
        })),

      askVerification: (id, origin) =>
        store.exclusive(Effect.sync(() => {
          const waiting = waitingAddress(readAccount(store, id), unusedVerification(store, id))
          const mailWaitMillis = waiting === null ? 0 : mailWaitOf(store, waiting.email)
          write(askVerification({ waiting, mailWaitMillis, newIds: { mailedToken: store.newId() } }, id, origin))
        })),

      askReset: (email, origin) =>
        store.exclusive(Effect.sync(() => {
          const facts = {
            account: readAccountOf(store, email),
            mailWaitMillis: mailWaitOf(store, email),
            newIds: { mailedToken: store.newId(), event: store.newId() }
          }
          const asked = askReset(facts, email, origin)
          if (asked._tag === "OfPlayer") write(asked.change)
          else recordStranger(store, asked.event)
        })),

      resetPassword: (tokenHash, passwordHash, origin) =>
        store.exclusive(Effect.gen(function*() {
          const shown = readShown(store, tokenHash)
          const linked = shown.account === null ? undefined : store.payoutAccounts.get(shown.account.user.id)
          const facts = { ...shown, payoutAccount: linked?.account ?? null, newIds: { event: store.newId() } }
          const { change, user } = yield* decided(resetPassword(facts, passwordHash, origin))
          write(change)
          return user
        })),

      findForReset: (tokenHash) =>
        Effect.sync(() => {
          const { account, now, token } = readShown(store, tokenHash)
          return workingToken(token, "reset_password", now) === null ? null : account?.user ?? null
        }),

      changePassword: (id, keep, password, origin) =>
        store.exclusive(Effect.gen(function*() {
          const facts = {
            account: readAccount(store, id),
            changedToday: doneToday(store, id, "password_changed"),
            now: store.now(),
            newIds: { event: store.newId() }
          }
          write(yield* decided(changePassword(facts, { userId: id, keep, password }, origin)))
        })),

      changeProfile: (id, change, origin) =>
        store.exclusive(Effect.gen(function*() {
          const account = readAccount(store, id)
          const to = newAddress(account, change)
          const facts = {
            account,
            taken: readTaken(store, change, id),
            mailWaitMillis: {
              toNewAddress: to === null ? 0 : mailWaitOf(store, to),
              ofNotices: to === null ? 0 : noticeWaitOf(store, id)
            },
            renamedToday: doneToday(store, id, "username_changed"),
            now: store.now(),
            newIds: { usernameEvent: store.newId(), mailedToken: store.newId(), addressEvent: store.newId() }
          }
          write(yield* decided(changeProfile(facts, { userId: id, change }, origin)))
        })),

      find: (text) =>
        Effect.sync(() => {
          const matches = [...store.users.values()].filter(({ email, id, username }) =>
            id === idMeant(text) || isSameAddress(email, text) || isSameName(username, text)
          )
          return pickMeant(text, matches.map(summaryOf))
        }),

      sharingMailboxes: (limit) =>
        Effect.sync(() =>
          [...Map.groupBy(store.users.values(), ({ email }) => emailIdentity(email)).values()]
            .filter((sharing) => sharing.length > 1).slice(0, limit).map((sharing) => sharing.map(summaryOf))
        ),

      freeze: (id, act) =>
        store.exclusive(Effect.sync(() => {
          write(freeze({ account: readAccount(store, id), newIds: { event: store.newId() } }, id, act))
        })),

      unfreeze: (id, act) =>
        store.exclusive(Effect.sync(() => {
          write(unfreeze({ account: readAccount(store, id), newIds: { event: store.newId() } }, id, act))
        })),

      export: (id, by) =>
        store.exclusive(Effect.gen(function*() {
          const now = store.now()
          const facts = {
            now,
            records: readPersonalRecords(store, id),
            takenToday: doneToday(store, id, "exported"),
            newIds: { event: store.newId() }
          }
          const { all, change } = yield* decided(exportAccount(facts, id, by))
          write(change)
          return all
        })),

      erase: (id, act) => eraseAccount(id, (facts) => decided(erase(facts, id, act))),

      eraseSelf: (id, verified) => eraseAccount(id, (facts) => decided(eraseSelf(facts, id, verified)))
    })
  })
)

const summaryOf = (user: UserRow) => ({ ...userOf(user), frozen: user.frozen, erased: user.erasedAt !== null })

/** Forgets what is kept of a person who is erased beside their row: see `Erasure` in core. */
const forget = (store: Store["Service"], id: UserId, email: string): void => {
  for (const row of store.sessions.values()) {
    if (row.userId === id) store.sessions.set(row.id, { ...row, userAgent: null })
  }
  for (const [key, { userId }] of store.devices) if (userId === id) store.devices.delete(key)
  for (const [key, { userId }] of store.pushMessages) if (userId === id) store.pushMessages.delete(key)
  for (const row of store.mailedTokens.values()) {
    if (row.userId === id) store.mailedTokens.set(row.id, { ...row, email: null, previousEmail: null })
  }
  for (const [index, event] of store.securityEvents.entries()) {
    if (event.userId === id) store.securityEvents[index] = { ...event, details: null }
  }
  forgetBuyer(store, { id, email })
  const wallet = store.wallets.get(id)
  if (wallet !== undefined) store.wallets.set(id, { ...wallet, limits: null, bornOn: null })
}

/** A kept answer in which a member who is erased is called `username`; the same where it does not name them. */
const renameMember = (kept: KeptBody<Room>, userId: UserId, username: string): KeptBody<Room> =>
  kept._tag !== "RoomPurchase" ? kept : {
    ...kept,
    room: {
      ...kept.room,
      participants: kept.room.participants.map((member) => member.userId === userId ? { ...member, username } : member)
    }
  }
