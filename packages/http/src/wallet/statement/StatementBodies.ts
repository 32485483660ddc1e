/** What is asked of a statement, and what it holds as JSON (docs/api.md, "Objects"). */
import { transactionTypes } from "@ddd/core/money/Wallet"
import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { described } from "../../schemas/Described.ts"
import { Money } from "../../schemas/Money.ts"
import { InstantText, MonthText } from "../../schemas/Time.ts"
import { TransactionBody } from "../WalletBodies.ts"

export const statementFormats = ["json", "csv", "html"] as const

export const statementQuery = {
  month: MonthText,
  format: Schema.optionalKey(
    Schema.Literals(statementFormats).annotate({
      description: "How it is written: JSON where it is not said, CSV for spreadsheets, HTML to be printed",
      examples: ["json"]
    })
  )
}

const TotalBody = described({
  type: [Schema.Literals(transactionTypes), "The kind of movement", "ticket_purchase"],
  count: [Schema.Int, "How many there were", 12],
  amount: [Money, "What they come to, signed", "-12.00"]
}).annotate({ identifier: "StatementTotal", description: "What the movements of one kind come to" })

export const StatementBody = described({
  month: [MonthText, "The month, in UTC"],
  from: [InstantText, "When it began", "2026-02-01T00:00:00.000Z"],
  until: [InstantText, "When it is over: no part of it", "2026-03-01T00:00:00.000Z"],
  madeAt: [InstantText, "When this was asked for", "2026-03-02T09:00:00.000Z"],
  complete: [Schema.Boolean, "Whether the month was over by then", true],
  openingBalance: [Money, "The balance before the first movement", "20.00"],
  movements: [Schema.Array(TransactionBody), "All of them, oldest first"],
  totals: [Schema.Array(TotalBody), "By type, without those that there are none of"],
  closingBalance: [Money, "The opening balance and all totals", "8.00"]
}).annotate({ identifier: "Statement", description: "A wallet's movements of a month" })

export const StatementCsv = Schema.String.annotate({
  examples: [
    "line,time,type,count,amount,balance,status,reference,id\r\nopening,2026-02-01T00:00:00.000Z,,,,20.00,,,\r\n"
  ]
}).pipe(HttpApiSchema.asText({ contentType: "text/csv" }))

export const StatementHtml = Schema.String.annotate({
  examples: ["<!doctype html>\n<html lang=\"en\">…"]
}).pipe(HttpApiSchema.asText({ contentType: "text/html" }))
