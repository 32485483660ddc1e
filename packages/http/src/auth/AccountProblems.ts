/** Problems that more than one request about an account may meet. */
import type { TooManyChanges } from "@ddd/core/ports/Accounts"
import { refuse } from "../problems/Problem.ts"

export const refuseEmailTaken = refuse("email_taken", "There is an account with this address.")
export const refuseUsernameTaken = refuse("username_taken", "This name is taken; choose another.")
/** `what` can be done so often a day: "A password can be changed". */
export const refuseTooMany = (what: string) => ({ max, retryAfter }: Pick<TooManyChanges, "max" | "retryAfter">) =>
  refuse(
    "rate_limited",
    `${what} ${max} times a day (UTC), and was. Nothing was changed; try again tomorrow.`,
    { retryAfter }
  )

export const refuseMailedToken = refuse(
  "invalid_token",
  "This link does not work: it is too old, was used before, or a newer one was sent. Ask for another."
)
