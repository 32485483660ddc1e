/** Addresses and names that somebody else has. */
import { refuse } from "../problems/Problem.ts"

export const refuseEmailTaken = refuse("email_taken", "There is an account with this address.")
export const refuseUsernameTaken = refuse("username_taken", "This name is taken; choose another.")
