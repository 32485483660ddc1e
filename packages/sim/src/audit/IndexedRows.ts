/** The stored rows, arranged as the checks need them. */
import type { Sealer } from "@ddd/core/draws/Seal"
import type { Sha256 } from "@ddd/core/hash/Hash"
import type { TransactionType } from "@ddd/core/money/Wallet"
import type { Finding } from "@ddd/core/ports/Books"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import type { DrawRow, Rows, TicketRow, TransactionRow } from "./Rows.ts"

export interface Index extends Rows {
  /** By the movement's number. */
  readonly transactionsOf: ReadonlyMap<UserId, ReadonlyArray<TransactionRow>>
  readonly transactionsOn: ReadonlyMap<string, ReadonlyArray<TransactionRow>>
  readonly drawById: ReadonlyMap<DrawId, DrawRow>
  /** By position. */
  readonly ticketsIn: ReadonlyMap<DrawId, ReadonlyArray<TicketRow>>
}

/** What the auditor knows beside the rows. */
export interface AuditKeys {
  readonly sha256: Sha256
  readonly sealerOf: (keyId: string) => Sealer | undefined
  /** Whether this is a note that one of the log's keys signed, and no line in their names is false. */
  readonly isSigned: (note: string) => boolean
}

/** Finds the rows that break one invariant. */
export type Check = (index: Index, keys: AuditKeys) => Iterable<Omit<Finding, "invariant">>

export const indexOf = (rows: Rows): Index => ({
  ...rows,
  transactionsOf: Map.groupBy(rows.transactions.toSorted((a, b) => a.seq - b.seq), (row) => row.userId),
  transactionsOn: Map.groupBy(rows.transactions, (row) => row.counterAccount),
  drawById: new Map(rows.draws.map((draw) => [draw.id, draw])),
  ticketsIn: Map.groupBy(rows.tickets.toSorted((a, b) => a.position - b.position), (row) => row.drawId)
})

/** The movements on a draw's account. */
export const drawAccount = (index: Index, id: DrawId): ReadonlyArray<TransactionRow> =>
  index.transactionsOn.get(`draw:${id}`) ?? []

export const ticketsIn = (index: Index, id: DrawId): ReadonlyArray<TicketRow> => index.ticketsIn.get(id) ?? []

export const sum = (amounts: Iterable<bigint>): bigint => {
  let total = 0n
  for (const amount of amounts) total += amount
  return total
}

/** Movements of one kind by what they refer to. */
export const byReference = (
  transactions: ReadonlyArray<TransactionRow>,
  type: TransactionType
): Map<string | null, Array<TransactionRow>> =>
  Map.groupBy(transactions.filter((row) => row.type === type), (row) => row.referenceId)
