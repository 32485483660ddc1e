/** What players allow themselves, as operators see it: as JSON, and in columns. */
import { type LimitName, limitNames, limitText, usedOf } from "@ddd/core/money/Limits"
import { formatCents } from "@ddd/core/money/Money"
import type { ExcessiveDeposit, PlayState } from "@ddd/core/ports/PlayControls"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import { style } from "../../terminal/Output.ts"
import { aligned } from "../../terminal/Table.ts"

const valueText = (name: LimitName, value: bigint | null): string | null =>
  value === null ? null : limitText(name, value)

const usedText = (name: LimitName, { counted }: PlayState): string | null =>
  counted === null ? null : valueText(name, usedOf(name, counted))

export const limitsJson = (state: PlayState, excesses: ReadonlyArray<ExcessiveDeposit>) => ({
  limits: Object.fromEntries(limitNames.map((name) => [name, {
    value: valueText(name, state.inForce[name]),
    used: usedText(name, state)
  }])),
  pending: state.pending.map(({ actsAt, confirmBy, limit, value }) => ({
    limit,
    value: valueText(limit, value),
    actsAt: formatInstant(actsAt),
    confirmBy: formatInstant(confirmBy)
  })),
  timedOutUntil: formatInstantOrNull(state.timedOutUntil),
  excludedUntil: formatInstantOrNull(state.excludedUntil),
  depositExcesses: excesses.map(({ amount, at, limit, transactionId }) => ({
    transactionId,
    limit,
    amount: formatCents(amount),
    at: formatInstant(at)
  }))
})

export const limitsTable = (state: PlayState): string =>
  aligned([
    ["LIMIT", "VALUE", "USED", "TO BE"],
    ...limitNames.map((name) => {
      const rise = state.pending.find(({ limit }) => limit === name)
      return [
        name,
        valueText(name, state.inForce[name]) ?? style.dim("none"),
        usedText(name, state) ?? "",
        rise === undefined
          ? ""
          : `${valueText(name, rise.value) ?? "none"} ${
            style.dim(`once confirmed, from ${formatInstant(rise.actsAt)} on`)
          }`
      ]
    })
  ])

export const barringText = ({ excludedUntil, timedOutUntil }: PlayState): string =>
  aligned([
    [style.dim("time-out until"), formatInstantOrNull(timedOutUntil) ?? "none"],
    [style.dim("excluded until"), formatInstantOrNull(excludedUntil) ?? "no"]
  ])

export const excessTable = (excesses: ReadonlyArray<ExcessiveDeposit>): string =>
  aligned([
    ["DEPOSIT", "MORE THAN", "BY", "WHEN"],
    ...excesses.map(({ amount, at, limit, transactionId }) => [
      transactionId,
      limit,
      `$${formatCents(amount)}`,
      formatInstant(at)
    ])
  ])

/** Whether there is anything to be said of what a player limited, or is barred from. */
export const isLimited = ({ excludedUntil, inForce, pending, timedOutUntil }: PlayState): boolean =>
  excludedUntil !== null || timedOutUntil !== null || pending.length > 0 ||
  limitNames.some((name) => inForce[name] !== null)
