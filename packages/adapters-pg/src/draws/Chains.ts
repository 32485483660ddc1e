/** The parameters of the beacons' chains that draws name, a row a chain, never changed: a draw outlives the setting that named its chain. */
import { chainsToKeep, knownChain } from "@ddd/core/draws/DrawChain"
import type { Sha256 } from "@ddd/core/hash/Hash"
import type { FollowedChains } from "@ddd/core/ports/BeaconChains"
import type { ChainInfo } from "@ddd/core/proof/Beacon"
import type { PgClient } from "@effect/sql-pg"
import { Clock, Effect } from "effect"
import type { SqlError } from "effect/sql"

interface ChainRow {
  readonly public_key: string
  readonly period: bigint
  readonly genesis_time: bigint
  readonly genesis_seed: string
  readonly scheme: string
  readonly beacon_id: string
}

const chainOf = (row: ChainRow): ChainInfo => ({
  publicKey: row.public_key,
  period: Number(row.period),
  genesisTime: Number(row.genesis_time),
  genesisSeed: row.genesis_seed,
  schemeID: row.scheme,
  beaconID: row.beacon_id
})

/** How often a server says that it follows a chain, in milliseconds. */
const sayFollowedMillis = 10 * 60_000

export interface Chains {
  readonly forNewDraws: ChainInfo | null
  /** What is known of the chain of that hash (null: none); null: nothing. Looks for one that no setting names in the table, once. */
  readonly named: (name: string | null) => Effect.Effect<ChainInfo | null, SqlError.SqlError>
  /** Keeps a chain that a draw names. Part of the transaction that publishes the draw. */
  readonly keep: (chain: ChainInfo | null) => Effect.Effect<void, SqlError.SqlError>
  /**
   * Keeps every chain that the settings name, with the time, now and then: draws of servers that kept none name them too, and a chain that a
   * server follows is not retired.
   */
  readonly keepFollowed: Effect.Effect<void, SqlError.SqlError>
}

export const makeChains = (
  sql: PgClient.PgClient,
  sha256: Sha256,
  { followed, forNewDraws }: FollowedChains
): Chains => {
  const found = new Map<string, ChainInfo>()
  let saidAt: number | undefined

  const read = Effect.fnUntraced(function*(name: string) {
    const [row] = yield* sql<ChainRow>`
      SELECT public_key, period, genesis_time, genesis_seed, scheme, beacon_id FROM beacon_chains WHERE hash = ${name}`
    return row === undefined ? null : chainOf(row)
  })

  const insert = Effect.fnUntraced(function*(chains: ReadonlyArray<ChainInfo>) {
    for (const { chain, hash } of chainsToKeep(sha256, chains)) {
      yield* sql`
        INSERT INTO beacon_chains (hash, public_key, period, genesis_time, genesis_seed, scheme, beacon_id)
        VALUES (${hash}, ${chain.publicKey}, ${chain.period}::bigint, ${chain.genesisTime}::bigint, ${chain.genesisSeed},
          ${chain.schemeID}, ${chain.beaconID})
        ON CONFLICT DO NOTHING`
    }
  })

  return {
    forNewDraws,
    named: Effect.fnUntraced(function*(name) {
      if (name === null) return null
      const known = found.get(name) ?? knownChain(sha256, name, followed, null) ??
        knownChain(sha256, name, followed, yield* read(name))
      if (known !== null) found.set(name, known)
      return known
    }),
    keep: (chain) => insert(chain === null ? [] : [chain]),
    keepFollowed: Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      if (followed.length === 0 || (saidAt !== undefined && now - saidAt < sayFollowedMillis)) return
      yield* insert(followed)
      for (const { hash } of chainsToKeep(sha256, followed)) {
        yield* sql`
          INSERT INTO followed_chains AS f (hash, followed_at) VALUES (${hash}, app_now())
          ON CONFLICT (hash) DO UPDATE SET followed_at = greatest(f.followed_at, excluded.followed_at)`
      }
      saidAt = now
    })
  }
}
