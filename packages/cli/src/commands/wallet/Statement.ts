/** `ddd wallet statement`: the movements of a player's wallet in a month, as the player is given them. */
import { type StatementForm, statementPeriod, writeStatement } from "@ddd/core/money/Statement"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { type Month, parseMonth } from "@ddd/core/values/Month"
import { statementCsv } from "@ddd/http/wallet/statement/StatementCsv"
import { statementHtml } from "@ddd/http/wallet/statement/StatementHtml"
import { statementJson } from "@ddd/http/wallet/statement/StatementJson"
import { InvalidArgumentError, Option } from "commander"
import { Data, Effect, Result } from "effect"
import { done } from "../../ExitCode.ts"
import { type PieceKind, printPieces } from "../../terminal/Output.ts"
import { command, csvOption, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { findUser } from "../user/UserText.ts"
import { statementText } from "./StatementText.ts"

/** There is nothing to state yet. */
class NoStatement extends Data.TaggedError("NoStatement")<{ readonly message: string }> {}

interface Flags extends JsonFlag {
  readonly month: Month
  readonly csv?: true
  readonly html?: true
}

const formOf = ({ csv, html, json }: Flags): readonly [StatementForm, PieceKind] =>
  json === true
    ? [statementJson, "json"]
    : csv === true
    ? [statementCsv, "csv"]
    : html === true
    ? [statementHtml, "text"]
    : [statementText, "text"]

const run = Effect.fn("ddd wallet statement")(function*(who: string, flags: Flags) {
  const { month } = flags
  yield* onMoney(Effect.gen(function*() {
    const { id, username } = yield* findUser(who)
    const madeAt = yield* (yield* Now).now
    const period = statementPeriod(month, madeAt)
    if (Result.isFailure(period)) return yield* new NoStatement({ message: `The month ${month} has not begun.` })
    const records = yield* (yield* Ledger).statement(id, period.success)
    const [form, kind] = formOf(flags)
    const head = { user: { id, username }, month, period: period.success, madeAt }
    yield* printPieces(writeStatement(form, head, records), kind)
  }))
  return done
})

const readMonth = (text: string): Month => {
  const month = parseMonth(text)
  if (month === undefined) throw new InvalidArgumentError("It must be a month such as 2026-02.")
  return month
}

export const walletStatement: Declare = (perform) =>
  command(
    "statement",
    "the movements of a player's wallet in a month, with the balance before and after",
    "ddd wallet statement ann@example.com --month 2026-02",
    "ddd wallet statement ann@example.com --month 2026-02 --html > statement.html"
  )
    .addArgument(whoArgument())
    .addOption(
      new Option("--month <month>", "the month, in UTC, such as 2026-02").argParser(readMonth).makeOptionMandatory()
    )
    .addOption(jsonOption().conflicts(["csv", "html"]))
    .addOption(csvOption().conflicts("html"))
    .addOption(new Option("--html", "a page to be printed"))
    .action((who, flags) => perform(run(who, flags)))
