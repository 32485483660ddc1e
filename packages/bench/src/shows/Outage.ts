/**
 * The database in trouble: paused, full of other people's connections, its disk full. Players are told to come again, and are served again
 * once it is over, with nobody's help.
 */
import { type PgConnection, provision, session } from "@ddd/adapters-pg/database/Provision"
import * as EmbeddedPostgres from "@ddd/adapters-pg/embedded/EmbeddedPostgres"
import { signalAll } from "@ddd/adapters-pg/testing/PostgresSignals"
import { aligned } from "@ddd/cli/terminal/Table"
import { cents } from "@ddd/core/money/Money"
import { Effect, Exit, Redacted, Scope } from "effect"
import { randomBytes } from "node:crypto"
import { performance } from "node:perf_hooks"
import { type Buyers, startBuyers } from "../support/Buyers.ts"
import { inside } from "../support/Inside.ts"
import { makePlayers } from "../support/Players.ts"
import { freePort, originAt, startServer } from "../support/ServerProcess.ts"
import { urlOf } from "../support/SharedDatabase.ts"
import { smallDisk } from "../support/SmallDisk.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { morning, must, type Show } from "./Show.ts"
import { isRefusal, isSale, judgeBuyers, tally, words } from "./SoldOnce.ts"

/** Something that is wrong with a database for a while; the scope ends it. */
interface Trouble {
  readonly name: string
  /** How long it lasts at full size, in seconds, once everybody has felt it. */
  readonly lasts: number
  readonly begin: Effect.Effect<void, unknown, Scope.Scope>
}

const paused = ({ folder }: EmbeddedPostgres.EmbeddedPostgres): Trouble => ({
  name: "its processes stopped",
  lasts: 30,
  begin: Effect.asVoid(Effect.acquireRelease(
    Effect.sync(() => signalAll(folder, "SIGSTOP")),
    () => Effect.sync(() => signalAll(folder, "SIGCONT"))
  ))
})

/** How often the application's connections are ended until others have all there are. */
const evictionsMax = 200

/** Another role takes every connection, also those that the application had. */
const occupied = ({ admin }: EmbeddedPostgres.EmbeddedPostgres, app: PgConnection): Trouble => ({
  name: "its connections used up",
  lasts: 10,
  begin: Effect.gen(function*() {
    const sql = yield* session(admin)
    const password = randomBytes(12).toString("hex")
    yield* sql.unsafe(`CREATE ROLE other LOGIN PASSWORD '${password}'`)
    const other = { ...admin, username: "other", password: Redacted.make(password) }
    const scope = yield* Effect.scope
    const takeWhatIsFree = Effect.exit(Scope.provide(session(other), scope)).pipe(
      Effect.repeat({ until: Exit.isFailure })
    )
    for (let evictions = 0; evictions < evictionsMax; evictions++) {
      yield* takeWhatIsFree
      const left = yield* sql`
        SELECT 1 FROM pg_stat_activity, pg_terminate_backend(pid) WHERE usename = ${app.username}`
      if (left.length === 0) return
    }
    yield* must(false, () => `the application still had connections after ${evictionsMax} evictions`)
  })
})

const seconds = (millis: number): string => (millis / 1_000).toFixed(1)

/** Waits until each buyer is sold what it asks for from now on. */
const allSold = ({ untilEach }: Buyers, what: string) => {
  const from = performance.now()
  return untilEach(what, (answered) => isSale(answered) && answered.askedAt >= from)
}

/** Lets the database be in trouble until every buyer has felt it and it has lasted, and waits until each is sold something again. */
const endure = Effect.fnUntraced(function*(buyers: Buyers, { begin, lasts, name }: Trouble, isFull: boolean) {
  yield* allSold(buyers, "a sale to everybody")
  const begunAt = performance.now()
  yield* Effect.scoped(Effect.gen(function*() {
    yield* begin
    const from = performance.now()
    yield* buyers.untilEach(name, (answered) => isRefusal(answered) && answered.askedAt >= from)
    const rest = begunAt + lasts * 1_000 - performance.now()
    if (isFull && rest > 0) yield* Effect.sleep(rest)
  }))
  const endedAt = performance.now()
  yield* allSold(buyers, `a sale to everybody after: ${name}`)
  const soldAt = performance.now()
  const said = yield* tally(buyers.answers.filter(({ answeredAt }) => answeredAt >= begunAt && answeredAt < soldAt))
  return [name, seconds(endedAt - begunAt), seconds(soldAt - endedAt), ...said]
})

const heading = ["", "for", "until all were sold again", ...words, "slowest answer"]

export const outage: Show = {
  name: "outage",
  promise:
    "the database paused for 30 s, its connections used up, its disk full: players are told to come again, and all goes on by itself",
  run: Effect.fn("Outage")(function*(size) {
    const isFull = size === "full"
    const disk = yield* smallDisk
    const postgres = yield* EmbeddedPostgres.start(disk?.folder ?? (yield* temporaryDataDir), {
      max_connections: "40",
      shared_buffers: "64MB",
      max_wal_size: "64MB"
    })
    const { app, owner } = yield* provision(postgres.admin, "ddd_show")
    const environment = {
      // what the server remembers is on another disk than the database, as docs/operations/restoring.md asks for
      DATA_DIR: yield* temporaryDataDir,
      DATABASE_URL: urlOf(app),
      DATABASE_OWNER_URL: urlOf(owner),
      DEV_CLOCK_START: morning
    }
    const server = yield* startServer(environment, yield* freePort)
    const players = yield* makePlayers(isFull ? 16 : 4, () => cents(10_000_00n)).pipe(
      Effect.provide(inside(environment, originAt(server.port)))
    )
    const buyers = yield* startBuyers({ ports: [server.port], players, pauseMillis: isFull ? 20 : 100 })
    const full: ReadonlyArray<Trouble> = disk === null ? [] : [{
      name: "its disk full",
      lasts: 10,
      begin: Effect.asVoid(Effect.acquireRelease(disk.fill, () => disk.empty))
    }]
    const rows: Array<ReadonlyArray<string>> = []
    for (const trouble of [paused(postgres), occupied(postgres, app), ...full]) {
      rows.push(yield* endure(buyers, trouble, isFull))
    }
    yield* buyers.stop
    return [
      `${buyers.count} buyers at one server, in seconds:`,
      ...aligned([heading, ...rows], heading.map((_, at) => at).slice(1)).split("\n"),
      ...(disk === null ? ["NOT shown: its disk full, for which a small file system has to be mounted (root)"] : []),
      ...yield* judgeBuyers(environment, [server], buyers)
    ]
  })
}
