/** `ddd user sessions`: where a player is signed in. */
import { Sessions } from "@ddd/core/ports/Sessions"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { findUser, nameOf, sessionJson, sessionTable } from "./UserText.ts"

const run = Effect.fn("ddd user sessions")(function*(who: string, { json }: JsonFlag) {
  const { sessions, user } = yield* onAccounts(Effect.gen(function*() {
    const user = yield* findUser(who)
    return { user, sessions: yield* (yield* Sessions).list(user.id) }
  }))
  if (json === true) yield* printJson(sessions.map(sessionJson))
  else yield* print(sessions.length === 0 ? `${nameOf(user)} is signed in nowhere.` : sessionTable(sessions))
  return done
})

export const listSessions: Declare = (perform) =>
  command("sessions", "where a player is signed in", "ddd user sessions ann@example.com")
    .addArgument(whoArgument())
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
