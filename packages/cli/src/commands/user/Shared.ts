/** `ddd user shared`: players who have had one mailbox since before mailboxes were compared. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { sharingTable, userJson } from "./UserText.ts"

/** How many mailboxes are shown. */
const mailboxesMax = 1_000

const run = Effect.fn("ddd user shared")(function*({ json }: JsonFlag) {
  const sharing = yield* onAccounts(Accounts.use((accounts) => accounts.sharingMailboxes(mailboxesMax)))
  if (json === true) yield* printJson(sharing.map((players) => players.map(userJson)))
  else yield* print(sharing.length === 0 ? "No two players have one mailbox." : sharingTable(sharing))
  return done
})

export const listSharing: Declare = (perform) =>
  command("shared", "players who have one mailbox, by two spellings of its address", "ddd user shared")
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
