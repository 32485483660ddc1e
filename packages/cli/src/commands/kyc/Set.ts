/** `ddd kyc set`: how a player's identity check stands, as an operator says who checked, or knows better than who did. */
import { identityFault } from "@ddd/core/accounts/IdentityCheck"
import { IdentityChecks } from "@ddd/core/ports/IdentityChecks"
import type { Day } from "@ddd/core/values/Instant"
import { type KycStatus, kycStatuses } from "@ddd/core/values/KycStatus"
import { Argument, Option } from "commander"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { protecting } from "../OnDatabase.ts"
import { readDay } from "../report/Days.ts"
import { findPlayer, nameOf } from "../user/UserText.ts"
import { stateJson } from "./KycText.ts"

/** Nothing was changed; the message says why. */
class NotDecided extends Data.TaggedError("NotDecided")<{ readonly message: string }> {}

interface SetFlags extends JsonFlag, GuardFlags {
  readonly dateOfBirth?: Day
}

/** What it means for the player. */
const effects: { readonly [S in KycStatus]: string } = {
  none: "is as if nobody had checked: prizes that wait go on waiting",
  pending: "is being checked: prizes that wait go on waiting",
  verified: "is verified: withdraws without a limit, and prizes that wait are released",
  rejected: "could not be verified, and is mailed so: prizes that wait go on waiting"
}

const run = Effect.fn("ddd kyc set")(
  function*(who: string, status: KycStatus, { dateOfBirth, json, ...flags }: SetFlags) {
    const bornOn = dateOfBirth ?? null
    if (bornOn !== null && status !== "verified") {
      return yield* new NotDecided({
        message:
          "A date of birth is checked of who is verified: say --date-of-birth with verified. Nothing was changed."
      })
    }
    const { changed, state, user } = yield* protecting(Effect.gen(function*() {
      const user = yield* findPlayer(who)
      const checks = yield* IdentityChecks
      const born = bornOn === null ? "" : " The date of birth is the one that was checked, whatever the player said."
      const act = yield* guard("kyc set", `${nameOf(user)} ${effects[status]}.${born}`, flags)
      const changed = yield* Effect.catchTag(
        checks.set(user.id, { status, bornOn }, act),
        "IdentityRefused",
        ({ refusal }) => Effect.fail(new NotDecided({ message: `Nothing was changed: ${identityFault(refusal)}.` }))
      )
      return { user, changed: changed !== null, state: yield* checks.of(user.id) }
    }))
    yield* json === true
      ? printJson({ id: user.id, username: user.username, changed, ...stateJson(state) })
      : print(
        changed ? `${nameOf(user)} ${effects[status]}.` : `${nameOf(user)} is ${status} already: nothing was changed.`
      )
    return done
  }
)

export const setKyc: Declare = (perform) =>
  guarded(
    command(
      "set",
      "say how a player's check stands, and when they were born",
      "ddd kyc set ann@example.com verified --date-of-birth 1990-05-01 --reason 'passport seen, ticket 12'"
    )
  )
    .addArgument(whoArgument())
    .addArgument(new Argument("<status>", "how it stands").choices(kycStatuses))
    .addOption(
      new Option("--date-of-birth <day>", "when the player was born, as was checked; with verified").argParser(readDay)
    )
    .addOption(jsonOption())
    .action((who, status, flags) => perform(run(who, status, flags)))
