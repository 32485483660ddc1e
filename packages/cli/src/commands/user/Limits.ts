/** `ddd user limits`: what a player allows themselves, how much of it is used, what bars them, and deposits that were more than that. */
import { type LimitName, limitNames, limitText, usedOf } from "@ddd/core/money/Limits"
import { formatCents } from "@ddd/core/money/Money"
import { type ExcessiveDeposit, PlayControls, type PlayState } from "@ddd/core/ports/PlayControls"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson, style } from "../../terminal/Output.ts"
import { aligned } from "../../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption, whoArgument } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { first, remarkOfMore } from "../Pages.ts"
import { findUser, nameOf, userJson } from "./UserText.ts"

const valueText = (name: LimitName, value: bigint | null): string | null =>
  value === null ? null : limitText(name, value)

const usedText = (name: LimitName, { counted }: PlayState): string | null =>
  counted === null ? null : valueText(name, usedOf(name, counted))

const limitsJson = (state: PlayState, excesses: ReadonlyArray<ExcessiveDeposit>) => ({
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

const limitsTable = (state: PlayState): string =>
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

const barringText = ({ excludedUntil, timedOutUntil }: PlayState): string =>
  aligned([
    [style.dim("time-out until"), formatInstantOrNull(timedOutUntil) ?? "none"],
    [style.dim("excluded until"), formatInstantOrNull(excludedUntil) ?? "no"]
  ])

const excessTable = (excesses: ReadonlyArray<ExcessiveDeposit>): string =>
  aligned([
    ["DEPOSIT", "MORE THAN", "BY", "WHEN"],
    ...excesses.map(({ amount, at, limit, transactionId }) => [
      transactionId,
      limit,
      `$${formatCents(amount)}`,
      formatInstant(at)
    ])
  ])

interface LimitsFlags extends JsonFlag {
  readonly limit: number
}

const run = Effect.fn("ddd user limits")(function*(who: string, { json, limit }: LimitsFlags) {
  const { excesses, state, user } = yield* onAccounts(Effect.gen(function*() {
    const user = yield* findUser(who)
    const controls = yield* PlayControls
    return {
      user,
      state: yield* controls.of(user.id),
      excesses: yield* first((page) => controls.excesses(user.id, page), limit)
    }
  }))
  yield* json === true
    ? printJson({ ...userJson(user), ...limitsJson(state, excesses.items) })
    : print([
      nameOf(user),
      limitsTable(state),
      barringText(state),
      ...excesses.items.length === 0 ? [] : [excessTable(excesses.items)]
    ].join("\n\n"))
  yield* remarkOfMore(excesses, limit)
  return done
})

export const showLimits: Declare = (perform) =>
  command("limits", "what a player allows themselves, and what bars them", "ddd user limits ann@example.com")
    .addArgument(whoArgument())
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
