/** Accounts, tokens and requests as decisions about accounts are given them. */
import { Redacted } from "effect"
import * as fc from "fast-check"
import type { AccountChange } from "../../../src/accounts/AccountChange.ts"
import type { MailedToken } from "../../../src/accounts/MailedToken.ts"
import type { RequestOrigin } from "../../../src/accounts/SecurityEvent.ts"
import { sessionId } from "../../../src/accounts/Session.ts"
import type { Account, User } from "../../../src/accounts/User.ts"
import { userId } from "../../../src/values/Ids.ts"
import { instant } from "../../../src/values/Instant.ts"
import type { OperatorAct } from "../../../src/values/OperatorAct.ts"

export const now = instant(1_770_000_000_000)
export const origin: RequestOrigin = { ip: "192.0.2.7", userAgent: "a browser" }
export const ada = userId("01900000-0000-7000-8000-00000000000a")
export const session = sessionId("01900000-0000-7000-8000-00000000005e")

export const user: User = {
  id: ada,
  email: "ada@example.com",
  username: "ada",
  emailVerified: false,
  createdAt: instant(now - 86_400_000)
}

export const hash = Redacted.make("$argon2id$first")

/** Ada's account, frozen and erased by nobody. */
export const account: Account = { user, passwordHash: hash, frozen: false, erased: false }

/** A token of Ada's that works. */
export const token = (purpose: MailedToken["purpose"], email = user.email): MailedToken => ({
  id: "token",
  userId: ada,
  purpose,
  email,
  previousEmail: null,
  createdAt: instant(now - 1),
  expiresAt: instant(now + 1),
  usedAt: null
})

/** Tokens that do not work: another's purpose, used, too old, of who was erased, unknown. */
export const uselessTokens = (
  purpose: MailedToken["purpose"],
  other: MailedToken["purpose"]
): ReadonlyArray<MailedToken | null> => [
  token(other),
  { ...token(purpose), usedAt: now },
  { ...token(purpose), expiresAt: now },
  { ...token(purpose), email: null },
  null
]

/** A text in another case. */
export const inOtherCase = (text: string): fc.Arbitrary<string> =>
  fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length }).map((upper) =>
    Array.from(text, (letter, i) => upper[i] === true ? letter.toUpperCase() : letter.toLowerCase()).join("")
  )

/** The kinds of events that a change writes. */
export const eventsIn = (change: AccountChange) => change.events.map(({ type }) => type)
/** The kinds of jobs that follow from a change. */
export const jobsIn = (change: AccountChange) => change.jobs.map(({ job }) => job._tag)

export const byAnn: OperatorAct = { operator: "ann", command: "test", reason: "as the test says" }
