/** That SQL finds what core's `stepsAhead` says, for draws in every state. */
import { awaitedRounds, type WaitingDraw } from "@ddd/core/draws/AwaitedRounds"
import { type DrawStatus, drawStatuses } from "@ddd/core/draws/Draw"
import { expireAfterMillis, type StepFacts, stepsAhead } from "@ddd/core/draws/DrawSteps"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { Draws } from "@ddd/core/ports/Draws"
import { commit } from "@ddd/core/proof/Commitment"
import { toHex } from "@ddd/core/values/Bytes"
import { type DrawId, drawId, houseUserId } from "@ddd/core/values/Ids"
import { formatInstant, type Instant, instant } from "@ddd/core/values/Instant"
import { property } from "@ddd/sim/contract/Property"
import { World } from "@ddd/sim/World"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { session } from "../../src/database/Provision.ts"
import { dueSteps, nextDueAt, stepsAheadOfDraws } from "../../src/draws/DueSteps.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

const hour = 3_600_000
const chainHash = "ab".repeat(32)
const seed = new Uint8Array(32).fill(7)

/** A time that is whole hours before or after the clock, or is the clock's; often such that a step is due exactly at it. */
const someHours = fc.oneof(
  fc.integer({ min: -60 * 24, max: 60 * 24 }),
  fc.integer({ min: -4, max: 0 }),
  fc.integer({ min: -4, max: 0 }).map((hours) => hours - expireAfterMillis / hour)
).map((hours) => hours * hour)

/** Mostly a few. */
const hoursUpTo = (max: number) =>
  fc.oneof(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: 2 })).map((hours) => hours * hour)

interface MadeDraw {
  readonly kind: "daily" | "room"
  readonly status: DrawStatus
  /** When it opens, after the clock; the other times after that one. */
  readonly opensIn: number
  readonly lastsFor: number
  readonly drawAfter: number
  readonly autoDrawAfter: number
  /** Null where nobody bought. */
  readonly firstTicketAfter: number | null
  /** Null while the room has a host. */
  readonly hostGoneAfter: number | null
  readonly isLocked: boolean
  readonly isTiled: boolean
  readonly isVoidBegun: boolean
  readonly beacon: "none" | "missing" | "there"
  readonly round: number
}

const madeDraws = fc.array(
  fc.record<MadeDraw>({
    kind: fc.constantFrom("daily", "room"),
    status: fc.constantFrom(...drawStatuses),
    opensIn: someHours,
    lastsFor: hoursUpTo(48).map((millis) => millis + hour),
    drawAfter: hoursUpTo(48),
    autoDrawAfter: hoursUpTo(48),
    firstTicketAfter: fc.option(hoursUpTo(24), { nil: null }),
    hostGoneAfter: fc.option(hoursUpTo(24), { nil: null }),
    isLocked: fc.boolean(),
    isTiled: fc.boolean(),
    isVoidBegun: fc.boolean(),
    beacon: fc.constantFrom("none", "missing", "there"),
    round: fc.integer({ min: 1, max: 3 })
  }),
  { minLength: 30, maxLength: 60 }
)

/** A made draw as core sees it, with its id and beacon. */
const factsOf = (made: MadeDraw, nth: number, clock: Instant) => {
  const { kind, status } = made
  const opensAt = instant(clock + made.opensIn)
  const closes = instant(opensAt + made.lastsFor)
  const isLocked = status === "locked" || status === "drawn" || (status === "void" && made.isLocked)
  const drawAt = isLocked ? instant(closes + made.drawAfter) : null
  return {
    id: drawId(`019a0000-0000-7000-8000-${nth.toString(16).padStart(12, "0")}`),
    beacon: made.beacon === "none" ? null : { chainHash, round: made.round },
    chain: null,
    kind,
    // a room is on sale from its first day on
    status: kind === "room" && status === "scheduled" ? "open" : status,
    opensAt,
    closesAt: kind === "room" ? null : closes,
    lockedAt: isLocked ? closes : null,
    drawAt,
    autoDrawAt: kind === "room" && drawAt !== null ? instant(drawAt + made.autoDrawAfter) : null,
    firstPurchasedAt: made.firstTicketAfter === null ? null : instant(opensAt + made.firstTicketAfter),
    hostGoneAt: kind === "room" && made.hostGoneAfter !== null ? instant(opensAt + made.hostGoneAfter) : null,
    isRoundMissing: made.beacon === "missing",
    isTiled: isLocked && made.isTiled,
    voidBegunAt: !made.isVoidBegun
      ? null
      : status === "locked"
      ? drawAt
      : kind === "daily" && status === "open"
      ? closes
      : null
  } satisfies StepFacts & WaitingDraw
}

