/**
 * How a person is erased: everything personal goes, the books and the proofs stay valid.
 *
 * Nothing of value may be lost by it, so it waits until the wallet is empty, no withdrawal is under way, and every ticket is drawn.
 */
import { Result } from "effect"
import { zero } from "../money/Money.ts"
import { houseUserId, type UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import type { EraseRefused, Holdings } from "./Refusals.ts"
import type { Account } from "./User.ts"

export interface EraseFacts {
  readonly now: Instant
  /** Under the wallet's lock and then that on the user's row; null: there is none. */
  readonly account: Account | null
  /** Under the wallet's lock, by which nothing of it can change. */
  readonly holdings: Holdings
  /** Eight hexadecimal digits that nobody can foresee, and so take as a name. */
  readonly digits: string
  readonly newIds: { readonly event: string }
}

/**
 * What erasing has written. Before `change`, adapters forget what they keep of the person elsewhere:
 *
 * - the user agents of their sessions, and the addresses of their mailed tokens;
 * - the networks that they have signed in from, and what a mail server said of their mails;
 * - their payout account, the names by which shops know them, and the bodies of events about them that were acted on;
 * - the key that the personal part of their security events is encrypted under.
 */
export interface Erasure {
  /** By which they are found in what is forgotten: the address in force until now. */
  readonly email: string
  readonly change: AccountChange
}

/**
 * Erases a person; null where there is none, or they are erased already. Throws for the house, which is no person: nobody may ask
 * for it.
 */
export const erase = (
  { account, digits, holdings, newIds, now }: EraseFacts,
  userId: UserId
): Result.Result<Erasure | null, EraseRefused> => {
  if (userId === houseUserId) throw new Error("the house is nobody to be erased")
  if (account === null || account.erased) return Result.succeed(null)
  if (holdings.balance > zero || holdings.pendingWithdrawal > zero || holdings.undrawnTickets > 0) {
    return Result.fail({ _tag: "EraseRefused", holdings })
  }
  return Result.succeed({
    email: account.user.email,
    change: {
      ...noChange(userId),
      set: {
        email: `erased-${userId}@invalid`,
        username: `erased-${digits}`,
        passwordHash: null,
        emailVerified: false,
        frozen: true,
        kycStatus: "none",
        country: null,
        erasedAt: now
      },
      endSessions: { which: { except: null }, reason: "erased" },
      events: [{ id: newIds.event, type: "erased", userId, sessionId: null, origin: null, details: {} }]
    }
  })
}
