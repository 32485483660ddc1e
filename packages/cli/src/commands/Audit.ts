/** `ddd audit`: checks every invariant of the books over the whole database, and shows the rows that break one. */
import { Books } from "@ddd/core/ports/Books"
import { Effect } from "effect"
import { done, refuted } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { auditJson, auditText } from "./AuditText.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"
import { onDraws } from "./OnDatabase.ts"

const run = Effect.fn("ddd audit")(function*({ json }: JsonFlag) {
  const report = yield* onDraws(Effect.flatMap(Books, (books) => books.audit))
  yield* json === true ? printJson(auditJson(report)) : print(auditText(report))
  return report.findings.length === 0 ? done : refuted
})

export const audit: Declare = (perform) =>
  command(
    "audit",
    "check every invariant of the books; exit code 1 where one is broken, with the rows",
    "ddd audit --json"
  )
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
