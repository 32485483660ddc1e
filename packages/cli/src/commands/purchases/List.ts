/** `ddd purchases list`: purchases that are not credited yet, oldest first, and why. */
import { Fundings } from "@ddd/core/ports/Fundings"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { openPurchaseJson, openPurchaseTable } from "./PurchaseText.ts"

interface Flags extends JsonFlag {
  readonly limit: number
}

const run = Effect.fn("ddd purchases list")(function*(flags: Flags) {
  const open = yield* onMoney(Effect.flatMap(Fundings, (fundings) => first(fundings.listOpen, flags.limit)))
  yield* printListed(open, flags, {
    json: openPurchaseJson,
    table: openPurchaseTable,
    nothing: "Every purchase is credited or decided about."
  })
  return done
})

export const listPurchases: Declare = (perform) =>
  command("list", "those that wait for their buyer, or for you, oldest first, and why", "ddd purchases list")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
