/** Problems that more than one request about an account may meet. */
import { refuse } from "../problems/Problem.ts"

export const refuseEmailTaken = refuse("email_taken", "There is an account with this address.")
export const refuseUsernameTaken = refuse("username_taken", "This name is taken; choose another.")
export const refuseMailedToken = refuse(
  "invalid_token",
  "This link does not work: it is too old, was used before, or a newer one was sent. Ask for another."
)
