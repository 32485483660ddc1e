/** Who of the users is a player. */
import { houseUserId, type UserId } from "./Ids.ts"

/** A user as far as it tells whether they are a player. */
interface SomeUser {
  readonly userId: UserId
  readonly isErased: boolean
}

/** Whether a user is a player: neither nobody, nor the house, nor erased. */
export const isPlayer = <A extends SomeUser>(user: A | null): user is A =>
  user !== null && user.userId !== houseUserId && !user.isErased
