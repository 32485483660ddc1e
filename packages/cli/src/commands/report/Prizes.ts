/** `ddd report prizes`: the prizes that are to be told to the tax office (PRIZE_REPORT_FROM), of daily draws and of rooms. */
import { isReported, type Prize, type PrizeThresholds, thresholdAt } from "@ddd/core/draws/PrizeReport"
import { formatCents } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { csvLine, csvText } from "@ddd/core/values/CsvText"
import { type Day, dayAfter, dayOf, dayStart, formatInstant, parseDay } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { Option } from "commander"
import { Data, Effect, Stream } from "effect"
import { settingsFor } from "../../config/Environment.ts"
import { done } from "../../ExitCode.ts"
import { type PieceKind, printPieces } from "../../terminal/Output.ts"
import { command, csvOption, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { readDay } from "./Days.ts"

/** The days are the wrong way round. */
class NoPeriod extends Data.TaggedError("NoPeriod")<{ readonly message: string }> {}

interface Flags extends JsonFlag {
  readonly from?: Day
  readonly to?: Day
  readonly csv?: true
}

/** A prize as it is listed, and the amount that counted when it was paid. */
const fieldsOf = (thresholds: PrizeThresholds, prize: Prize) => ({
  at: formatInstant(prize.at),
  amount: formatCents(prize.amount),
  threshold: formatCents(thresholdAt(thresholds, prize.at)),
  userId: prize.userId,
  username: prize.username,
  country: prize.country,
  kycStatus: prize.kycStatus,
  kind: prize.kind,
  drawDate: prize.drawDate,
  drawId: prize.drawId,
  ticketId: prize.ticketId,
  id: prize.id
})

type Fields = ReturnType<typeof fieldsOf>

const columns = [
  "at",
  "amount",
  "threshold",
  "userId",
  "username",
  "country",
  "kycStatus",
  "kind",
  "drawDate",
  "drawId",
  "ticketId",
  "id"
] as const satisfies ReadonlyArray<keyof Fields>

/** How the list is written: its head, each prize, its end. */
interface Form {
  readonly kind: PieceKind
  readonly begin: string
  readonly prize: (fields: Fields, isFirst: boolean) => string
  readonly end: (isEmpty: boolean) => string
}

const jsonForm: Form = {
  kind: "json",
  begin: "[",
  prize: (fields, isFirst) => `${isFirst ? "" : ","}\n${JSON.stringify(fields)}`,
  end: () => "\n]\n"
}

const csvForm: Form = {
  kind: "csv",
  begin: csvLine(columns),
  // an amount is no text from outside, and a number to a spreadsheet
  prize: (fields) =>
    csvLine(
      columns.map((column) =>
        column === "amount" || column === "threshold" ? fields[column] : csvText(fields[column] ?? "")
      )
    ),
  end: () => ""
}

const row = (cells: readonly [string, string, string, string, string]): string => {
  const [at, amount, kind, ticket, who] = cells
  return `${at.padEnd(24)}  ${amount.padStart(13)}  ${kind.padEnd(5)}  ${ticket.padEnd(20)}  ${who}\n`
}

const textForm = (from: Day, to: Day): Form => ({
  kind: "text",
  begin: row(["WHEN (UTC)", "PRIZE", "DRAW", "TICKET", "PLAYER"]),
  prize: ({ amount, at, country, kind, kycStatus, ticketId, userId, username }) =>
    row([
      at,
      amount,
      kind,
      ticketId,
      // of who was never checked nothing is said
      visible(
        [username ?? "erased", userId, country, kycStatus === "none" ? null : kycStatus].filter((word) => word !== null)
          .join(" ")
      )
    ]),
  end: (isEmpty) => isEmpty ? `No prize from ${from} to ${to} is to be reported.\n` : ""
})

const run = Effect.fn("ddd report prizes")(function*(flags: Flags) {
  const { PRIZE_REPORT_FROM: thresholds } = yield* settingsFor("database", "accounts")
  yield* onMoney(Effect.gen(function*() {
    const today = dayOf(yield* (yield* Now).now)
    const { from = firstOfYear(today), to = today } = flags
    if (from > to) return yield* new NoPeriod({ message: `${to} is before ${from}: the last day comes second.` })
    const form = flags.json === true ? jsonForm : flags.csv === true ? csvForm : textForm(from, to)
    const ledger = yield* Ledger
    let listed = 0
    const prizes = ledger.prizes({ from: dayStart(from), until: dayStart(dayAfter(to)) }).pipe(
      Stream.map((page) =>
        page.filter((prize) => isReported(thresholds, prize))
          .map((prize) => form.prize(fieldsOf(thresholds, prize), listed++ === 0)).join("")
      )
    )
    const text = Stream.succeed(form.begin).pipe(
      Stream.concat(prizes),
      Stream.concat(Stream.suspend(() => Stream.succeed(form.end(listed === 0))))
    )
    yield* printPieces(text, form.kind)
  }))
  return done
})

const firstOfYear = (day: Day): Day => parseDay(`${day.slice(0, 4)}-01-01`) ?? day

export const reportPrizes: Declare = (perform) =>
  command(
    "prizes",
    "prizes at or above PRIZE_REPORT_FROM, oldest first, with who won them",
    "ddd report prizes --from 2026-01-01 --to 2026-12-31 --csv > prizes.csv"
  )
    .addOption(
      new Option("--from <day>", "the first day, in UTC; this year's first where not given").argParser(readDay)
    )
    .addOption(new Option("--to <day>", "the last day; today where not given").argParser(readDay))
    .addOption(jsonOption().conflicts("csv"))
    .addOption(csvOption())
    .action((flags) => perform(run(flags)))
