/** What stands between a server and its database, and may lose the way: connections stay open, and nothing passes any more. */
import type { PgConnection } from "@ddd/adapters-pg/database/Provision"
import { Effect, Redacted, type Scope } from "effect"
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net"
import { join } from "node:path"

export interface SilentProxy {
  /** The database's URL through the proxy. */
  readonly url: string
  /** From now on nothing passes over the connections that are open; those that are made later are honest. */
  readonly silence: () => void
  /** How many connections are silent and have not been given up. */
  readonly silent: () => number
}

const targetOf = ({ host, port, url }: PgConnection): NetConnectOpts => {
  const read = url === undefined ? undefined : new URL(Redacted.value(url))
  const name = host ?? read?.searchParams.get("host") ?? read?.hostname ?? "127.0.0.1"
  const number = port ?? Number(read?.port || "5432")
  return name.startsWith("/") ? { path: join(name, `.s.PGSQL.${number}`) } : { host: name, port: number }
}

/** A proxy to a database on a port of this machine; the scope stops it. */
export const proxyTo = (database: PgConnection): Effect.Effect<SilentProxy, never, Scope.Scope> =>
  Effect.gen(function*() {
    const clients = new Set<Socket>()
    const sockets = new Set<Socket>()
    const silenced = new Set<Socket>()
    const server = createServer((client) => {
      const target = connect(targetOf(database))
      clients.add(client)
      const end = () => {
        clients.delete(client)
        silenced.delete(client)
        client.destroy()
        target.destroy()
      }
      for (const [from, to] of [[client, target], [target, client]] as const) {
        sockets.add(from)
        from.on("error", end)
        from.on("close", end)
        from.on("data", (chunk) => {
          if (!silenced.has(client)) to.write(chunk)
        })
      }
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          server.close()
        })
    )
    const url = new URL("postgres://127.0.0.1")
    const bound = server.address()
    url.port = String(typeof bound === "object" && bound !== null ? bound.port : "")
    url.username = encodeURIComponent(database.username)
    url.password = database.password === undefined ? "" : encodeURIComponent(Redacted.value(database.password))
    url.pathname = `/${database.database}`
    return {
      url: url.href,
      silence: () => {
        for (const client of clients) silenced.add(client)
      },
      silent: () => silenced.size
    }
  })
