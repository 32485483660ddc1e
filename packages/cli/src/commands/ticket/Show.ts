/** `ddd ticket show`: one ticket at length; exit code 1 where its seal does not hold. */
import { readTicketId } from "@ddd/core/operators/Search"
import { Draws } from "@ddd/core/ports/Draws"
import { Lookup } from "@ddd/core/ports/Lookup"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { done, refuted } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onDraws } from "../OnDatabase.ts"
import { boughtJson, boughtText } from "./TicketText.ts"

/** There is no such ticket. */
class NoSuchTicket extends Data.TaggedError("NoSuchTicket")<{ readonly message: string }> {}

const run = Effect.fn("ddd ticket show")(function*(text: string, { json }: JsonFlag) {
  const { bought, check } = yield* onDraws(Effect.gen(function*() {
    const id = readTicketId(text)
    const bought = id === null ? null : yield* (yield* Lookup).ticket(id)
    if (bought === null) {
      return yield* new NoSuchTicket({
        message: `There is no ticket ${visible(text)}: give a number such as DDL-20260203-7K3QX.`
      })
    }
    const { ticketId, userId } = bought.ticket
    // of a room's ticket only members learn anything
    return { bought, check: yield* (yield* Draws).checkTicket(ticketId, userId) }
  }))
  yield* json === true ? printJson(boughtJson(bought, check)) : print(boughtText(bought, check))
  return check?.sealValid === false ? refuted : done
})

export const showTicket: Declare = (perform) =>
  command(
    "show",
    "one ticket: its buyer, place, seal, result and movement; exit code 1 where the seal does not hold",
    "ddd ticket show DDL-20260203-7K3QX"
  )
    .argument("<ticket>", "its number, in any case")
    .addOption(jsonOption())
    .action((text, flags) => perform(run(text, flags)))
