/** `ddd user limits`: what a player allows themselves, how much of it is used, what bars them, and deposits that were more than that. */
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption, whoArgument } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { first, remarkOfMore } from "../Pages.ts"
import { barringText, excessTable, limitsJson, limitsTable } from "./LimitsText.ts"
import { findUser, nameOf, userJson } from "./UserText.ts"

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
