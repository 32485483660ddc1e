/** `ddd audit`: checks every invariant of the books over the whole database, and shows the rows that break one. */
import { Books, invariants } from "@ddd/core/ports/Books"
import { visibleData } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import { done, refuted } from "../ExitCode.ts"
import { count } from "../terminal/Numbers.ts"
import { print, printJson, style } from "../terminal/Output.ts"
import { aligned } from "../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"
import { onDraws } from "./OnDatabase.ts"

const run = Effect.fn("ddd audit")(function*({ json }: JsonFlag) {
  const { counted, findings } = yield* onDraws(Effect.flatMap(Books, (books) => books.audit))
  if (json === true) {
    yield* printJson({ holds: findings.length === 0, counted, findings })
  } else {
    const broken = new Set<string>(findings.map(({ invariant }) => invariant))
    yield* print(aligned(
      Object.entries(invariants).map(([name, sentence]) => [
        broken.has(name) ? style.red("✗") : style.green("✓"),
        name,
        style.dim(sentence)
      ])
    ))
    for (const { detail, invariant, subject } of visibleData(findings)) {
      yield* print(style.red(`${invariant}: ${subject}: ${detail}`))
    }
    const { draws, maturingPrizes, tickets, transactions, users } = counted
    const seen = `${count(users)} users, ${count(draws)} draws, ${count(tickets)} tickets, ${
      count(transactions)
    } transactions, ${count(maturingPrizes)} prizes of rooms that rest`
    yield* print(style.bold(
      findings.length === 0
        ? style.green(`The books hold: ${seen}.`)
        : style.red(`The books do not hold: ${findings.length} findings in ${seen}.`)
    ))
  }
  return findings.length === 0 ? done : refuted
})

export const audit: Declare = (perform) =>
  command(
    "audit",
    "check every invariant of the books; exit code 1 where one is broken, with the rows",
    "ddd audit --json"
  )
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