type Facts = ReturnType<typeof factsOf>

const timeOrNull = (at: Instant | null) => at === null ? "NULL" : `'${formatInstant(at)}'`

/** The rows of a draw, and of its room and its first ticket. */
const rowsOf = (draw: Facts, nth: number): ReadonlyArray<string> => {
  const { beacon, id, kind, status } = draw
  const isDecided = status === "drawn" || status === "void"
  const isDrawn = status === "drawn"
  const entries = draw.firstPurchasedAt === null ? 0 : 1
  const drawDate = kind === "room" ? "NULL" : `date '2026-01-01' + ${nth}`
  const signature = beacon === null || draw.isRoundMissing ? "NULL" : "'\\x00'"
  return [
    `INSERT INTO draws (id, kind, draw_date, status, commitment_hash, opens_at, closes_at, locked_at, draws_at, draw_at, seal_key_id,
      tree_frontier, entries_root, tiled_at, beacon_chain, beacon_round, beacon_signature, open_note, lock_note, result_note,
      total_entries, prize_pool, seed, drawn_at, winning_position, void_begun_at, void_note, first_purchased_at, host_gone_at)
     VALUES ('${id}', '${kind}', ${drawDate}, '${status}', '${toHex(commit(nobleSha256, id, seed))}',
      '${formatInstant(draw.opensAt)}', ${timeOrNull(draw.closesAt)}, ${timeOrNull(draw.lockedAt)},
      ${timeOrNull(draw.drawAt)}, ${timeOrNull(draw.drawAt)}, 'key', '', ${
      draw.lockedAt === null ? "NULL" : "repeat('0', 64)"
    },
      ${draw.isTiled ? "now()" : "NULL"}, ${beacon === null ? "NULL" : `'${beacon.chainHash}'`}, ${
      beacon?.round ?? "NULL"
    },
      ${signature}, 'open', ${draw.lockedAt === null ? "NULL" : "'lock'"}, ${isDecided ? "'result'" : "NULL"},
      ${entries}, ${entries} * 0.95, ${isDrawn ? `'${toHex(seed)}'` : "NULL"}, ${isDrawn ? "now()" : "NULL"},
      ${isDrawn && entries === 1 ? "1" : "NULL"}, ${timeOrNull(draw.voidBegunAt)}, ${
      draw.voidBegunAt === null ? "NULL" : "'void'"
    }, ${timeOrNull(draw.firstPurchasedAt)}, ${timeOrNull(draw.hostGoneAt)})`,
    ...(kind === "room"
      ? [
        `INSERT INTO lobbies (id, code, name, host_id, server_draws_at, auto_draw_at) VALUES ('${id}', 'C${nth}', 'x',
          '${houseUserId}', ${timeOrNull(draw.autoDrawAt)}, ${timeOrNull(draw.autoDrawAt)})`
      ]
      : []),
    ...(draw.firstPurchasedAt === null
      ? []
      : [
        `INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit,
          seal_key_id, wallet_seq, created_at)
         VALUES (gen_random_uuid(), 'T-${nth}', '${id}', '${houseUserId}', 1, 1, repeat('0', 64), '', 'key', 1,
          '${formatInstant(draw.firstPurchasedAt)}')`
      ])
  ]
}

/** Has the database's clock be what an expression says, whenever it is read. */
const clockIs = (sql: PgClient.PgClient, expression: string) =>
  sql.unsafe(`CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$ SELECT ${expression} $body$`)

