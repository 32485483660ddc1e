/** The handler of a wallet's statement. */
import { type StatementForm, statementPeriod, writeStatement } from "@ddd/core/money/Statement"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import type { Month } from "@ddd/core/values/Month"
import { Effect, Result, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { refuseField } from "../../problems/Problem.ts"
import { refuseUnread } from "../../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../../requests/Authentication.ts"
import { LongAnswers } from "../../requests/LongAnswers.ts"
import type { statementFormats } from "./StatementBodies.ts"
import { statementCsv } from "./StatementCsv.ts"
import { statementHtml, statementPolicy } from "./StatementHtml.ts"
import { statementJson } from "./StatementJson.ts"

type StatementFormat = typeof statementFormats[number]

interface Written {
  readonly form: StatementForm
  readonly contentType: string
  readonly headers: (name: string) => Readonly<Record<string, string>>
}

const written: { readonly [Format in StatementFormat]: Written } = {
  json: { form: statementJson, contentType: "application/json", headers: () => ({}) },
  csv: {
    form: statementCsv,
    contentType: "text/csv; charset=utf-8; header=present",
    headers: (name) => ({ "content-disposition": `attachment; filename="${name}.csv"` })
  },
  html: {
    form: statementHtml,
    contentType: "text/html; charset=utf-8",
    headers: (name) => ({
      "content-disposition": `inline; filename="${name}.html"`,
      "content-security-policy": statementPolicy,
      "referrer-policy": "no-referrer"
    })
  }
}

export const makeStatement = Effect.gen(function*() {
  const accounts = yield* Accounts
  const ledger = yield* Ledger
  const { now } = yield* Now
  const { begin } = yield* LongAnswers

  return ({ format = "json", month }: { readonly format?: StatementFormat; readonly month: Month }) =>
    Effect.gen(function*() {
      const { userId } = yield* CurrentUser
      const madeAt = yield* now
      const period = statementPeriod(month, madeAt)
      if (Result.isFailure(period)) return yield* refuseField("month", "has not begun")
      const { username } = (yield* accounts.profile(userId)) ?? (yield* refuseUnknownPlayer)
      yield* begin(userId)
      const records = yield* ledger.statement(userId, period.success)
      const { contentType, form, headers } = written[format]
      const head = { user: { id: userId, username }, month, period: period.success, madeAt }
      return HttpServerResponse.stream(Stream.encodeText(writeStatement(form, head, records)), {
        contentType,
        headers: headers(`statement-${month}`)
      })
    }).pipe(Effect.catchTags({ UnknownUser: () => refuseUnknownPlayer, Unavailable: refuseUnread }))
})
