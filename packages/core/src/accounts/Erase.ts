/**
 * How a person is erased: everything personal goes, the books and the proofs stay valid.
 *
 * Nothing of value may be lost by it, nobody else's money held up, and no money come back to nobody. So it waits until the wallet is empty
 * and owes nothing, no withdrawal is under way or may be sent back by a bank, every ticket is drawn, and no room of theirs has tickets of
 * others.
 */
import { type Redacted, Result } from "effect"
import { type Cents, cents, zero } from "../money/Money.ts"
import { watchedMillis } from "../money/WithdrawalActions.ts"
import { houseUserId, type UserId } from "../values/Ids.ts"
import { type Instant, instant } from "../values/Instant.ts"
import { logged, type OperatorAct } from "../values/OperatorAct.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import type { EraseReason, EraseRefused, PasswordOutdated } from "./Refusals.ts"
import { isStillProven } from "./SignIn.ts"
import type { Account } from "./User.ts"

/** What a person has to do with money, read under their wallet's lock. */
export interface Holdings {
  readonly balance: Cents
  /** What of it waits for the identity check. */
  readonly awaitingIdentity: Cents
  readonly pendingWithdrawal: Cents
  /** Of payouts that had arrived and that banks sent back: until it is in the wallet again. */
  readonly comingBack: Cents
  readonly debt: Cents
  /** When the newest withdrawal was asked for that is paid; null where none is. */
  readonly lastPaidAskedAt: Instant | null
  /** Tickets of draws that are neither drawn nor void. */
  readonly undrawnTickets: number
  /** Rooms that they host, not locked yet, in which others have tickets. */
  readonly roomsWithOthers: number
}

/** Every reason not to erase a person at `now`. */
const reasonsAgainst = (
  { awaitingIdentity, balance, comingBack, debt, lastPaidAskedAt, pendingWithdrawal, roomsWithOthers, undrawnTickets }:
    Holdings,
  now: Instant
): ReadonlyArray<EraseReason> => {
  const reasons: Array<EraseReason> = []
  if (balance > zero) reasons.push({ _tag: "Balance", amount: balance, awaitingIdentity })
  const underWay = cents(pendingWithdrawal + comingBack)
  if (underWay > zero) reasons.push({ _tag: "PayoutUnderWay", amount: underWay })
  // for as long as a payout that arrived is looked at
  if (lastPaidAskedAt !== null && now - lastPaidAskedAt < watchedMillis) {
    reasons.push({ _tag: "PayoutReturnable", until: instant(lastPaidAskedAt + watchedMillis) })
  }
  if (debt > zero) reasons.push({ _tag: "Debt", amount: debt })
  if (undrawnTickets > 0) reasons.push({ _tag: "UndrawnTickets", tickets: undrawnTickets })
  if (roomsWithOthers > 0) reasons.push({ _tag: "HostsOthers", rooms: roomsWithOthers })
  return reasons
}

export interface EraseFacts {
  readonly now: Instant
  /** Under the wallet's lock and then that on the user's row; null: there is none. */
  readonly account: Account | null
  /** Nothing of it can change before the person is erased, but that others buy in their rooms: those are closed then (`expire`). */
  readonly holdings: Holdings
  /** Eight hexadecimal digits that nobody can foresee, and so take as a name. */
  readonly digits: string
  readonly newIds: { readonly event: string }
}

/**
 * What erasing has written. Before `change`, adapters forget what they keep of the person elsewhere:
 *
 * - the user agents of their sessions, and the addresses of their mailed tokens;
 * - what they limited, and their date of birth;
 * - the networks that they have signed in from, and what a mail server said of their mails;
 * - their payout account, the names by which shops know them, and the bodies of events about them that were acted on;
 * - their name in the answers that are kept of others' purchases in rooms, where they are called as they are from now on;
 * - the key that the personal part of their security events is encrypted under.
 */
export interface Erasure {
  /** By which they are found in what is forgotten: the address in force until now. */
  readonly email: string
  readonly change: AccountChange
}

/**
 * Erases a person, as an operator says or as they ask for themselves (`act` null); null where there is none, or they are erased already.
 * Throws for the house, which is no person: nobody may ask
 * for it.
 */
export const erase = (
  { account, digits, holdings, newIds, now }: EraseFacts,
  userId: UserId,
  act: OperatorAct | null
): Result.Result<Erasure | null, EraseRefused> => {
  if (userId === houseUserId) throw new Error("the house is nobody to be erased")
  if (account === null || account.erased) return Result.succeed(null)
  const reasons = reasonsAgainst(holdings, now)
  if (reasons.length > 0) return Result.fail({ _tag: "EraseRefused", reasons })
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
        identityAt: null,
        identityReference: null,
        country: null,
        ageVerified: false,
        erasedAt: now
      },
      abandonsRooms: true,
      endSessions: { which: { except: null }, reason: "erased" },
      events: [{ id: newIds.event, type: "erased", userId, sessionId: null, origin: null, details: {} }],
      measure: { _tag: "Erased" },
      log: act === null ? null : logged(act, "user", userId)
    }
  })
}

/** Erases a player who asks for it themselves: with a password that they have just proven. */
export const eraseSelf = (
  facts: EraseFacts,
  userId: UserId,
  verified: Redacted.Redacted
): Result.Result<Erasure | null, EraseRefused | PasswordOutdated> =>
  isStillProven(facts.account, { verified, replacement: null })
    ? erase(facts, userId, null)
    : Result.fail({ _tag: "PasswordOutdated" })