describe("the steps of draws in every state", () => {
  it.live("are found by SQL exactly as core says them", () =>
    Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const { now } = yield* World
      const { awaitedRounds: awaited } = yield* Draws
      const { admin } = yield* TestDatabase
      const intruder = yield* session(admin)
      // rows of any state at once, without the way that leads there: what each row alone must be is checked still
      yield* intruder`SET session_replication_role = replica`
      // it stands still, so that steps can be due exactly at it
      yield* clockIs(intruder, `timestamptz '${formatInstant(yield* now)}'`)
      let dueExactly = 0

      yield* property(12, madeDraws, (made) =>
        Effect.gen(function*() {
          yield* intruder`DELETE FROM tickets`
          yield* intruder`DELETE FROM lobbies`
          yield* intruder`DELETE FROM draws`
          const before = yield* now
          const draws = made.map((draw, nth) => factsOf(draw, nth, before))
          yield* intruder.unsafe(`DO $$ BEGIN ${draws.flatMap(rowsOf).join(";\n")}; END $$`)
          const ahead = draws.flatMap((draw) => stepsAhead(draw, before).map((step) => ({ drawId: draw.id, ...step })))

          const found = yield* sql<{ readonly id: string; readonly due_at: Date }>`
            ${stepsAheadOfDraws(sql, "all")} SELECT id, due_at FROM ahead`
          assert.sameMembers(
            found.map(({ due_at, id }) => `${id} ${due_at.toISOString()}`),
            ahead.map(({ drawId: id, dueAt }) => `${id} ${formatInstant(dueAt)}`)
          )
          dueExactly += ahead.filter(({ dueAt }) => dueAt === before).length
          const due = yield* dueSteps(sql)
          assert.deepStrictEqual(due.map(({ dueAt }) => dueAt), due.map(({ dueAt }) => dueAt).sort((a, b) => a - b))
          const nameOf = (step: { readonly drawId: DrawId; readonly step: string; readonly dueAt: Instant }) =>
            `${step.drawId} ${step.step} ${step.dueAt}`
          assert.sameMembers(due.map(nameOf), ahead.filter(({ dueAt }) => dueAt <= before).map(nameOf))
          const later = ahead.map(({ dueAt }) => dueAt).filter((dueAt) => dueAt > before)
          assert.strictEqual(yield* nextDueAt(sql), later.length === 0 ? null : instant(Math.min(...later)))

          const rounds = (yield* awaited).map(({ drawIds, ...round }) => ({ ...round, drawIds: drawIds.toSorted() }))
          assert.sameDeepMembers(
            rounds,
            awaitedRounds(draws, before).map(({ drawIds, ...round }) => ({ ...round, drawIds: drawIds.toSorted() }))
          )
        }))
      assert.isAbove(dueExactly, 0)
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)

  it.live("are due, or ahead, by one look at the clock", () =>
    Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const { admin } = yield* TestDatabase
      const intruder = yield* session(admin)
      yield* intruder`SET session_replication_role = replica`
      const noon = instant(Date.UTC(2026, 1, 3, 12))
      // a millisecond later at each look, the first at noon
      yield* intruder`CREATE SEQUENCE looks`
      yield* intruder`GRANT USAGE ON looks TO PUBLIC`
      yield* clockIs(
        intruder,
        `timestamptz '${formatInstant(noon)}' + (nextval('public.looks') - 1) * interval '1 millisecond'`
      )
      for (const millis of [0, 1, 2, 3]) {
        const closesAt = instant(noon + millis)
        const made = {
          kind: "daily",
          status: "open",
          isLocked: false,
          isTiled: false,
          isVoidBegun: false,
          beacon: "none",
          round: 1
        } as const
        const times = {
          opensIn: -hour,
          lastsFor: hour + millis,
          drawAfter: 0,
          autoDrawAfter: 0,
          firstTicketAfter: null,
          hostGoneAfter: null
        }
        yield* intruder`DELETE FROM draws`
        for (const row of rowsOf(factsOf({ ...made, ...times }, 0, noon), 0)) yield* intruder.unsafe(row)
        const read = <A, E>(steps: Effect.Effect<A, E>) =>
          Effect.andThen(intruder`SELECT setval('looks', 1, false)`, steps)
        assert.strictEqual((yield* read(dueSteps(sql))).length, millis === 0 ? 1 : 0)
        assert.strictEqual(yield* read(nextDueAt(sql)), millis === 0 ? null : closesAt)
      }
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer({ ports: { clock: { remeasure: "1 hour" } } }))), 180_000)
})
