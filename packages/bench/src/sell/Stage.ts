/**
 * What the ways of selling compete on: one PostgreSQL, and on it a database for each way, copies of one.
 *
 * The original is made as the server makes its own: migrated, its draw published and opened by the clockwork, its players
 * signed up and their wallets credited through the ports. Its clock begins in the morning, so that no midnight interferes.
 */
import { workWaits } from "@ddd/adapters-pg/database/Client"
import { fillHistory, type HistorySize } from "@ddd/adapters-pg/database/MadeUpHistory"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { AllServers } from "@ddd/adapters-pg/database/Servers"
import * as EmbeddedPostgres from "@ddd/adapters-pg/embedded/EmbeddedPostgres"
import * as Database from "@ddd/cli/Database"
import { keysOf } from "@ddd/cli/Keys"
import * as Ports from "@ddd/cli/Ports"
import { cents } from "@ddd/core/money/Money"
import { nothingAcknowledged } from "@ddd/core/ports/Acknowledged"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { settingsIn } from "../support/Inside.ts"
import { makePlayers, type Player } from "../support/Players.ts"
import type { Environment } from "../support/ServerProcess.ts"
import { urlOf } from "../support/SharedDatabase.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { schemaDigest } from "./FairPlay.ts"

/** The ways of selling, in the order of their turns: `http` on the default engine, `unlimited` without its limits of requests, `uws` on the other engine. */
export const ways = ["plan", "port", "http", "unlimited", "uws"] as const
export type Way = typeof ways[number]

export interface Stage {
  readonly buyers: ReadonlyArray<Player>
  /** How a program is told to work on the database of a way. */
  readonly environmentOf: (way: Way) => Environment
  /** Of the schema right after its migration. */
  readonly schema: string
  /** The process id of PostgreSQL. */
  readonly postgresPid: number
}

/** What a buyer has: a hundred thousand tickets. */
const funds = cents(10_000_000n)

const morning = "2026-02-03T06:00:00.000Z"

/**
 * Sets the stage; the scope clears it away. `origin` is where the server will be, `more` what else it is told. With a `history` the books
 * do not hold.
 */
export const setUp = Effect.fn("Stage.setUp")(function*(
  buyerCount: number,
  origin: string,
  more: Environment = {},
  history?: HistorySize
) {
  const dataDir = yield* temporaryDataDir
  const environment = { DATA_DIR: dataDir, DEV_CLOCK_START: morning, ...more }
  const settings = yield* settingsIn(environment)
  const { admin, folder } = yield* EmbeddedPostgres.start(dataDir)
  const original = yield* Provision.provision(admin, "ddd_bench")
  const prepared: Database.Database = {
    owner: original.owner,
    app: original.app,
    direct: original.app,
    place: folder,
    embedded: true,
    servers: new AllServers(),
    acknowledged: nothingAcknowledged
  }
  yield* Database.prepare(prepared, settings)
  // as a server does: what is sold is remembered outside the database
  const database = yield* Database.remembering(prepared, settings, { isServer: true })
  const { buyers, schema } = yield* Effect.gen(function*() {
    const schema = yield* schemaDigest
    yield* Clockwork.runDue()
    return { schema, buyers: yield* makePlayers(buyerCount, () => funds) }
  }).pipe(
    Effect.provide(Ports.all(database, yield* keysOf(settings), settings, new URL(origin), workWaits)),
    Effect.scoped
  )

  if (history !== undefined) {
    // copied below, when nobody may be connected any more
    yield* Effect.scoped(
      Effect.flatMap(Provision.session({ ...admin, database: original.name }), (sql) => fillHistory(sql, history))
    )
  }
  const environments = new Map<Way, Environment>()
  for (const way of ways) {
    const copy = yield* Provision.clone(admin, original, `ddd_bench_${way}`)
    environments.set(way, {
      ...environment,
      DATABASE_URL: urlOf(copy.app),
      DATABASE_OWNER_URL: urlOf(copy.owner),
      // a copy has the identity of what it was copied from: what is sold in one is not to be missed in another
      PROOF_DIR: join(dataDir, `proof of ${way}`)
    })
  }
  const stage: Stage = {
    buyers,
    schema,
    environmentOf: (way) => environments.get(way) ?? environment,
    postgresPid: Number.parseInt(readFileSync(join(folder, "data", "postmaster.pid"), "utf8"), 10)
  }
  return stage
})
