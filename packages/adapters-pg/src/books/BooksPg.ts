/**
 * The auditor on PostgreSQL: every invariant of the books, over the whole database as it stood at one instant.
 *
 * What SQL can say of all rows at once, it says; what needs core's rules (seals, trees, records, winners) is computed here
 * from rows that are read as a stream, so that memory does not grow with the tickets. One read-only snapshot without locks:
 * it runs beside sales, on a replica too.
 */
import { makeSeals } from "@ddd/core/draws/Seals"
import { Books } from "@ddd/core/ports/Books"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { parseVerifierKey } from "@ddd/core/proof/Note"
import { formatInstant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { orUnavailable } from "../database/Transaction.ts"
import { readSums } from "./AccountSums.ts"
import {
  type Answer,
  type AnswerRow,
  makeDuplicateCheck,
  type PurchaseAnswer,
  readAnswer,
  type WithdrawalAnswer
} from "./AnswerAudit.ts"
import { auditDraw, type DrawRow, readDraw } from "./DrawAudit.ts"
import { type Findings, makeFindings } from "./Findings.ts"
import { rowChecks } from "./RowChecks.ts"
import { makeTicketAudit, type TicketRow } from "./TicketAudit.ts"

// rows that are held at a time: a draw has some kilobytes of records
const drawsPage = 200
const answersPage = 1_000

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const sealing = yield* Sealing
  const { sha256 } = sealing
  const sealerOf = makeSeals(sealing).find
  const keys = (yield* RecordSigner).vkeys.map((vkey) => {
    const key = parseVerifierKey(sha256, vkey)
    if (key === undefined) throw new TypeError(`${vkey} is not a verifier key`)
    return key
  })
  const checks = rowChecks(sql)

  const auditRows = Effect.fnUntraced(function*(findings: Findings) {
    for (const { invariant, rows } of checks) {
      for (const { detail, subject } of yield* rows) findings.add(invariant, subject, detail)
    }
  })

  /** Draws in the order of their ids, a page of them with all of their tickets at a time. */
  const auditDraws = Effect.fnUntraced(function*(findings: Findings) {
    let rows = yield* drawsAfter(sql, null)
    for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
      const audits = rows.flatMap((row) => {
        const draw = readDraw(row)
        if (draw !== undefined) {
          return [{ row, id: draw.id, tickets: makeTicketAudit(sha256, sealerOf, draw.id, draw.hours, findings) }]
        }
        findings.add("records-signed", `draw ${row.id}`, "expected the values of a draw, found some that no draw has")
        return []
      })
      const ticketsOf = new Map(audits.map(({ row, tickets }) => [row.id, tickets]))
      yield* ticketsBetween(sql, rows[0]?.id ?? last.id, last.id).pipe(
        Stream.runForEachArray((tickets) =>
          Effect.suspend(() => {
            for (const [draw, own] of Map.groupBy(tickets, (ticket) => ticket.draw_id)) ticketsOf.get(draw)?.take(own)
            // some hundred seals take some milliseconds: others have their turn in between, as below
            return Effect.yieldNow
          })
        )
      )
      for (const { id, row, tickets } of audits) {
        auditDraw(sha256, keys, id, row, tickets.tickets(), findings)
        yield* Effect.yieldNow
      }
      rows = yield* drawsAfter(sql, last.id)
    }
  })

  const auditAnswers = Effect.fnUntraced(function*(findings: Findings) {
    const duplicateOf = makeDuplicateCheck()
    let rows = yield* answersAfter(sql, null)
    for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
      const answers: Array<Answer> = []
      for (const row of rows) {
        const subject = `key ${row.key} of ${row.user_id}`
        const answer = readAnswer(row)
        if (answer === undefined) {
          findings.add(
            "keys-once",
            subject,
            "expected the answer of a purchase or a withdrawal, found one that cannot be read"
          )
        }
        if (answer === undefined || answer === null) continue
        answers.push(answer)
        const earlier = duplicateOf(answer)
        if (earlier !== undefined) {
          const kind = answer._tag === "Purchase" ? "purchase" : "withdrawal"
          findings.add("keys-once", subject, `expected a ${kind} of its own, found that of key ${earlier}`)
        }
      }
      const purchases = answers.filter((answer) => answer._tag === "Purchase")
      for (const { key, own, quantity, user_id } of yield* ticketsNamed(sql, purchases)) {
        findings.add(
          "keys-once",
          `key ${key} of ${user_id}`,
          `expected ${quantity} tickets of one purchase of that player, found ${own}`
        )
      }
      const withdrawals = answers.filter((answer) => answer._tag === "Withdrawal")
      for (const { key, user_id, withdrawal } of yield* withdrawalsMissing(sql, withdrawals)) {
        findings.add(
          "keys-once",
          `key ${key} of ${user_id}`,
          `expected a withdrawal of that player of id ${withdrawal}, found none`
        )
      }
      rows = yield* answersAfter(sql, last)
    }
  })

  const consistently = <A, E, R>(read: Effect.Effect<A, E, R>) =>
    Effect.andThen(unhurried(sql), read).pipe(
      sql.withTransaction,
      Effect.provideService(SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
      orUnavailable
    )

  return Books.of({
    sums: Effect.fn("BooksPg.sums")((period) => consistently(readSums(sql, period))),
    audit: Effect.gen(function*() {
      const findings = makeFindings()
      yield* auditRows(findings)
      yield* auditDraws(findings)
      yield* auditAnswers(findings)
      return { findings: findings.kept(), counted: yield* counted(sql) }
    }).pipe(consistently)
  })
})

