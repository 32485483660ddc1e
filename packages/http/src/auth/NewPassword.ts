/** Judges new passwords, and hashes those that an account may have. */
import { type PasswordContext, passwordRefusalMessage, refusePassword } from "@ddd/core/accounts/Password"
import { Passwords } from "@ddd/core/ports/Passwords"
import { Effect, Redacted } from "effect"
import { type Problem, refuseField } from "../problems/Problem.ts"
import { refuseBusy } from "../problems/Unavailability.ts"

/** Hashes a password from the field `password` to a PHC string. One that may not be used is refused before any hashing. */
export const makeNewPasswordHash = Effect.gen(function*() {
  const passwords = yield* Passwords
  // loaded here and not by whoever imports this: a command that serves nobody judges no password
  const { estimateGuesses } = yield* Effect.promise(() => import("./PasswordGuesses.ts"))

  return (
    password: string,
    context: PasswordContext
  ): Effect.Effect<Redacted.Redacted, Problem<"invalid_request" | "unavailable">> =>
    Effect.suspend((): Effect.Effect<Redacted.Redacted, Problem<"invalid_request" | "unavailable">> => {
      const refusal = refusePassword(password, context, estimateGuesses)
      return refusal === undefined
        ? passwords.hash(Redacted.make(password)).pipe(
          Effect.map((hash) => Redacted.make(hash)),
          Effect.catchTag("HashingBusy", () => refuseBusy)
        )
        : refuseField("password", passwordRefusalMessage(refusal))
    })
})
