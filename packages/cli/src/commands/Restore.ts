/**
 * `ddd restore`: puts a backup back into an empty database, audits the books, and says what the backup lacks of what was acknowledged
 * (decision 88, docs/operations/restoring.md).
 */
import { visible } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import { resolve } from "node:path"
import { settingsFor } from "../config/Environment.ts"
import { proofDirOf } from "../DataDir.ts"
import { done, refuted } from "../ExitCode.ts"
import { withCallable } from "../Invocation.ts"
import * as Logging from "../Logging.ts"
import { count } from "../terminal/Numbers.ts"
import { print, printJson } from "../terminal/Output.ts"
import { auditJson, auditText } from "./AuditText.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"

/** What is known to be lost; then what is to be done, which is the same whether or not anything is. */
const next = (lost: ReadonlyArray<string> | null, remembers: boolean, proofDir: string): string => {
  const known = lost !== null
    ? ["It lacks:", ...lost.map((each) => `  ${visible(each)}`)]
    : remembers
    ? []
    : [
      `Nothing is remembered of it in ${
        visible(proofDir)
      }, so nothing can be said of what was done since it was made. ` +
      "If that folder is another machine's, go on there."
    ]
  return [
    ...known,
    "A server that starts on it sells, draws and pays out nothing until `ddd restored` (docs/operations/restoring.md)."
  ].join("\n")
}

const run = Effect.fn("ddd restore")(function*(folder: string, { json }: JsonFlag) {
  const settings = yield* settingsFor("database", "draws")
  return yield* Effect.gen(function*() {
    const { restoreFrom } = yield* Effect.promise(() => import("../backup/Restoring.ts"))
    const { lost, manifest, place, remembers, report, schemaProblem } = yield* restoreFrom(resolve(folder), settings, {
      quiet: json === true
    })
    const code = report === null || report.findings.length === 0 ? done : refuted
    if (json === true) {
      const audit = report === null ? null : auditJson(report)
      yield* printJson({ database: place, manifest, schema: schemaProblem, audit, lost })
      return code
    }
    if (report !== null) yield* print(auditText(report))
    const { draws, tickets, transactions, users } = manifest.counts
    yield* print(
      `${visible(place)} is as it was at ${visible(manifest.madeAt)}: ${count(users)} users, ${count(draws)} draws, ${
        count(tickets)
      } tickets, ${count(transactions)} transactions.`
    )
    if (schemaProblem !== null) yield* print(withCallable(`It was not audited: ${schemaProblem}; then \`ddd audit\`.`))
    yield* print(withCallable(next(lost, remembers, proofDirOf(settings))))
    return code
  }).pipe(Effect.scoped, Effect.provide(Logging.layer(settings)))
})

export const restore: Declare = (perform) =>
  command(
    "restore",
    "put a backup back into an empty database, audit the books, and say what was lost since, as far as it is known; exit code 1 where they do not hold",
    "ddd restore /var/backups/ddd/20260203T000000Z"
  )
    .argument("<backup>", "the folder of the backup")
    .addOption(jsonOption())
    .action((folder, flags) => perform(run(folder, flags)))
