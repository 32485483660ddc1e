/**
 * The server, put together (docs/design.md, "The house").
 *
 * In this order: the database, its schema and clock; what is due since the last run; then the first request. It stops in the
 * opposite order: requests under way are finished, then mails, notices and payouts under way, the clockwork, the connections and the embedded database
 * end.
 */
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import * as BeaconRounds from "@ddd/core/work/BeaconRounds"
import * as Clockwork from "@ddd/core/work/Clockwork"
import * as Engine from "@ddd/http/engine/Engine"
import * as HttpApp from "@ddd/http/HttpApp"
import * as LiveHub from "@ddd/http/live/LiveHub"
import * as LiveSourceFromPorts from "@ddd/http/live/LiveSourceFromPorts"
import { readPages } from "@ddd/http/pages/BuiltPages"
import { Context, Data, Effect, Layer } from "effect"
import { createServer } from "node:net"
import { join } from "node:path"
import type { Settings } from "../config/Variables.ts"
import * as Database from "../Database.ts"
import { keysOf } from "../Keys.ts"
import { payoutsBy } from "../MoneyProviders.ts"
import * as Ports from "../Ports.ts"
import * as MailWorkers from "./MailWorkers.ts"
import * as MoneyWorkers from "./MoneyWorkers.ts"
import * as ReadinessPg from "./ReadinessPg.ts"

/** The port cannot be listened on. */
export class PortUnavailable extends Data.TaggedError("PortUnavailable")<{ readonly message: string }> {}

/** A running server, and what there is to say of it. */
export interface Running {
  /** Where clients reach it. */
  readonly url: URL
  /** Where it listens. */
  readonly port: number
  /** The verifier keys of the log, oldest first. */
  readonly vkeys: ReadonlyArray<string>
  readonly database: Database.Database
  /** The migrations that this start applied. */
  readonly migrated: ReadonlyArray<string>
}

/** A port that nobody listens on; known before the server listens, since it is part of what the server says of itself. */
const freePort = (host: string): Effect.Effect<number, PortUnavailable> =>
  Effect.callback((resume) => {
    const probe = createServer()
    const unavailable = ({ message }: Error) =>
      new PortUnavailable({ message: `${host} has no free port: ${message}.` })
    probe.once("error", (error) => resume(Effect.fail(unavailable(error))))
    probe.listen(0, host, () => {
      const bound = probe.address()
      const port = typeof bound === "object" && bound !== null ? bound.port : 0
      probe.close(() => resume(Effect.succeed(port)))
    })
  })

/** Where the public pages are built (scripts/pages.mjs). */
const pagesFolder = join(import.meta.dirname, "../../../web/dist/pages")

/** The origins of our own pages. Without a PUBLIC_URL they are opened by either name of this machine. */
const ownOrigins = (url: URL, { PUBLIC_URL }: Settings, port: number): ReadonlyArray<string> =>
  PUBLIC_URL === undefined ? [url.origin, `http://127.0.0.1:${port}`] : [url.origin]

/** Catches up with what fell due while nothing ran, then keeps doing what is due, and fetching the rounds that draws wait for. */
const clockwork = Layer.effectDiscard(Effect.gen(function*() {
  yield* Clockwork.runDue()
  yield* Effect.forkScoped(Clockwork.run())
  yield* Effect.forkScoped(BeaconRounds.run())
}))

/** Starts the server; the scope stops it. `isStopping` tells `/readyz` that this is about to happen. */
export const start = Effect.fn("Server.start")(function*(settings: Settings, isStopping: () => boolean) {
  const { HOST: host } = settings
  const port = settings.PORT === 0 ? yield* freePort(host) : settings.PORT
  const url = settings.PUBLIC_URL ?? new URL(`http://localhost:${port}`)

  const database = yield* Database.open(settings, { own: true })
  const migrated = yield* Database.prepare(database, settings)
  const keys = yield* keysOf(settings)
  const corsOrigins = settings.CORS_ORIGINS ?? []

  const pages = readPages(pagesFolder)
  if (pages === null) yield* Effect.logWarning("The public pages are not built: `npm run setup` builds them.")

  const engine = Engine.layer(settings.ENGINE, {
    host,
    port,
    socketPath: "/ws",
    allowedOrigins: new Set([...ownOrigins(url, settings, port), ...corsOrigins]),
    ...HttpApp.requestRules({ publicUrl: url, corsOrigins, pages })
  })
  const app = Layer.merge(
    HttpApp.layer({
      publicUrl: url,
      corsOrigins,
      internalToken: keys.internalToken,
      withdrawals: { enabled: payoutsBy(settings) !== "off", withdrawDeposits: settings.WITHDRAW_DEPOSITS },
      pages
    }),
    LiveHub.layer.pipe(Layer.provide(LiveSourceFromPorts.layer))
  )
  const context = yield* Layer.build(
    app.pipe(
      Layer.provide(engine),
      Layer.provide(
        Layer.mergeAll(clockwork, MailWorkers.layer(settings, url), MoneyWorkers.layer).pipe(
          Layer.provide(Ports.work(database, keys, settings, url))
        )
      ),
      Layer.provide(ReadinessPg.layer(isStopping)),
      Layer.provideMerge(Ports.all(database, keys, settings, url))
    )
  ).pipe(
    Effect.catchTag("ServeError", () =>
      Effect.fail(
        new PortUnavailable({
          message: `${host}:${port} cannot be listened on: it is taken, or not an address of this machine. ` +
            "Stop the other program, or set PORT (0: any free one) or HOST."
        })
      ))
  )
  const running: Running = { url, port, vkeys: Context.get(context, RecordSigner).vkeys, database, migrated }
  return running
})
