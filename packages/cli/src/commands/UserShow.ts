/** `ddd user show`: one player, the wallet, and what happened to the account lately. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { onAccounts } from "./OnDatabase.ts"
import { eventJson, eventTable, findUser, profileJson, userJson, userText } from "./UserText.ts"

/** How many of the newest events are shown. */
const eventsMax = 20

export const showUser = Effect.fn("ddd user show")(function*(who: string, { json }: { readonly json?: true }) {
  const { events, profile, user } = yield* onAccounts(Effect.gen(function*() {
    const user = yield* findUser(who)
    return {
      user,
      profile: yield* (yield* Accounts).profile(user.id),
      events: yield* (yield* SecurityLog).of(user.id, eventsMax)
    }
  }))
  yield* json === true
    ? printJson({
      ...userJson(user),
      ...profile === null ? {} : profileJson(profile),
      events: events.map(eventJson)
    })
    : print(`${userText(user, profile)}\n\n${eventTable(events)}`)
  return done
})
