/** What may happen to the books, as plain data: a stream of commands is replayed as it was, and shrinks well. */
import * as fc from "fast-check"
import type { LimitedPeriod } from "./ExpectedLimits.ts"

/**
 * A command. `player` is taken modulo the players there are.
 *
 * Those of a player may run beside those of others; `SignUp`, `Freeze`, `Advance`, `RunDue`, `Rush` and `Audit` have the
 * world to themselves.
 */
export type Command = PlayerCommand | WorldCommand

export type PlayerCommand =
  /** `reference` is one of a few of the player's own, so that deposits are repeated and contradicted. In cents. */
  | { readonly _tag: "Deposit"; readonly player: number; readonly amount: number; readonly reference: number }
  | {
    readonly _tag: "Buy"
    readonly player: number
    readonly quantity: number
    /** One of a few keys of the player's own, or none. */
    readonly key: number | null
    readonly draw: "any" | "today" | "tomorrow" | "yesterday"
  }
  /** `count` purchases at the same time, each by itself or all under a new key. */
  | {
    readonly _tag: "BuyTogether"
    readonly player: number
    readonly quantity: number
    readonly count: number
    readonly underOneKey: boolean
  }
  /** The purchase made under the key, once more. */
  | { readonly _tag: "Retry"; readonly player: number; readonly key: number }
  /** The store refunds a deposit, or reverses that; perhaps before the deposit was told of. */
  | { readonly _tag: "Refund"; readonly player: number; readonly reference: number; readonly isReversal: boolean }
  | {
    readonly _tag: "Withdraw"
    readonly player: number
    /** In cents. */
    readonly amount: number
    /** One of the few keys that the player's purchases have too, or none. */
    readonly key: number | null
    readonly winningsOnly: boolean
  }
  /** In cents; null: no limit any more. */
  | { readonly _tag: "Limit"; readonly player: number; readonly period: LimitedPeriod; readonly value: number | null }
  | { readonly _tag: "ConfirmLimits"; readonly player: number }
  /** The provider gets on with one of the player's withdrawals, as far as it is not there yet. */
  | { readonly _tag: "PayOut"; readonly player: number; readonly which: number; readonly outcome: PayOutOutcome }

/** `sent`: asked for the transfer, and nobody knows what came of it. `returned`: paid, and sent back by the bank. */
export type PayOutOutcome = "sent" | "paid" | "refused" | "returned"

export type WorldCommand =
  | { readonly _tag: "SignUp" }
  | { readonly _tag: "Freeze"; readonly player: number }
  | { readonly _tag: "Advance"; readonly millis: number }
  /** The clockwork runs, on every node at the same time. */
  | { readonly _tag: "RunDue" }
  /** Midnight: the clockwork runs on every node while everybody buys. */
  | { readonly _tag: "Rush" }
  | { readonly _tag: "Audit" }

const [second, hour] = [1000, 3_600_000]
const day = 24 * hour

const player = fc.nat({ max: 7 })
const key = fc.nat({ max: 2 })
const quantity = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 7, max: 100 }) }
)

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      _tag: fc.constant("Deposit" as const),
      player,
      amount: fc.oneof(fc.constantFrom(100, 500, 1000, 5000), fc.integer({ min: 1, max: 9999 })),
      reference: fc.nat({ max: 5 })
    })
  },
  {
    weight: 26,
    arbitrary: fc.record({
      _tag: fc.constant("Buy" as const),
      player,
      quantity,
      key: fc.option(key),
      draw: fc.oneof(
        { weight: 5, arbitrary: fc.constant("any" as const) },
        { weight: 2, arbitrary: fc.constant("today" as const) },
        { weight: 1, arbitrary: fc.constantFrom("tomorrow" as const, "yesterday" as const) }
      )
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      _tag: fc.constant("BuyTogether" as const),
      player,
      quantity: fc.integer({ min: 1, max: 4 }),
      count: fc.integer({ min: 2, max: 8 }),
      underOneKey: fc.boolean()
    })
  },
  { weight: 8, arbitrary: fc.record({ _tag: fc.constant("Retry" as const), player, key }) },
  {
    weight: 7,
    arbitrary: fc.record({
      _tag: fc.constant("Refund" as const),
      player,
      reference: fc.nat({ max: 5 }),
      isReversal: fc.boolean()
    })
  },
  {
    weight: 7,
    arbitrary: fc.record({
      _tag: fc.constant("Withdraw" as const),
      player,
      amount: fc.oneof(fc.constantFrom(100, 500), fc.integer({ min: 1, max: 2000 })),
      key: fc.option(key),
      winningsOnly: fc.boolean()
    })
  },
  {
    weight: 7,
    arbitrary: fc.record({
      _tag: fc.constant("PayOut" as const),
      player,
      which: fc.nat({ max: 3 }),
      outcome: fc.constantFrom<PayOutOutcome>("sent", "paid", "refused", "returned")
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constant("Limit" as const),
      player,
      period: fc.constantFrom("daily" as const, "weekly" as const),
      value: fc.option(fc.constantFrom(0, 300, 1_000, 5_000))
    })
  },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("ConfirmLimits" as const), player }) },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("SignUp" as const) }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Freeze" as const), player }) },
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constant("Advance" as const),
      millis: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(1, second, hour, 12 * hour) },
        { weight: 6, arbitrary: fc.constantFrom(day, 2 * day) },
        // past all that is published
        { weight: 1, arbitrary: fc.constant(9 * day) }
      )
    })
  },
  { weight: 6, arbitrary: fc.record({ _tag: fc.constant("RunDue" as const) }) },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Rush" as const) }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Audit" as const) }) }
)

/** Streams of up to `maxCommands` commands, of any length up to that. */
export const streams = (maxCommands: number): fc.Arbitrary<Array<Command>> =>
  fc.array(command, { maxLength: maxCommands, size: "max" })
