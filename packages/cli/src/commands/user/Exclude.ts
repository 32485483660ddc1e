/** `ddd user exclude`: excludes a player who asked for it, or has to be. It can be made longer, and never shorter. */
import { exclusionDaysMax, exclusionDaysMin } from "@ddd/core/play/Exclusion"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { formatInstant } from "@ddd/core/values/Instant"
import { Option } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument, wholeNumber } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { protecting } from "../OnDatabase.ts"
import { findUser, nameOf, userJson } from "./UserText.ts"

interface ExcludeFlags extends JsonFlag, GuardFlags {
  readonly days: number
}

const run = Effect.fn("ddd user exclude")(function*(who: string, { days, json, ...flags }: ExcludeFlags) {
  const { until, user } = yield* protecting(Effect.gen(function*() {
    const user = yield* findUser(who)
    const act = yield* guard(
      "user exclude",
      `${nameOf(user)} buys nothing for ${days} days, and is in no new room; nobody can make that shorter.`,
      flags
    )
    const until = yield* (yield* PlayControls).exclude(user.id, days, { _tag: "Operator", act })
    return { user, until }
  }))
  yield* json === true
    ? printJson({ ...userJson(user), excludedUntil: formatInstant(until) })
    : print(
      `${nameOf(user)} is excluded until ${formatInstant(until)}: buys nothing, and is in no new room. ` +
        "Withdrawing, and closing the account, go on."
    )
  return done
})

export const excludeUser: Declare = (perform) =>
  guarded(command(
    "exclude",
    "exclude a player from play; never for shorter than before",
    "ddd user exclude ann@example.com --days 180 --reason 'asked for it by letter'"
  ))
    .addArgument(whoArgument())
    .addOption(
      new Option("--days <n>", "for how many days from now on").makeOptionMandatory()
        .argParser(wholeNumber(exclusionDaysMin, exclusionDaysMax))
    )
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
