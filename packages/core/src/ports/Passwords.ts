/**
 * Password hashes: made, checked, recognised as outdated.
 *
 * Which passwords are acceptable at all is not decided here but in `Password.ts`.
 */
import { Context, Data, type Effect, type Redacted } from "effect"

/** As many hashes are under way or waiting as may be: nothing was computed. The request may be repeated a little later. */
export class HashingBusy extends Data.TaggedError("HashingBusy")<{ readonly pendingMax: number }> {
  override get message() {
    return `${this.pendingMax} password hashes are under way or waiting already; try again in a moment`
  }
}

/**
 * Every operation that hashes takes tens of milliseconds off the event loop, waits in a bounded queue for its turn and
 * leaves the queue when interrupted. It dies on a password above `passwordCharactersMax`: callers refuse those first.
 */
export class Passwords extends Context.Service<Passwords, {
  /**
   * A new hash of the password, under a new salt: a PHC string, at most 255 characters.
   *
   * `judge` is done in the hash's turn, before it: so no more passwords are judged at a time, or wait to be, than are hashed. Its
   * failure is the answer, and nothing is hashed.
   */
  readonly hash: <E = never>(
    password: Redacted.Redacted,
    judge?: Effect.Effect<void, E>
  ) => Effect.Effect<string, E | HashingBusy>
  /**
   * Whether the password is the one that `stored` was made from.
   *
   * A stored text that is no hash (an account that cannot sign in) belongs to no password: the answer is `false`, after
   * the same work as `verifyAbsent`.
   */
  readonly verify: (password: Redacted.Redacted, stored: string) => Effect.Effect<boolean, HashingBusy>
  /** For an account that does not exist: always `false`, after the work of checking a current hash. */
  readonly verifyAbsent: (password: Redacted.Redacted) => Effect.Effect<false, HashingBusy>
  /** Whether `stored` was made under other parameters than today's: hash anew once the player has signed in. */
  readonly needsRehash: (stored: string) => boolean
}>()("@ddd/core/ports/Passwords") {}
