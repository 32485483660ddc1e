/**
 * Addresses and names of players: each is one player's, whatever its case and spelling (`EmailAddress`).
 *
 * Decisions refuse what others have as far as the store can tell beforehand. Of two who want the same at the same time the store's
 * own constraint refuses the second, and `refusalOfTaken` says what that means.
 */
import { isUuid } from "../values/Ids.ts"
import { pickAddressed } from "./EmailAddress.ts"
import type { EmailTaken, UsernameTaken } from "./Refusals.ts"
import type { User } from "./User.ts"

/** Whether two names are the same. They are of ASCII alone, so that no two look alike and differ. */
export const isSameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** The id that a text is, in any case; null where it has not the form of one. */
export const idMeant = (text: string): string | null => {
  const id = text.toLowerCase()
  return isUuid(id) ? id : null
}

/**
 * Whom an operator means by a text. `matches`: all whose id, address or name it may be, oldest first. What has the form of an id is an id
 * and nothing else, since a name may have that form too; then an address is meant before a name.
 */
export const pickMeant = <A extends Pick<User, "id" | "email">>(text: string, matches: ReadonlyArray<A>): A | null => {
  const id = idMeant(text)
  const meant = id === null ? pickAddressed(text, matches) ?? matches[0] : matches.find((match) => match.id === id)
  return meant ?? null
}

/** Whether a new name has the form of an id: whoever is told it would take it for another player's. */
export const isNameLikeId = (username: string): boolean => idMeant(username) !== null

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
