/**
 * Addresses and names of players: each is one player's, whatever its case and spelling (`EmailAddress`).
 *
 * Decisions refuse what others have as far as the store can tell beforehand. Of two who want the same at the same time the store's
 * own constraint refuses the second, and `refusalOfTaken` says what that means.
 */
import { pickAddressed } from "./EmailAddress.ts"
import type { EmailTaken, UsernameTaken } from "./Refusals.ts"
import type { User } from "./User.ts"

/** Whether two names are the same. They are of ASCII alone, so that no two look alike and differ. */
export const isSameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/**
 * Whom an operator means by a text. `matches`: all whose id, address or name it may be, oldest first. A name may look like an id, or an
 * address: the id is meant first, then the address.
 */
export const pickMeant = <A extends Pick<User, "id" | "email">>(text: string, matches: ReadonlyArray<A>): A | null =>
  matches.find(({ id }) => id === text) ?? pickAddressed(text, matches) ?? matches[0] ?? null

/** What somebody wants to be known by; what is absent is not asked for. */
export interface WantedNames {
  readonly email?: string
  readonly username?: string
}

/** Which of the wanted ones another player has. Read without a lock. */
export interface TakenNames {
  readonly email: boolean
  readonly username: boolean
}

export const emailTaken = (email: string): EmailTaken => ({ _tag: "EmailTaken", email })
export const usernameTaken = (username: string): UsernameTaken => ({ _tag: "UsernameTaken", username })

/** The refusal where the store's constraint found that another player has the wanted address or name by now. */
export const refusalOfTaken = (
  field: keyof TakenNames,
  { email = "", username = "" }: WantedNames
): EmailTaken | UsernameTaken => field === "email" ? emailTaken(email) : usernameTaken(username)
