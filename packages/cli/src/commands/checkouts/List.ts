/** `ddd checkouts list`: what players asked to pay in by Stripe's page, newest first. */
import { type CheckoutStatus, checkoutStatuses } from "@ddd/core/money/Checkout"
import { type CheckoutFilter, Checkouts } from "@ddd/core/ports/Checkouts"
import { Option } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { findUser } from "../user/UserText.ts"
import { checkoutJson, checkoutTable } from "./CheckoutText.ts"

interface Flags extends JsonFlag {
  readonly status?: CheckoutStatus
  readonly user?: string
  readonly limit: number
}

const run = Effect.fn("ddd checkouts list")(function*({ json, limit, status, user }: Flags) {
  const found = yield* onMoney(Effect.gen(function*() {
    const checkouts = yield* Checkouts
    const filter: CheckoutFilter = {
      ...status === undefined ? {} : { status },
      ...user === undefined ? {} : { userId: (yield* findUser(user)).id }
    }
    return yield* first((page) => checkouts.list(filter, page), limit)
  }))
  yield* printListed(found, { json, limit }, {
    json: checkoutJson,
    table: checkoutTable,
    nothing: "There are no such checkouts."
  })
  return done
})

export const listCheckouts: Declare = (perform) =>
  command("list", "checkouts, newest first", "ddd checkouts list --status processing")
    .addOption(new Option("--status <status>", "only those of it").choices(checkoutStatuses))
    .option("--user <who>", "only those of a player, by id, e-mail address or name")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
