/** `ddd purchases list`: purchases that are not credited yet, oldest first, and why. */
import { Fundings } from "@ddd/core/ports/Fundings"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { newest } from "../Pages.ts"
import { openPurchaseJson, openPurchaseTable } from "./PurchaseText.ts"

interface Flags extends JsonFlag {
  readonly limit: number
}

const run = Effect.fn("ddd purchases list")(function*({ json, limit }: Flags) {
  const open = yield* onMoney(Effect.flatMap(Fundings, (fundings) => newest(fundings.listOpen, limit)))
  if (json === true) yield* printJson(open.map(openPurchaseJson))
  else yield* print(open.length === 0 ? "Every purchase is credited or decided about." : openPurchaseTable(open))
  return done
})

export const listPurchases: Declare = (perform) =>
  command("list", "those that wait for their buyer, or for you, oldest first, and why", "ddd purchases list")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
