/** A world on PostgreSQL for the tests: a database of its own, every port on it as the application's role, a clock that moves. */
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { codeOf } from "@ddd/core/rooms/RoomCode"
import { formatInstant, type Instant, instant } from "@ddd/core/values/Instant"
import type { Job } from "@ddd/core/values/Job"
import * as KeysMemory from "@ddd/sim/memory/KeysMemory"
import { present } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import { layer as client, session } from "../../src/database/Provision.ts"
import { instantOf } from "../../src/database/Rows.ts"
import * as Ports from "../../src/Ports.ts"
import * as NewestSchema from "../../src/testing/NewestSchema.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"

/** A database with the newest schema, copied from one that is migrated once a run. */
export const migrated = Layer.effect(TestDatabase, NewestSchema.make)

/** How far the clocks of a world may be apart, in milliseconds: that of a transaction, and that of the process. */
const apartMillisMax = 1_000

/** UUIDs v7 of the instant, in order within a world, whichever of its clocks says the instant. */
export const identifiers = Layer.sync(Identifiers, () => {
  let counter = 0
  let newest = 0
  return Identifiers.of({
    newId: (at) => {
      counter = (counter + 1) % 0x1000
      newest = Math.abs(newest - at) > apartMillisMax ? at : Math.max(newest + (counter === 0 ? 1 : 0), at)
      const time = newest.toString(16).padStart(12, "0")
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}${randomUUID().slice(18)}`
    },
    newRoomCode: () => present(codeOf(randomBytes(32)))
  })
})

/** The keys of every port, secret to nobody. */
export const keys = Layer.mergeAll(
  KeysMemory.mailedTokens,
  KeysMemory.personalSeal,
  KeysMemory.recordSigner,
  KeysMemory.sealing,
  KeysMemory.seedVault(0),
  identifiers
)

/** Half past ten on a day like any other: far from midnight, whenever the tests run. */
const anInstant = instant(Date.UTC(2026, 1, 3, 10, 30))

/** Sets the database's clock to `startsAt`, and lets the test move it on. */
const world = (startsAt: Instant) =>
  Layer.effect(
    World,
    Effect.gen(function*() {
      const { admin, owner } = yield* TestDatabase
      const sql = yield* session(owner)
      yield* sql`
        UPDATE app_clock SET shift = ${formatInstant(startsAt)}::timestamptz - clock_timestamp(),
          started_as = ${formatInstant(startsAt)}::timestamptz`
      const now = Effect.map(
        sql<{ readonly clock: Date }>`SELECT app_now() AS clock`,
        ([row]) => instantOf(row!.clock)
      )
      return World.of({
        now: Effect.orDie(now),
        advance: (millis) =>
          Effect.orDie(
            Effect.asVoid(sql`UPDATE app_clock SET shift = shift + ${millis}::float8 * interval '1 millisecond'`)
          ),
        freeze: (userId) =>
          Effect.orDie(Effect.asVoid(sql`UPDATE users SET is_active = false WHERE id = ${userId}::uuid`)),
        verify: (userId) =>
          Effect.orDie(Effect.asVoid(sql`UPDATE users SET email_verified = true WHERE id = ${userId}::uuid`)),
        loseSeed: (drawId) =>
          Effect.gen(function*() {
            const intruder = yield* session(admin)
            yield* intruder`SET session_replication_role = replica`
            yield* intruder`UPDATE draw_secrets SET key_id = 'lost' WHERE draw_id = ${drawId}::uuid`
          }).pipe(Effect.scoped, Effect.orDie),
        jobs: Effect.orDie(Effect.map(
          sql<{ readonly element: Job }>`SELECT element::jsonb AS element FROM jobs ORDER BY sequence`,
          (rows) => rows.map(({ element }) => element)
        ))
      })
    })
  )

/** The application's own client, connected as its role. */
export const app = Layer.unwrap(
  Effect.map(TestDatabase, (database) => client(database.app, { maxConnections: 8, applicationName: "ddd test" }))
)

export interface PgWorldOptions {
  readonly startsAt?: Instant
  readonly ports?: Ports.PortsOptions
}

/** Everything on `client`: ports, their keys, the clock, and below them the database itself. */
export const layerOn = <Client>(
  client: Layer.Layer<Client | PgClient.PgClient, unknown, TestDatabase>,
  options: PgWorldOptions = {}
) =>
  Ports.layer({ clock: { remeasure: "50 millis" }, ...options.ports }).pipe(
    Layer.provideMerge(keys),
    Layer.provideMerge(world(options.startsAt ?? anInstant)),
    Layer.provideMerge(client),
    Layer.provideMerge(migrated)
  )

export const layer = (options: PgWorldOptions = {}) => layerOn(app, options)
