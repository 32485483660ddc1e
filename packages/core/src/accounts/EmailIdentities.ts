/**
 * Whose mailbox it is: each is one account's, but where two had it before mailboxes were compared.
 *
 * Those keep both: each signs in by the spelling that it signed up with (`pickAddressed`), and operators are shown them
 * (`ddd user shared`). Neither is changed or merged, since nothing here knows which of the two the holder of the mailbox made.
 */
import type { UserId } from "../values/Ids.ts"
import { emailIdentity } from "./EmailAddress.ts"

/** An account whose mailbox is to be written down. */
export interface UnidentifiedAccount {
  readonly userId: UserId
  readonly email: string
}

/** What is written of it. `isShared`: another account had the mailbox before, so that it is not this one's alone. */
export interface IdentifiedAccount {
  readonly userId: UserId
  readonly identity: string
  readonly isShared: boolean
}

/** Writes down whose mailbox each is: of several accounts with one, the first that is given. `taken`: mailboxes of accounts before them. */
export const identifyAccounts = (
  accounts: ReadonlyArray<UnidentifiedAccount>,
  taken: ReadonlySet<string>
): ReadonlyArray<IdentifiedAccount> => {
  const held = new Set(taken)
  return accounts.map(({ email, userId }) => {
    const identity = emailIdentity(email)
    const isShared = held.has(identity)
    held.add(identity)
    return { userId, identity, isShared }
  })
}
