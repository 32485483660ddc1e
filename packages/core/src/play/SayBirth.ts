/** How a player says when they were born who opened the account before that was asked. */
import { Result } from "effect"
import { type AccountChange, noChange } from "../accounts/AccountChange.ts"
import type { RequestOrigin } from "../accounts/SecurityEvent.ts"
import { type BirthRefusal, takeBirth } from "../money/Age.ts"
import type { Wallet } from "../money/Wallet.ts"
import type { UserId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"

/** Why a date of birth is not kept. Nothing was changed. */
export type SayBirthRefusal = BirthRefusal | { readonly _tag: "BirthSaid" }

export interface SayBirthFacts {
  /** Under the wallet's lock. */
  readonly wallet: Wallet
  readonly now: Instant
  /** From which age on one may play; null: from any. */
  readonly minAge: number | null
  readonly newIds: { readonly event: string }
}

/** What is written: of the wallet its player's date of birth. */
export interface BirthSaid {
  readonly wallet: Wallet
  readonly change: AccountChange
}

/** Keeps a date of birth, once: who said one does not say another. The same again changes nothing. */
export const sayBirth = (
  { minAge, newIds, now, wallet }: SayBirthFacts,
  userId: UserId,
  bornOn: Day,
  origin: RequestOrigin
): Result.Result<BirthSaid, SayBirthRefusal> => {
  if (wallet.bornOn === bornOn) return Result.succeed({ wallet, change: noChange(userId) })
  if (wallet.bornOn !== null) return Result.fail({ _tag: "BirthSaid" })
  return Result.map(takeBirth(minAge, bornOn, now), (birth) => ({
    wallet: { ...wallet, ...birth },
    change: {
      ...noChange(userId),
      events: [{ id: newIds.event, type: "date_of_birth_said", userId, sessionId: null, origin, details: {} }]
    }
  }))
}
