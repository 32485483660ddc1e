/**
 * The invariants that SQL can say: each query gives the rows that break one.
 *
 * They compare rows with rows. What the sale maintains (a wallet's balance, a draw's account and pot) is what is checked,
 * never what is relied upon. Each is a scan or two with hash joins: seconds for a million tickets.
 */
import type { PgClient } from "@effect/sql-pg"
import { byHandChecks } from "./ByHandChecks.ts"
import { drawChecks } from "./DrawChecks.ts"
import { findingsMax } from "./Findings.ts"
import { moneyInOutChecks } from "./MoneyInOutChecks.ts"
import { roomChecks } from "./RoomChecks.ts"
import { walletChecks } from "./WalletChecks.ts"

/** A row that breaks an invariant, in words. */
export interface BrokenRow {
  readonly subject: string
  readonly detail: string
}

/** The queries, each with the invariant that its rows break. */
export const rowChecks = (sql: PgClient.PgClient) =>
  [...walletChecks, ...drawChecks, ...roomChecks, ...moneyInOutChecks, ...byHandChecks].map(({ invariant, query }) => ({
    invariant,
    rows: sql.unsafe<BrokenRow>(
      `SELECT subject, detail FROM (${query}) AS broken (subject, detail) LIMIT ${findingsMax}`
    )
  }))
