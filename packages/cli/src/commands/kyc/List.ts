/** `ddd kyc list`: players whose identity check is pending, and others whose prizes wait for one. */
import { IdentityChecks } from "@ddd/core/ports/IdentityChecks"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { waitingJson, waitingTable } from "./KycText.ts"

interface Flags extends JsonFlag {
  readonly limit: number
}

const run = Effect.fn("ddd kyc list")(function*(flags: Flags) {
  const waiting = yield* onAccounts(
    IdentityChecks.use((checks) => first((page) => checks.waiting(page), flags.limit))
  )
  yield* printListed(waiting, flags, {
    json: waitingJson,
    table: waitingTable,
    nothing: "No identity check is pending, and no prize waits for one."
  })
  return done
})

export const listKyc: Declare = (perform) =>
  command("list", "players whose check is pending, and others whose prizes wait for one", "ddd kyc list")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
