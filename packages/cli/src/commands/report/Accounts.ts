/** `ddd report day` and `report accounts`: what each account of the books held, and what moved. Exit code 1 where that cannot be. */
import { formatSum } from "@ddd/core/money/Money"
import type { Period } from "@ddd/core/money/Statement"
import {
  type AccountLine,
  type AccountReport,
  accountReport,
  type ReportColumn,
  reportColumns
} from "@ddd/core/operators/AccountReport"
import { Books } from "@ddd/core/ports/Books"
import { Now } from "@ddd/core/ports/Now"
import { csvLine, csvText } from "@ddd/core/values/CsvText"
import { type Day, dayAfter, dayStart, formatInstant, type Instant } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { Option } from "commander"
import { Data, Effect, Stream } from "effect"
import { done, refuted } from "../../ExitCode.ts"
import { errorStyle, print, printJson, printPieces, remark, style } from "../../terminal/Output.ts"
import { fitted, stacked } from "../../terminal/Table.ts"
import { command, csvOption, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onDraws } from "../OnDatabase.ts"
import { readDay } from "./Days.ts"

/** The day has not begun. */
class NotYetBegun extends Data.TaggedError("NotYetBegun")<{ readonly message: string }> {}

interface Flags extends JsonFlag {
  readonly csv?: true
}

/** A report, and until when it is: `until` may be in the middle of a day. */
interface Reported extends AccountReport, Period {
  /** The day is not over. */
  readonly isSoFar: boolean
}

const lineJson = ({ account, closing, count, moved, opening }: AccountLine) => ({
  account,
  opening: formatSum(opening),
  ...Object.fromEntries(reportColumns.map((column) => [column, formatSum(moved[column])])),
  closing: formatSum(closing),
  movements: count
})

const reportJson = ({ faults, from, isSoFar, lines, until }: Reported) => ({
  from: formatInstant(from),
  until: formatInstant(until),
  complete: !isSoFar,
  accounts: lines.map(lineJson),
  faults
})

const reportCsv = ({ lines }: Reported): string =>
  [
    csvLine(["account", "opening", ...reportColumns, "closing", "movements"]),
    // an amount is no text from outside, and a number to a spreadsheet
    ...lines.map(({ account, closing, count, moved, opening }) =>
      csvLine([
        csvText(account),
        formatSum(opening),
        ...reportColumns.map((column) => formatSum(moved[column])),
        formatSum(closing),
        String(count)
      ])
    )
  ].join("")

const cellsOf = ({ count, moved }: AccountLine, columns: ReadonlyArray<ReportColumn>): ReadonlyArray<string> =>
  count === 0
    ? columns.map((_, at) => at === 0 ? style.dim("no activity") : "")
    : columns.map((column) => moved[column] === 0n ? "" : formatSum(moved[column]))

/** Columns of which nothing moved are left out. */
const reportTable = ({ from, isSoFar, lines, until }: Reported): string => {
  const moved = reportColumns.filter((column) => lines.some((line) => line.moved[column] !== 0n))
  const columns = moved.length === 0 ? reportColumns.slice(0, 1) : moved
  const table = [
    ["ACCOUNT", "OPENING", ...columns.map((column) => column.toUpperCase()), "CLOSING"],
    ...lines.map((line) => [
      visible(line.account),
      formatSum(line.opening),
      ...cellsOf(line, columns),
      formatSum(line.closing)
    ])
  ]
  const amounts = Array.from({ length: columns.length + 2 }, (_, at) => at + 1)
  return [
    `From ${formatInstant(from)} until ${formatInstant(until)}${isSoFar ? ", which is not the day's end" : ""}`,
    "",
    stacked(table, amounts)
  ].join("\n")
}

const balancesTable = ({ lines, until }: Reported): string =>
  [
    `At ${formatInstant(until)}`,
    "",
    fitted([
      ["ACCOUNT", "BALANCE"],
      ...lines.map(({ account, closing }) => [visible(account), formatSum(closing)])
    ], { right: [1], yields: [] })
  ].join("\n")

const tell = Effect.fnUntraced(function*(
  reported: Reported,
  { csv, json }: Flags,
  table: (reported: Reported) => string
) {
  yield* json === true
    ? printJson(reportJson(reported))
    : csv === true
    ? printPieces(Stream.succeed(reportCsv(reported)), "csv")
    : print(table(reported))
  for (const fault of reported.faults) {
    yield* remark(errorStyle.red(`${fault.slice(0, 1).toUpperCase()}${fault.slice(1)}.`))
  }
  return reported.faults.length === 0 ? done : refuted
})

const report = Effect.fnUntraced(
  function*(periodAt: (now: Instant) => Effect.Effect<Period, NotYetBegun>, day: Day | null) {
    const now = yield* (yield* Now).now
    const period = yield* periodAt(now)
    const end = day === null ? period.until : dayStart(dayAfter(day))
    return { ...accountReport(yield* (yield* Books).sums(period)), ...period, isSoFar: period.until < end }
  }
)

/** A day until its end, or as far as it is. */
const ofDay = (day: Day, now: Instant): Effect.Effect<Period, NotYetBegun> => {
  const [from, end] = [dayStart(day), dayStart(dayAfter(day))]
  return from > now
    ? Effect.fail(new NotYetBegun({ message: `The day ${day} has not begun.` }))
    : Effect.succeed({ from, until: end < now ? end : now })
}

const runDay = Effect.fn("ddd report day")(function*(day: Day, flags: Flags) {
  const reported = yield* onDraws(report((now) => ofDay(day, now), day))
  return yield* tell(reported, flags, reportTable)
})

const runAccounts = Effect.fn("ddd report accounts")(function*({ at, ...flags }: Flags & { readonly at?: Day }) {
  const reported = yield* onDraws(report((now) =>
    at === undefined
      ? Effect.succeed({ from: now, until: now })
      : Effect.map(ofDay(at, now), ({ until }) => ({ from: until, until })), at ?? null))
  return yield* tell(reported, flags, balancesTable)
})

export const reportDay: Declare = (perform) =>
  command(
    "day",
    "what each account held before and after a day, and what moved; exit code 1 where that cannot be",
    "ddd report day 2026-02-03",
    "ddd report day 2026-02-03 --csv > day.csv"
  )
    .argument("<day>", "the day, in UTC, such as 2026-02-03", readDay)
    .addOption(jsonOption().conflicts("csv"))
    .addOption(csvOption())
    .action((day, flags) => perform(runDay(day, flags)))

export const reportAccounts: Declare = (perform) =>
  command(
    "accounts",
    "what each account of the books holds; exit code 1 where that cannot be",
    "ddd report accounts",
    "ddd report accounts --at 2026-02-03 --json"
  )
    .addOption(new Option("--at <day>", "at the end of a day, in UTC; now where not given").argParser(readDay))
    .addOption(jsonOption().conflicts("csv"))
    .addOption(csvOption())
    .action((flags) => perform(runAccounts(flags)))
