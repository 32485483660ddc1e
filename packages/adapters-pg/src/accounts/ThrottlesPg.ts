/**
 * Counters of failed sign-ins and of wrong codes on PostgreSQL, shared by every process. Nothing in them names a person or an address
 * in clear.
 */
import { homeOf, networkOf } from "@ddd/core/accounts/Network"
import {
  admit,
  countersFor,
  type CounterWrite,
  countSuccess,
  knownNetworkMillis,
  remembersNetworks,
  takeBack,
  type ThrottleCounter,
  type ThrottledAct,
  type ThrottleKind,
  type ThrottleState
} from "@ddd/core/accounts/Throttle"
import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { type Admission, type Attempt, Throttles } from "@ddd/core/ports/Throttles"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Result } from "effect"
import type { SqlError } from "effect/sql"
import { instantOf } from "../database/Rows.ts"
import { transact } from "../database/Transaction.ts"

interface CounterRow {
  readonly key: string
  readonly failures: number
  readonly failed_at: Date
  readonly wait_until: Date
}

/** What keeps the counters of one act apart from those of another. Sign-ins were there first, and have no name. */
const prefixes: Record<ThrottledAct, string> = { sign_in: "", sign_up: "sign_up\n", room_code: "room_code\n" }

/** An account that somebody signs in to, as `known_networks` and the counters name it. */
export const accountPseudonym = (
  seal: PersonalSeal["Service"],
  account: string,
  act: ThrottledAct = "sign_in"
): string => seal.pseudonym(`${prefixes[act]}account\n${account}`)

const keysOf = (seal: PersonalSeal["Service"], { account, act, ip }: Attempt) => {
  const [home, network, prefix] = [homeOf(ip), networkOf(ip), prefixes[act]]
  return {
    account: accountPseudonym(seal, account, act),
    network: seal.pseudonym(`${prefix}network\n${network}`),
    account_and_home: seal.pseudonym(`${prefix}account_and_home\n${account}\n${home}`),
    account_and_network: seal.pseudonym(`${prefix}account_and_network\n${account}\n${network}`)
  } satisfies Record<ThrottleKind, string>
}

