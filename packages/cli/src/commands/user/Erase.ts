/**
 * `ddd user erase`: removes what is personal of a player, and keeps the books and the proofs valid.
 *
 * It cannot be undone, so the operator writes the player's name once more: on the terminal, or as `--yes <name>`.
 */
import type { EraseReason } from "@ddd/core/accounts/Refusals"
import { formatCents } from "@ddd/core/money/Money"
import { Accounts, type UserSummary } from "@ddd/core/ports/Accounts"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { ask, isSomebodyThere } from "../../terminal/Ask.ts"
import { print, printJson, remark } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { reasonedAct, type ReasonFlag, reasonOption } from "../Guarded.ts"
import { protecting } from "../OnDatabase.ts"
import { findUser, nameOf } from "./UserText.ts"

/** Nobody was erased; the message says why. */
class NotErased extends Data.TaggedError("NotErased")<{ readonly message: string }> {}

const goes =
  "Address, name, password, sessions, country and identity check go, and the key without which the log of the account is noise."
const stays =
  "Tickets, wallet movements and proofs stay as they are, under the id alone; so does the time and kind of each event."

/** A reason, and what to do about it. */
export const eraseReasonText = (reason: EraseReason): string => {
  switch (reason._tag) {
    case "Balance":
      return `$${formatCents(reason.amount)} in the wallet: the player spends or withdraws it` + (
        reason.awaitingIdentity === 0n
          ? ""
          : `; $${formatCents(reason.awaitingIdentity)} of it can be withdrawn once they are verified: ddd kyc show`
      )
    case "PayoutUnderWay":
      return `$${formatCents(reason.amount)} on its way out, or back from a bank: wait until it is paid or back; ` +
        "ddd withdrawals list --held"
    case "PayoutReturnable":
      return `the bank may send a payout back: wait until ${formatInstant(reason.until)}`
    case "Debt":
      return `a debt of $${formatCents(reason.amount)}: whatever is credited pays it`
    case "UndrawnTickets":
      return `tickets not drawn yet: ${reason.tickets}; wait for their draws`
    case "HostsOthers":
      return `rooms of theirs with tickets of others: ${reason.rooms}; the host closes or starts them, ` +
        "or freeze the player: the server closes them then, and pays every ticket back"
  }
}

const whyRefused = (reasons: ReadonlyArray<EraseReason>): string =>
  ["The player cannot be erased now. Nothing was changed.", ...reasons.map((reason) => `- ${eraseReasonText(reason)}`)]
    .join("\n")

const confirm = Effect.fnUntraced(function*({ username }: UserSummary, yes: string | undefined) {
  if (yes === undefined && !isSomebodyThere()) {
    return yield* new NotErased({
      message: `Nobody is there to confirm it. Say --yes ${visible(username)} to erase this player.`
    })
  }
  if (yes === undefined) yield* remark(`${goes}\n${stays}\nIt cannot be undone.`)
  const written = yes ?? (yield* ask("To erase this player, write the name: "))
  if (written === username) return
  return yield* new NotErased({
    message: `${visible(JSON.stringify(written))} is not the player's name. Nothing was changed.`
  })
})

/** `yes`: the exact name of the player, where it is said beforehand. */
const run = Effect.fn("ddd user erase")(
  function*(who: string, { json, yes, ...flags }: JsonFlag & ReasonFlag & { readonly yes?: string }) {
    const user = yield* protecting(Effect.gen(function*() {
      const accounts = yield* Accounts
      const user = yield* findUser(who)
      if (user.erased) return yield* new NotErased({ message: `The player ${user.id} is erased already.` })
      yield* confirm(user, yes)
      const act = yield* reasonedAct("user erase", flags)
      yield* Effect.catchTag(
        accounts.erase(user.id, act),
        "EraseRefused",
        ({ reasons }) => Effect.fail(new NotErased({ message: whyRefused(reasons) }))
      )
      return user
    }))
    yield* json === true ? printJson({ id: user.id, erased: true }) : print(`${nameOf(user)} is erased. ${stays}`)
    return done
  }
)

export const eraseUser: Declare = (perform) =>
  command(
    "erase",
    "remove what is personal of a player; books and proofs stay valid; asks for the name",
    "ddd user erase ann@example.com",
    "ddd user erase ann@example.com --yes ann --reason 'asked for by mail'"
  )
    .addArgument(whoArgument())
    .option("--yes <name>", "the player's exact name, instead of being asked")
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
