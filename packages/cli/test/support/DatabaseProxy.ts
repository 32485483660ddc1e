/** A way to the database of a test that can be lost in all the ways in which networks and servers lose one. */
import type { PgConnection } from "@ddd/adapters-pg/database/Provision"
import { Effect, Redacted, type Scope } from "effect"
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from "node:net"
import { join } from "node:path"

/**
 * - `open`: everything passes.
 * - `silent`: connections stand and are taken, and nothing passes: a server that is paused.
 * - `half-open`: nothing passes on the connections that stood before; new ones are as ever.
 * - `closed`: connections end, and new ones are refused after they were taken.
 */
export type Way = "open" | "silent" | "half-open" | "closed"

export interface DatabaseProxy {
  readonly port: number
  readonly set: (way: Way) => void
  /** Ends every connection, as a server that restarts does. */
  readonly reset: () => void
  /** How many connections were refused. */
  readonly refused: () => number
}

const targetOf = ({ host = "127.0.0.1", port = 5432, url }: PgConnection): NetConnectOpts => {
  if (url !== undefined) {
    const { hostname, port: own } = new URL(Redacted.value(url))
    return { host: hostname, port: Number(own || "5432") }
  }
  return host.startsWith("/") ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port }
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  lost: boolean
}

/** Listens on a port of this machine; the scope ends it. */
export const databaseProxy = (target: PgConnection): Effect.Effect<DatabaseProxy, never, Scope.Scope> =>
  Effect.gen(function*() {
    let way: Way = "open"
    let refused = 0
    const pairs = new Set<Pair>()
    const listener = createServer((client) => {
      if (way === "closed") {
        refused++
        return client.destroy()
      }
      const server = connect(targetOf(target))
      const pair: Pair = { client, server, lost: false }
      pairs.add(pair)
      const end = () => {
        pairs.delete(pair)
        client.destroy()
        server.destroy()
      }
      for (const [from, to] of [[client, server], [server, client]] as const) {
        from.on("error", end).on("close", end)
        // what is lost is taken from its sender, and never told
        from.on("data", (chunk) => {
          if (!pair.lost && way !== "silent") to.write(chunk)
        })
      }
      return undefined
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        listener.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.sync(() => {
          for (const { client, server } of pairs) {
            client.destroy()
            server.destroy()
          }
          listener.close()
        })
    )
    const reset = () => {
      for (const { client, server } of Array.from(pairs)) {
        client.resetAndDestroy()
        server.destroy()
      }
    }
    return {
      port: (listener.address() as AddressInfo).port,
      set: (next) => {
        way = next
        if (next !== "open") { for (const pair of pairs) pair.lost = true }
        if (next === "closed") reset()
      },
      reset,
      refused: () => refused
    }
  })

/** The same database by way of a port of this machine. */
export const through = ({ database, password, username }: PgConnection, ...ports: ReadonlyArray<number>): string =>
  `postgres://${encodeURIComponent(username)}:${
    password === undefined ? "" : encodeURIComponent(Redacted.value(password))
  }@${ports.map((port) => `127.0.0.1:${port}`).join(",")}/${database}`