export const layer = Layer.effect(Books, make)

/** For this transaction: queries may take as long as they take, with memory for sorts and joins. */
const unhurried = (sql: PgClient.PgClient) =>
  sql`SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
    set_config('work_mem', '64MB', true)`

const drawsAfter = (sql: PgClient.PgClient, after: string | null) =>
  sql<DrawRow>`
    SELECT d.id, kind, draw_date, status, (prize_pool * 100)::bigint AS prize_pool, total_entries, commitment_hash, seed,
      winning_position, opens_at, closes_at, locked_at, draw_at, tree_frontier, entries_root, beacon_chain, beacon_round,
      beacon_signature, open_note, lock_note, result_note, void_note,
      (SELECT w.ticket_id FROM tickets w WHERE w.draw_id = d.id AND w.position = d.winning_position) AS winning_ticket_id,
      (SELECT p.open_note FROM draws p WHERE p.draw_date < d.draw_date ORDER BY p.draw_date DESC LIMIT 1) AS previous_note
    FROM draws d WHERE ${after}::uuid IS NULL OR d.id > ${after}::uuid ORDER BY d.id LIMIT ${drawsPage}`

/** The tickets of a range of draws, draw by draw, in the order of positions. */
const ticketsBetween = (sql: PgClient.PgClient, first: string, last: string) =>
  sql<TicketRow>`
    SELECT draw_id, position, ticket_id, user_id, ticket_hash, owner_commit, seal_key_id, created_at
    FROM tickets WHERE draw_id BETWEEN ${first}::uuid AND ${last}::uuid ORDER BY draw_id, position`.stream

const answersAfter = (sql: PgClient.PgClient, after: AnswerRow | null) =>
  sql<AnswerRow>`
    SELECT user_id, key, body FROM idempotency_keys
    WHERE ${after === null} OR (user_id, key) > (${after?.user_id ?? null}::uuid, ${after?.key ?? null}::text)
    ORDER BY user_id, key LIMIT ${answersPage}`

/** The answers that do not name as many tickets of their player's purchase as they say, and how many they do name. */
const ticketsNamed = (sql: PgClient.PgClient, answers: ReadonlyArray<PurchaseAnswer>) =>
  sql<{ readonly user_id: string; readonly key: string; readonly quantity: number; readonly own: bigint }>`
    SELECT a.user_id, a.key, a.quantity, count(t.id) AS own
    FROM unnest(${answers.map(({ userId }) => userId)}::uuid[], ${answers.map(({ key }) => key)}::text[],
      ${answers.map(({ block }) => block.drawId)}::uuid[], ${answers.map(({ block }) => block.firstPosition)}::int[],
      ${answers.map(({ block }) => block.quantity)}::int[], ${answers.map(({ block }) => block.totalEntries)}::int[],
      ${answers.map(({ block }) => formatInstant(block.purchasedAt))}::timestamptz[])
      AS a (user_id, key, draw_id, first, quantity, entries, at)
    LEFT JOIN tickets t ON t.draw_id = a.draw_id AND t.position BETWEEN a.first AND a.first + a.quantity - 1
      AND t.user_id = a.user_id AND t.total_entries_at_purchase = a.entries AND t.created_at = a.at
    GROUP BY a.user_id, a.key, a.quantity, a.first, a.entries
    HAVING count(t.id) <> a.quantity OR a.first + a.quantity - 1 <> a.entries`

/** The answers whose withdrawal is not there, or another player's. */
const withdrawalsMissing = (sql: PgClient.PgClient, answers: ReadonlyArray<WithdrawalAnswer>) =>
  sql<{ readonly user_id: string; readonly key: string; readonly withdrawal: string }>`
    SELECT a.user_id, a.key, a.withdrawal
    FROM unnest(${answers.map(({ userId }) => userId)}::uuid[], ${answers.map(({ key }) => key)}::text[],
      ${answers.map(({ withdrawalId }) => withdrawalId)}::uuid[]) AS a (user_id, key, withdrawal)
    WHERE NOT EXISTS (SELECT FROM withdrawals w WHERE w.id = a.withdrawal AND w.user_id = a.user_id)`

interface Counted {
  readonly users: number
  readonly draws: number
  readonly tickets: number
  readonly transactions: number
  readonly maturingPrizes: number
}

const counted = (sql: PgClient.PgClient) =>
  Effect.flatMap(
    sql<Counted>`
      SELECT (SELECT count(*) FROM users)::float8 AS users, (SELECT count(*) FROM draws)::float8 AS draws,
        (SELECT count(*) FROM tickets)::float8 AS tickets, (SELECT count(*) FROM transactions)::float8 AS transactions,
        (SELECT count(*) FROM wallets CROSS JOIN LATERAL jsonb_to_recordset(maturing) AS prize (at timestamptz)
          WHERE maturing IS NOT NULL AND at > app_now())::float8 AS "maturingPrizes"`,
    ([row]) => row === undefined ? Effect.die(new Error("counting gives one row")) : Effect.succeed(row)
  )
