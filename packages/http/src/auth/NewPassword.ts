/** Takes a new password, if an account may have it, as what is stored of it. */
import { type PasswordContext, passwordRefusalMessage, refusePassword } from "@ddd/core/accounts/Password"
import type { Passwords } from "@ddd/core/ports/Passwords"
import { Effect, Redacted } from "effect"
import { type Problem, refuseField } from "../problems/Problem.ts"
import { refuseBusy } from "../problems/Unavailability.ts"

/** The PHC string of a password that the field `password` carried. One that may not be used is refused before any hashing. */
export const newPasswordHash = (
  passwords: Passwords["Service"],
  password: string,
  context: PasswordContext
): Effect.Effect<Redacted.Redacted, Problem<"invalid_request" | "unavailable">> =>
  Effect.suspend((): Effect.Effect<Redacted.Redacted, Problem<"invalid_request" | "unavailable">> => {
    const refusal = refusePassword(password, context)
    return refusal === undefined
      ? passwords.hash(Redacted.make(password)).pipe(
        Effect.map((hash) => Redacted.make(hash)),
        Effect.catchTag("HashingBusy", () => refuseBusy)
      )
      : refuseField("password", passwordRefusalMessage(refusal))
  })
