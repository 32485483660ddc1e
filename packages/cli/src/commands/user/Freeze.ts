/** `ddd user freeze` and `unfreeze`: a frozen player signs in and buys no more, and is signed out everywhere at once. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { protecting } from "../OnDatabase.ts"
import { findUser, nameOf, userJson } from "./UserText.ts"

const setFrozen = (frozen: boolean) =>
  Effect.fn(`ddd user ${frozen ? "freeze" : "unfreeze"}`)(
    function*(who: string, { json, ...flags }: JsonFlag & GuardFlags) {
      const user = yield* protecting(Effect.gen(function*() {
        const accounts = yield* Accounts
        const user = yield* findUser(who)
        const act = yield* frozen
          ? guard("user freeze", `${nameOf(user)} is signed out everywhere, and signs in and buys no more.`, flags)
          : guard("user unfreeze", `${nameOf(user)} may sign in and buy again.`, flags)
        yield* frozen ? accounts.freeze(user.id, act) : accounts.unfreeze(user.id, act)
        return { ...user, frozen }
      }))
      const text = frozen ? "is frozen: signed out everywhere, and buys nothing." : "may sign in and buy again."
      yield* json === true ? printJson(userJson(user)) : print(`${nameOf(user)} ${text}`)
      return done
    }
  )

export const freezeUser: Declare = (perform) =>
  guarded(
    command(
      "freeze",
      "end a player's sessions, and refuse sign-in and purchases",
      "ddd user freeze ann@example.com"
    )
  )
    .addArgument(whoArgument())
    .addOption(jsonOption())
    .action((who, flags) => perform(setFrozen(true)(who, flags)))

export const unfreezeUser: Declare = (perform) =>
  guarded(command("unfreeze", "let a frozen player sign in and buy again", "ddd user unfreeze ann@example.com"))
    .addArgument(whoArgument())
    .addOption(jsonOption())
    .action((who, flags) => perform(setFrozen(false)(who, flags)))
