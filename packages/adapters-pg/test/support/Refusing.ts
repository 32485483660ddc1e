/** A database with a little of everything in it, and tests of what it refuses: each thing is tried by hand, in SQL. */
import { type DrawStatus, drawStatuses } from "@ddd/core/draws/Draw"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { commit } from "@ddd/core/proof/Commitment"
import { toHex } from "@ddd/core/values/Bytes"
import { drawId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import type { Vitest } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "./PgWorld.ts"
import { refused, type SqlStateName, tried } from "./Statements.ts"

export const ada = "018f2d5e-7a1b-7cc0-9d3a-00000000000a"
export const bob = "018f2d5e-7a1b-7cc0-9d3a-00000000000b"
export const carlWithoutWallet = "018f2d5e-7a1b-7cc0-9d3a-00000000000c"
export const doraWithoutMoney = "018f2d5e-7a1b-7cc0-9d3a-00000000000d"
export const nobody = "018f2d5e-7a1b-7cc0-9d3a-00000000000f"

/** A draw of each status, all with the same hours. */
export const draws = {
  scheduled: "018f2d5e-7a1b-7cc0-9d3a-0000000000d0",
  open: "018f2d5e-7a1b-7cc0-9d3a-0000000000d1",
  locked: "018f2d5e-7a1b-7cc0-9d3a-0000000000d2",
  drawn: "018f2d5e-7a1b-7cc0-9d3a-0000000000d3",
  void: "018f2d5e-7a1b-7cc0-9d3a-0000000000d4"
} satisfies Record<DrawStatus, string>
export const opens = "2026-01-05T00:00:00.000Z"
export const noon = "2026-01-05T12:00:00.000Z"
export const closes = "2026-01-06T00:00:00.000Z"

export const seed = "5eed".repeat(16)
export const commitmentOf = (draw: string) => toHex(commit(nobleSha256, drawId(draw), Buffer.from(seed, "hex")))
const noTickets = `'\\x${"00".repeat(8)}'::bytea`

const locked = `lock_note = 'lock', entries_root = repeat('0', 64), locked_at = '${closes}', draw_at = '${closes}'`
const drawn = `${locked}, seed = '${seed}', drawn_at = '${closes}', result_note = 'result'`

/** Everything that a draw needs in order to have a status. */
export const assignments: Record<DrawStatus, string> = {
  scheduled: "status = 'scheduled'",
  open: "status = 'open'",
  locked: `status = 'locked', ${locked}`,
  drawn: `status = 'drawn', ${drawn}`,
  void: "status = 'void', result_note = 'void'"
}

export const updateDraw = (draw: string, set: string) => `UPDATE draws SET ${set} WHERE id = '${draw}'`

export interface MovementRow {
  readonly user: string
  readonly seq: number
  readonly amount: string
  readonly after: string
  readonly type?: string
  readonly account?: string
  readonly reference?: string | null
  readonly status?: string
}

export const movements = (...rows: ReadonlyArray<MovementRow>) =>
  `INSERT INTO transactions (id, user_id, wallet_seq, type, amount, balance_after, counter_account, reference_id, status) VALUES ${
    rows.map(
      ({ account = "deposits:test", after, amount, reference, seq, status = "completed", type = "deposit", user }) => {
        const named = reference === undefined ? `'${user} ${seq}'` : reference === null ? "NULL" : `'${reference}'`
        return `(gen_random_uuid(), '${user}', ${seq}, '${type}', ${amount}, ${after}, '${account}', ${named}, '${status}')`
      }
    ).join(", ")
  }`

export const wallet = (user: string, balance: string, seq: number) =>
  `UPDATE wallets SET balance = ${balance}, seq = ${seq} WHERE user_id = '${user}'`

export interface TicketRow {
  readonly draw?: string
  readonly user?: string
  readonly position?: number
  readonly at?: string
  readonly ticketId?: string
}

export const tickets = (...rows: ReadonlyArray<TicketRow>) =>
  `INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit,
     seal_key_id, wallet_seq, created_at) VALUES ${
    rows.map(({ at = noon, draw = draws.open, position = 2, ticketId = `DDL-20260105-0000${position}`, user = ada }) =>
      `(gen_random_uuid(), '${ticketId}', '${draw}', '${user}', ${position}, ${position}, repeat('0', 64), sha256(''), 'key', 3, '${at}')`
    ).join(", ")
  }`

/** What stands before each test: money, a draw of each status, a ticket, a withdrawal on its way out, a kept answer. */
const fixture: ReadonlyArray<string> = [
  ...[ada, bob, carlWithoutWallet, doraWithoutMoney].map((user) =>
    `INSERT INTO users (id, email, username, password_hash) VALUES ('${user}', '${user.slice(-1)}@x.test', '${
      user.slice(-1)
    }', '!')`
  ),
  ...[ada, bob, doraWithoutMoney].map((user) =>
    `INSERT INTO wallets (id, user_id) VALUES (gen_random_uuid(), '${user}')`
  ),
  ...drawStatuses.map((status, day) =>
    `INSERT INTO draws (id, kind, draw_date, status, commitment_hash, opens_at, closes_at, seal_key_id, tree_frontier, open_note)
     VALUES ('${draws[status]}', 'daily', date '2026-01-05' + ${day}, '${status === "scheduled" ? status : "open"}', '${
      commitmentOf(draws[status])
    }', '${opens}', '${closes}', 'key', ${noTickets}, 'open')`
  ),
  `UPDATE draws SET total_entries = 1, prize_pool = 0.95 WHERE id = '${draws.open}'`,
  tickets({ position: 1 }),
  wallet(ada, "10.00", 4),
  movements(
    { user: ada, seq: 1, amount: "10.00", after: "10.00", reference: "test:1" },
    { user: ada, seq: 2, amount: "5.00", after: "15.00", reference: "test:2" },
    { user: ada, seq: 3, amount: "-1.00", after: "14.00", type: "ticket_purchase", account: `draw:${draws.open}` },
    { user: ada, seq: 4, amount: "-4.00", after: "10.00", type: "withdrawal", account: "payouts", status: "pending" }
  ),
  wallet(bob, "5.00", 1),
  movements({ user: bob, seq: 1, amount: "5.00", after: "5.00" }),
  `INSERT INTO idempotency_keys VALUES ('${bob}', 'key', sha256(''), 201, '', app_now())`,
  `INSERT INTO sale_batches (id, abandoned) VALUES ('${nobody}', false)`,
  `INSERT INTO draw_secrets VALUES ('${draws.open}', 'key', '', '')`,
  updateDraw(draws.locked, assignments.locked),
  updateDraw(draws.drawn, assignments.locked),
  updateDraw(draws.drawn, assignments.drawn),
  updateDraw(draws.void, assignments.void)
]

export type Role = "app" | "owner"
const both: ReadonlyArray<Role> = ["app", "owner"]

export class Sessions extends Context.Service<Sessions, Readonly<Record<Role | "other", PgClient.PgClient>>>()(
  "@ddd/adapters-pg/test/Sessions"
) {
  /** Sessions at a database in which the fixture stands. */
  static readonly layer = Layer.effect(
    Sessions,
    Effect.gen(function*() {
      const database = yield* TestDatabase
      const owner = yield* session(database.owner)
      yield* Effect.forEach(fixture, (statement) => owner.unsafe(statement), { discard: true })
      return { owner, app: yield* session(database.app), other: yield* session(database.app) }
    })
  ).pipe(Layer.provide(PgWorld.migrated))
}

const called: Record<Role, string> = { app: "the application", owner: "the owner" }

/** Registers tests of what the database refuses, and of what it must not refuse. */
export const makeTries = (it: Vitest.MethodsNonLive<Sessions>) => ({
  /** The last of the statements is refused; unless `roles` says otherwise to the tables' owner as to the application. */
  refuses: (
    what: string,
    statements: ReadonlyArray<string>,
    state: SqlStateName,
    { roles = both, words }: { readonly roles?: ReadonlyArray<Role>; readonly words?: RegExp } = {}
  ): void => {
    for (const role of roles) {
      it.effect(`refuses ${called[role]}: ${what}`, () =>
        Effect.gen(function*() {
          yield* refused((yield* Sessions)[role], statements, state, words)
        }))
    }
  },
  allows: (what: string, statements: ReadonlyArray<string>): void => {
    for (const role of both) {
      it.effect(`allows ${called[role]}: ${what}`, () =>
        Effect.gen(function*() {
          yield* tried((yield* Sessions)[role], statements)
        }))
    }
  }
})
