/** A proxy between the application and PostgreSQL that can cut a connection at the moment that matters: the commit. */
import { Context, Effect, Layer } from "effect"
import { Redacted } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requestWaits } from "../../src/database/Client.ts"
import { layer as client, type PgConnection } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"

/**
 * Where a commit is lost.
 *
 * - `before`: it never reaches the database.
 * - `after`: the database has committed, and its answer never arrives.
 * - `while`: it is sent, and nobody waits to hear what becomes of it.
 * - `silent`: the database has committed, its answer never arrives, and the connection stands.
 */
export type Cut = "before" | "after" | "while" | "silent"

export class PgProxy extends Context.Service<PgProxy, {
  /** Cuts the connection of each of the next commits, one cut for each. */
  readonly cutCommits: (cuts: ReadonlyArray<Cut>) => void
  /** From the first cut on, takes connections and says nothing on any of them, for as long as this is so. */
  readonly silenceAll: (silent: boolean) => void
  /** How many cuts are still to come. */
  readonly cutsLeft: () => number
  /** The way to the database through the proxy. */
  readonly connection: PgConnection
}>()("@ddd/adapters-pg/test/PgProxy") {}

const targetOf = (connection: PgConnection): NetConnectOpts => {
  if (connection.url !== undefined) {
    const url = new URL(Redacted.value(connection.url))
    return { host: url.hostname, port: Number(url.port || "5432") }
  }
  const { host = "127.0.0.1", port = 5432 } = connection
  return host.startsWith("/") ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port }
}

export const layer = Layer.effect(
  PgProxy,
  Effect.gen(function*() {
    const { app } = yield* TestDatabase
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "ddd-proxy-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true }))
    )
    let cuts: Array<Cut> = []
    let isSilenced = false
    let hasCut = false
    const sockets = new Set<Socket>()
    const server = createServer((fromClient) => {
      const toServer = connect(targetOf(app))
      let cut: Cut | undefined
      const end = () => {
        fromClient.destroy()
        toServer.destroy()
      }
      for (const socket of [fromClient, toServer]) {
        sockets.add(socket)
        socket.on("error", end)
        socket.on("close", end)
      }
      fromClient.on("data", (chunk) => {
        if (chunk.includes("COMMIT")) cut = cuts.shift()
        else if (isSilenced && hasCut) return undefined
        if (cut !== undefined) hasCut = true
        if (cut === "before") return end()
        toServer.write(chunk)
        if (cut === "while") setImmediate(end)
      })
      toServer.on("data", (chunk) => {
        if (cut === "after") return end()
        return cut === "silent" || (isSilenced && hasCut) ? undefined : fromClient.write(chunk)
      })
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(join(folder, ".s.PGSQL.5432"), () => resume(Effect.void))
      }),
      () =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => resume(Effect.void))
        })
    )
    const { username, database, password } = app
    return PgProxy.of({
      cutCommits: (next) => {
        cuts = [...next]
      },
      silenceAll: (silent) => {
        isSilenced = silent
        hasCut = false
      },
      cutsLeft: () => cuts.length,
      connection: { host: folder, username, database, ...(password === undefined ? {} : { password }) }
    })
  })
)

/** The application's client, through the proxy. Unprepared, so that the proxy can read what is sent. */
export const app = Layer.unwrap(
  Effect.map(
    PgProxy,
    ({ connection }) => client(connection, { maxConnections: 6, prepare: false, waits: requestWaits })
  )
)
