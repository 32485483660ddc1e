/** Two PostgreSQL of which one follows the other, two servers that know both, and players who buy at both servers all the time. */
import { provision } from "@ddd/adapters-pg/database/Provision"
import { cents } from "@ddd/core/money/Money"
import { Effect } from "effect"
import { performance } from "node:perf_hooks"
import { type Buyers, startBuyers } from "../support/Buyers.ts"
import { inside } from "../support/Inside.ts"
import { makePlayers } from "../support/Players.ts"
import { makePlaces, makeStandby, type Node, type Places, run } from "../support/Replication.ts"
import { type Environment, freePort, originAt, type ServerProcess, startServer } from "../support/ServerProcess.ts"
import { urlOf } from "../support/SharedDatabase.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { morning, type Size } from "./Show.ts"
import { isSale } from "./SoldOnce.ts"

/** How long a cluster manager takes to find a primary dead. Patroni's `ttl` is 30 s unless it is set. */
export const noticeMillis = (size: Size): number => size === "full" ? 5_000 : 500

export interface Stage {
  readonly places: Places
  readonly environment: Environment
  readonly servers: ReadonlyArray<ServerProcess>
  readonly buyers: Buyers
}

export interface Pair {
  readonly primary: Node
  readonly standby: Node
}

/** Two PostgreSQL, two servers that know both, and buyers at both servers. */
export const setUp = Effect.fnUntraced(function*(size: Size) {
  const places = yield* makePlaces
  const [first, second] = places.clusters
  const primary = yield* run(places, first)
  const { app, owner } = yield* provision(primary.admin, "ddd_show")
  const standby = yield* makeStandby(places, primary, second)
  const host = `${primary.host},${standby.host}`
  const ports = [yield* freePort, yield* freePort] as const
  const environment = {
    DATA_DIR: yield* temporaryDataDir,
    DATABASE_URL: urlOf({ ...app, host }),
    DATABASE_OWNER_URL: urlOf({ ...owner, host }),
    DEV_CLOCK_START: morning,
    // tokens are good at each of the servers
    PUBLIC_URL: originAt(ports[0])
  }
  const servers: Array<ServerProcess> = []
  for (const port of ports) servers.push(yield* startServer(environment, port))
  const full = size === "full"
  const players = yield* makePlayers(full ? 32 : 6, () => cents(10_000_00n)).pipe(
    Effect.provide(inside(environment, environment.PUBLIC_URL))
  )
  const buyers = yield* startBuyers({ ports, players, pauseMillis: full ? 20 : 100 })
  const stage: Stage = { places, environment, servers, buyers }
  return { stage, pair: { primary, standby } }
})

/** Buyers are sold what they ask for from now on, each of them. */
export const allSold = ({ buyers }: Stage, what: string) => {
  const from = performance.now()
  return buyers.untilEach(what, (answered) => isSale(answered) && answered.askedAt >= from)
}
