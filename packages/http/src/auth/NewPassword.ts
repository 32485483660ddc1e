/** Judges new passwords, and hashes those that an account may have. */
import { type PasswordContext, passwordRefusalMessage, refusePassword } from "@ddd/core/accounts/Password"
import { Passwords } from "@ddd/core/ports/Passwords"
import { Effect, Redacted, Semaphore } from "effect"
import { type Problem, refuseField } from "../problems/Problem.ts"
import { refuseBusy } from "../problems/Unavailability.ts"

/** Lets everything be served that came in meanwhile. */
const nextTurnOfEventLoop = Effect.callback<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(immediate))
})

/**
 * Hashes a password from the field `password` to a PHC string; one that may not be used is refused before it is hashed.
 *
 * Judging one takes up to 15 ms of the event loop, and anybody may ask for it. So it is done in the turn of its hash, for which a
 * bounded number waits, and for one password between two turns of the event loop (decision 23).
 */
export const makeNewPasswordHash = Effect.gen(function*() {
  const passwords = yield* Passwords
  // loaded here and not by whoever imports this: a command that serves nobody judges no password
  const { estimateGuesses } = yield* Effect.promise(() => import("./PasswordGuesses.ts"))

  const oneByOne = yield* Semaphore.make(1)

  const judge = (password: string, context: PasswordContext): Effect.Effect<void, Problem<"invalid_request">> =>
    nextTurnOfEventLoop.pipe(
      Effect.andThen(Effect.suspend(() => {
        const refusal = refusePassword(password, context, estimateGuesses)
        return refusal === undefined ? Effect.void : refuseField("password", passwordRefusalMessage(refusal))
      })),
      (judged) => oneByOne.withPermit(judged)
    )

  return (
    password: string,
    context: PasswordContext
  ): Effect.Effect<Redacted.Redacted, Problem<"invalid_request" | "unavailable">> =>
    passwords.hash(Redacted.make(password), judge(password, context)).pipe(
      Effect.map((hash) => Redacted.make(hash)),
      Effect.catchTag("HashingBusy", () => refuseBusy)
    )
})
