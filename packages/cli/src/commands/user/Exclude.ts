/** `ddd user exclude`: excludes a player who asked for it, or has to be. It can be made longer, and never shorter. */
import { exclusionDaysMax, exclusionDaysMin } from "@ddd/core/play/Exclusion"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { formatInstant } from "@ddd/core/values/Instant"
import { InvalidArgumentError, Option } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument, wholeNumber } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { findUser, nameOf, userJson } from "./UserText.ts"

interface ExcludeFlags extends JsonFlag {
  readonly days: number
  readonly reason: string
}

/** Kept with the exclusion, in the security log of the player. */
const reason = (text: string): string => {
  if (/^[^\p{C}]{1,500}$/u.test(text) && text.trim() !== "") return text
  throw new InvalidArgumentError("It must have 1 to 500 visible characters, in one line.")
}

const run = Effect.fn("ddd user exclude")(function*(who: string, { days, json, reason }: ExcludeFlags) {
  const { until, user } = yield* onAccounts(Effect.gen(function*() {
    const user = yield* findUser(who)
    const until = yield* (yield* PlayControls).exclude(user.id, days, { _tag: "Operator", reason })
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
  command(
    "exclude",
    "exclude a player from play; never for shorter than before",
    "ddd user exclude ann@example.com --days 180 --reason 'asked for it by letter'"
  )
    .addArgument(whoArgument())
    .addOption(
      new Option("--days <n>", "for how many days from now on").makeOptionMandatory()
        .argParser(wholeNumber(exclusionDaysMin, exclusionDaysMax))
    )
    .addOption(new Option("--reason <text>", "why, for the security log").makeOptionMandatory().argParser(reason))
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
