/** Limits, time-outs and exclusions, as the API shows and takes them (docs/api.md, "Limits"). */
import { limitNames, limitText } from "@ddd/core/money/Limits"
import { cents } from "@ddd/core/money/Money"
import { exclusionDaysMax, exclusionDaysMin, timeOutHoursMax, timeOutHoursMin } from "@ddd/core/play/Exclusion"
import type { LimitChange, LimitsView } from "@ddd/core/play/LimitChange"
import { Schema } from "effect"
import { described } from "../schemas/Described.ts"
import { Money, moneyFrom } from "../schemas/Money.ts"
import { InstantText } from "../schemas/Time.ts"

/** More tickets of a draw than this nobody limits themselves to. */
const ticketsMax = 1_000_000

const LimitMoney = moneyFrom("LimitMoney", cents(0n))
const Tickets = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: ticketsMax }, {
    message: `must be a whole number from 1 to ${ticketsMax.toLocaleString("en")}`
  })
)

const PendingBody = described({
  limit: [Schema.Literals(limitNames), "Which limit is to be raised, or to go", "dailySpend"],
  value: [
    Schema.NullOr(Schema.String),
    "What it is to be: an amount, of `ticketsPerDraw` a number of tickets; null: none",
    "50.00"
  ],
  actsAt: [InstantText, "From when on it can be confirmed, and is in force then"],
  confirmBy: [InstantText, "Until when it can be; it lapses then"]
}).annotate({ identifier: "PendingLimit", description: "A limit that is to be raised, or to go" })

export const LimitsBody = described({
  dailySpend: [Schema.NullOr(Money), "On tickets a day, UTC; null: no limit", "20.00"],
  weeklySpend: [Schema.NullOr(Money), "On tickets a week, from Monday", "50.00"],
  monthlySpend: [Schema.NullOr(Money), "On tickets a month", null],
  dailyDeposit: [Schema.NullOr(Money), "Deposited a day", null],
  weeklyDeposit: [Schema.NullOr(Money), "Deposited a week", null],
  monthlyDeposit: [Schema.NullOr(Money), "Deposited a month", "100.00"],
  ticketsPerDraw: [Schema.NullOr(Schema.Int), "Tickets of one day's draw", null],
  pending: [Schema.Array(PendingBody), "What is to be raised"]
}).annotate({ identifier: "Limits", description: "What a player allows themselves" })

const changed = "; null: none, left out: as it is"

export const ChangeLimits = described({
  dailySpend: [Schema.optionalKey(Schema.NullOr(LimitMoney)), `On tickets a day, UTC${changed}`, "20.00"],
  weeklySpend: [Schema.optionalKey(Schema.NullOr(LimitMoney)), `On tickets a week, from Monday${changed}`, "50.00"],
  monthlySpend: [Schema.optionalKey(Schema.NullOr(LimitMoney)), `On tickets a month${changed}`, null],
  dailyDeposit: [Schema.optionalKey(Schema.NullOr(LimitMoney)), `Deposited a day${changed}`, null],
  weeklyDeposit: [Schema.optionalKey(Schema.NullOr(LimitMoney)), `Deposited a week${changed}`, null],
  monthlyDeposit: [Schema.optionalKey(Schema.NullOr(LimitMoney)), `Deposited a month${changed}`, "100.00"],
  ticketsPerDraw: [Schema.optionalKey(Schema.NullOr(Tickets)), `Tickets of one day's draw${changed}`, 10]
})

const hours = `must be a whole number from ${timeOutHoursMin} to ${timeOutHoursMax}`
const days = `must be a whole number from ${exclusionDaysMin} to ${exclusionDaysMax}`

export const TimeOut = described({
  hours: [
    Schema.Int.check(Schema.isBetween({ minimum: timeOutHoursMin, maximum: timeOutHoursMax }, { message: hours })),
    "For how many hours from now on",
    24
  ]
})

export const SelfExclusion = described({
  days: [
    Schema.Int.check(Schema.isBetween({ minimum: exclusionDaysMin, maximum: exclusionDaysMax }, { message: days })),
    "For how many days from now on",
    180
  ]
})

export const UntilBody = described({
  until: [InstantText, "Until when: never sooner than was asked for before"]
})

/** Limits as the API shows them. */
export const limitsBody = ({ inForce, pending }: LimitsView): typeof LimitsBody.Type => {
  const { ticketsPerDraw, ...money } = inForce
  const shown = (value: bigint | null) => value === null ? null : cents(value)
  return {
    dailySpend: shown(money.dailySpend),
    weeklySpend: shown(money.weeklySpend),
    monthlySpend: shown(money.monthlySpend),
    dailyDeposit: shown(money.dailyDeposit),
    weeklyDeposit: shown(money.weeklyDeposit),
    monthlyDeposit: shown(money.monthlyDeposit),
    ticketsPerDraw: ticketsPerDraw === null ? null : Number(ticketsPerDraw),
    pending: pending.map(({ limit, value, ...times }) => ({
      limit,
      value: value === null ? null : limitText(limit, value),
      ...times
    }))
  }
}

/** What of the limits a request changes; null where it names none. */
export const limitChangeOf = (
  { ticketsPerDraw, ...money }: typeof ChangeLimits.Type
): LimitChange | null => {
  const change: LimitChange = ticketsPerDraw === undefined
    ? money
    : { ...money, ticketsPerDraw: ticketsPerDraw === null ? null : BigInt(ticketsPerDraw) }
  return Object.keys(change).length === 0 ? null : change
}
