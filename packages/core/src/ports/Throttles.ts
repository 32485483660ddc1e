/** Port: counters of failed sign-ins, of sign-ups and of wrong codes, shared by every process. */
import { Context, type Effect } from "effect"
import type { Throttled, ThrottledAct } from "../accounts/Throttle.ts"
import type { Unavailable } from "./Unavailable.ts"

/** Who tries what from where. */
export interface Attempt {
  readonly act: ThrottledAct
  /** At signing in, the address by its identity (`emailIdentity`): known or not, it counts the same. At a room's code, the player's id. At signing up, nobody's. */
  readonly account: string
  /** The client's address. Its network is what counts: /24 of IPv4, /56 of IPv6. */
  readonly ip: string
}

/** What an attempt may do. */
export type Admission =
  | { readonly _tag: "Admitted" }
  | { readonly _tag: "Throttled" } & Throttled

export class Throttles extends Context.Service<Throttles, {
  /** Counts an attempt as failed before it is made, in one transaction over all its counters; or says how long to wait. */
  readonly admit: (attempt: Attempt) => Effect.Effect<Admission, Unavailable>
  /** The attempt was right: it is taken back from its counters. A right password's own counter, of account and network, is forgotten. */
  readonly succeeded: (attempt: Attempt) => Effect.Effect<void, Unavailable>
  /** The account was opened from there: the network counts as one that its owner has signed in from. */
  readonly remember: (attempt: Attempt) => Effect.Effect<void, Unavailable>
  /** An admitted attempt was not made (too many were hashing): one failure less on each of its counters; waits stand as they are. */
  readonly takenBack: (attempt: Attempt) => Effect.Effect<void, Unavailable>
}>()("@ddd/core/ports/Throttles") {}