/** How `known_networks` names where an attempt comes from. */
const originsOf = (seal: PersonalSeal["Service"], { ip }: Attempt) => ({
  home: seal.pseudonym(`network\n${homeOf(ip)}`),
  network: seal.pseudonym(`network\n${networkOf(ip)}`)
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const seal = yield* PersonalSeal
  const knownSince = sql`app_now() - ${knownNetworkMillis}::float8 * interval '1 millisecond'`

  /** Locks the counters that bind the attempt, in the order of their keys, and reads them and the clock. */
  const lockCounters = Effect.fnUntraced(function*(attempt: Attempt) {
    const keys = keysOf(seal, attempt)
    // a crash may forget the last half second of attempts; to wait for the disk would make all sign-ins of a network queue for it
    yield* sql`SET LOCAL synchronous_commit TO off`
    const origins = originsOf(seal, attempt)
    const known = remembersNetworks(attempt.act)
      ? yield* sql<{ readonly network: string }>`
        SELECT network FROM known_networks
        WHERE account = ${keys.account} AND network = ANY (${
        Object.values(origins)
      }::text[]) AND seen_at > ${knownSince}`
      : []
    const isKnown = (origin: string) => known.some(({ network }) => network === origin)
    const kinds = countersFor(attempt.act, {
      isHomeKnown: isKnown(origins.home),
      isNetworkKnown: isKnown(origins.network)
    })
    const wanted = kinds.map((kind) => keys[kind])
    // a row that is not there cannot be locked
    yield* sql`
      INSERT INTO throttles (key, failures, failed_at, wait_until)
      SELECT k.key, 0, app_now(), app_now() FROM unnest(${wanted}::text[]) AS k (key) ORDER BY k.key ON CONFLICT DO NOTHING`
    const rows = yield* sql<CounterRow>`
      SELECT key, failures, failed_at, wait_until FROM throttles
      WHERE key = ANY(${wanted}::text[]) ORDER BY key FOR NO KEY UPDATE`
    const [row] = yield* sql<{ readonly clock: Date }>`SELECT app_now() AS clock`
    if (row === undefined) return yield* Effect.die(new Error("a SELECT without FROM gives a row"))
    const states = new Map(rows.map(({ failed_at, failures, key, wait_until }): [string, ThrottleState] => [
      key,
      { failures, failedAt: instantOf(failed_at), waitUntil: instantOf(wait_until) }
    ]))
    return {
      clock: instantOf(row.clock),
      counters: kinds.map((kind): ThrottleCounter => ({ kind, key: keys[kind], state: states.get(keys[kind]) ?? null }))
    }
  })

  /** Writes what became of counters; null: forgotten. Their rows are locked. */
  const write = Effect.fnUntraced(function*(changed: ReadonlyArray<CounterWrite>) {
    const gone = changed.filter(({ state }) => state === null).map(({ key }) => key)
    const kept = changed.flatMap(({ key, state }) => state === null ? [] : [{ key, ...state }])
    if (gone.length > 0) yield* sql`DELETE FROM throttles WHERE key = ANY(${gone}::text[])`
    if (kept.length > 0) {
      yield* sql`
        UPDATE throttles t SET failures = c.failures, failed_at = c.failed_at, wait_until = c.wait_until
        FROM unnest(${kept.map(({ key }) => key)}::text[], ${kept.map(({ failures }) => failures)}::int[],
          ${kept.map(({ failedAt }) => new Date(failedAt))}::timestamptz[],
          ${
        kept.map(({ waitUntil }) => new Date(waitUntil))
      }::timestamptz[]) AS c (key, failures, failed_at, wait_until)
        WHERE t.key = c.key`
    }
  })

  // an attempt that may have been counted, and is told not to have been, is tried again: nothing that anybody asked for is in doubt
  const transactAttempt = <A, R>(count: Effect.Effect<A, SqlError.SqlError, R>) =>
    Effect.mapError(
      transact(sql)(count),
      ({ cause, message, retryAfter }) => new Unavailable({ cause, message, retryAfter })
    )

  const remember = Effect.fnUntraced(function*(attempt: Attempt) {
    const { home, network } = originsOf(seal, attempt)
    // in one order, whoever else does
    yield* sql`
      INSERT INTO known_networks (account, network, seen_at)
      SELECT ${keysOf(seal, attempt).account}, origin, app_now()
      FROM unnest(${[...new Set([home, network])].toSorted()}::text[]) AS origin
      ON CONFLICT (account, network) DO UPDATE SET seen_at = EXCLUDED.seen_at`
  })

  return Throttles.of({
    admit: Effect.fn("ThrottlesPg.admit")(function*(attempt) {
      const { clock, counters } = yield* lockCounters(attempt)
      const admitted = admit(attempt.act, counters, clock)
      if (Result.isFailure(admitted)) return { _tag: "Throttled", ...admitted.failure } satisfies Admission
      yield* write(admitted.success)
      return { _tag: "Admitted" } satisfies Admission
    }, transactAttempt),

    succeeded: Effect.fn("ThrottlesPg.succeeded")(function*(attempt) {
      const { clock, counters } = yield* lockCounters(attempt)
      yield* write(countSuccess(attempt.act, counters, clock))
      if (remembersNetworks(attempt.act)) yield* remember(attempt)
    }, transactAttempt),

    remember: Effect.fn("ThrottlesPg.remember")(remember, transact(sql)),

    takenBack: Effect.fn("ThrottlesPg.takenBack")(function*(attempt) {
      yield* write(takeBack((yield* lockCounters(attempt)).counters))
    }, transactAttempt)
  })
})

export const layer = Layer.effect(Throttles, make)
