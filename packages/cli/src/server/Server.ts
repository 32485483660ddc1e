/**
 * The server, put together (docs/design.md, "The house").
 *
 * In this order: the database, its schema and clock; the draw that is to be on sale; the first request, beside which it is caught up with
 * what fell due since the last run. It stops in the
 * opposite order: requests under way are finished, then mails, notices and payouts under way, the clockwork, the connections and the embedded database
 * end.
 */
import { orUnavailable } from "@ddd/adapters-pg/database/Transaction"
import * as Behind from "@ddd/adapters-pg/draws/Behind"
import * as RetentionPg from "@ddd/adapters-pg/retention/RetentionPg"
import { defaultLimits } from "@ddd/core/accounts/RequestLimits"
import { territoryOf } from "@ddd/core/play/Places"
import { Draws } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import * as BeaconRounds from "@ddd/core/work/BeaconRounds"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { makeLogThrottle } from "@ddd/core/work/LogThrottle"
import * as Pruning from "@ddd/core/work/Pruning"
import { sayFailure } from "@ddd/core/work/SeldomLog"
import * as Engine from "@ddd/http/engine/Engine"
import * as HttpApp from "@ddd/http/HttpApp"
import * as LiveHub from "@ddd/http/live/LiveHub"
import * as LiveSourceFromPorts from "@ddd/http/live/LiveSourceFromPorts"
import { readPages } from "@ddd/http/pages/BuiltPages"
import { playBase } from "@ddd/http/pages/PlayApp"
import type { PlaceSource } from "@ddd/http/requests/RequestPlace"
import type { SiteOptions } from "@ddd/http/site/SiteBodies"
import { Clock, Context, Data, Effect, Layer, Schedule, type Scope } from "effect"
import { createServer } from "node:net"
import { everyNeed, type Settings } from "../config/Variables.ts"
import * as Database from "../Database.ts"
import { keysOf } from "../Keys.ts"
import { hasCheckout, hasDevCredit, otherProviderProblem, payoutsBy } from "../MoneyProviders.ts"
import * as Observability from "../observability/Observability.ts"
import * as Ports from "../Ports.ts"
import { requireSecrets } from "../SecretGuard.ts"
import * as GeoFile from "./GeoFile.ts"
import * as MailWorkers from "./MailWorkers.ts"
import * as MoneyWorkers from "./MoneyWorkers.ts"
import { pagesFolder, playAppFolder } from "./PagesFolder.ts"
import * as PushWorkers from "./PushWorkers.ts"
import * as ReadinessPg from "./ReadinessPg.ts"
import * as TlsFiles from "./TlsFiles.ts"

/** The port cannot be listened on. */
export class PortUnavailable extends Data.TaggedError("PortUnavailable")<{ readonly message: string }> {}

/** Withdrawals are under way with another payout provider than the settings say. */
export class OtherPayoutProvider extends Data.TaggedError("OtherPayoutProvider")<{ readonly message: string }> {}

/** A running server, and what there is to say of it. */
export interface Running {
  /** Where clients reach it. */
  readonly url: URL
  /** Where it listens. */
  readonly port: number
  /** Where `/metrics` is; null where it is off. */
  readonly metrics: URL | null
  /** Whether the app at /play is built here. */
  readonly hasPlayApp: boolean
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

/** The origins of our own pages. Without a PUBLIC_URL they are opened by either name of this machine. */
const ownOrigins = (url: URL, { PUBLIC_URL }: Settings, port: number): ReadonlyArray<string> =>
  PUBLIC_URL === undefined ? [url.origin, `http://127.0.0.1:${port}`] : [url.origin]

/** What the app says of the operator, and offers. */
const siteOf = (settings: Settings): SiteOptions => ({
  operatorName: settings.OPERATOR_NAME ?? null,
  operatorUrl: settings.OPERATOR_URL ?? null,
  termsUrl: settings.TERMS_URL ?? null,
  helpUrl: settings.HELP_URL ?? null,
  checkout: hasCheckout(settings)
})

/** What tells where requests come from. */
const placesOf = (
  { GEO_DB, GEO_HEADER, TRUSTED_PROXIES }: Settings
): Effect.Effect<PlaceSource | null, GeoFile.GeoFileUnusable, Scope.Scope> =>
  GEO_HEADER !== undefined && TRUSTED_PROXIES !== undefined
    ? Effect.succeed({ _tag: "Header", name: GEO_HEADER, proxies: { networks: TRUSTED_PROXIES } })
    : GEO_DB === undefined
    ? Effect.succeed(null)
    : Effect.map(GeoFile.open(GEO_DB), (placeOf) => ({ _tag: "Addresses", placeOf }))

/** How long publishing may take before the server listens. */
const publishingMax = "5 seconds"

/**
 * Publishes what is to be on sale, then catches up with what fell due while nothing ran, and keeps doing what is due and fetching the
 * rounds that draws wait for. Only publishing is waited for, and its failure keeps no server from starting: it is tried again.
 */
const clockwork = Layer.effectDiscard(Effect.gen(function*() {
  yield* Draws.use((draws) => draws.publishAhead).pipe(
    Effect.timeout(publishingMax),
    Effect.catchCause((cause) =>
      Effect.logError("the days ahead could not be published before the first request", cause)
    )
  )
  yield* Effect.forkScoped(Clockwork.run())
  yield* Effect.forkScoped(BeaconRounds.run())
}))

/** Removes what was kept for long enough. */
const pruning = Layer.effectDiscard(Effect.forkScoped(Pruning.run())).pipe(Layer.provide(RetentionPg.layer))

/** How long a start waits for the payout provider to say by which account of ours it pays out. */
const identityWait = "5 seconds"

/**
 * Refuses to start on books of which withdrawals are under way with another payout provider: it would find no trace of them. Where the
 * provider cannot be asked, the server starts: each turn of a withdrawal asks again.
 */
const refuseOtherProvider = Effect.gen(function*() {
  const message = yield* otherProviderProblem.pipe(
    Effect.timeoutOrElse({ duration: identityWait, orElse: () => Effect.succeed(null) })
  )
  if (message !== null) return yield* new OtherPayoutProvider({ message })
})

/** How often it is looked whether the database is another one, and whether one that was behind is so still. */
const lookPause = "1 second"
const behindPauseMillis = 5_000

/**
 * Goes on selling and drawing once `ddd restored` has begun a new epoch on a database that was behind; and compares anew once a standby took
 * over, or another database stands in its place.
 */
const watchBehind = ({ acknowledged }: Database.Database) =>
  Layer.effectDiscard(Effect.gen(function*() {
    let place: string | undefined
    let comparedAt = 0
    const look = Effect.gen(function*() {
      const wasBehind = acknowledged.lost().length > 0
      const found = yield* Behind.readPlace
      const at = yield* Clock.currentTimeMillis
      const isOther = place !== found
      if (!isOther && !(wasBehind && at - comparedAt >= behindPauseMillis)) return
      comparedAt = at
      const lost = yield* Behind.compare(acknowledged)
      // only now: what could not be compared is compared with the next look
      place = found
      if (wasBehind && lost.length === 0) yield* Effect.logInfo("the database is not behind any more")
    })
    const said = makeLogThrottle()
    const looking = orUnavailable(look).pipe(
      Effect.andThen(Effect.suspend(() => {
        said.ended()
        return Effect.void
      })),
      Effect.catchCause((cause) => said.failed(sayFailure("it could not be compared what the database holds", cause)))
    )
    yield* Effect.forkScoped(Effect.repeat(looking, Schedule.spaced(lookPause)))
  }))

/**
 * Starts the server; the scope stops it. `isStopping` tells `/readyz` that this is about to happen. It has no span: whatever is built here
 * keeps its context, and requests would be told as parts of the start.
 */
export const start = Effect.fnUntraced(function*(settings: Settings, isStopping: () => boolean) {
  const { HOST: host } = settings
  const port = settings.PORT === 0 ? yield* freePort(host) : settings.PORT
  const url = settings.PUBLIC_URL ?? new URL(`http://localhost:${port}`)
  const tls = yield* TlsFiles.open(settings)
  const places = yield* placesOf(settings)

  const opened = yield* Database.open(settings, { own: true })
  const migrated = yield* Database.prepare(opened, settings)
  const keys = yield* keysOf(settings)
  yield* requireSecrets(opened, keys, everyNeed, { keep: true })
  const database = yield* Database.remembering(opened, settings, { isServer: true })
  const metrics = yield* Observability.figures(settings, database)
  const record = yield* Observability.requestLines(settings)
  const corsOrigins = settings.CORS_ORIGINS ?? []

  const pages = readPages(pagesFolder)
  if (pages === null) yield* Effect.logWarning("The public pages are not built: `npm run setup` builds them.")
  const playApp = readPages(playAppFolder, playBase)

  const rules = HttpApp.requestRules({
    publicUrl: url,
    corsOrigins,
    pages,
    playApp,
    devCredit: hasDevCredit(settings),
    limits: settings.RATE_LIMITS ?? defaultLimits
  })
  const engine = Layer.unwrap(Effect.map(rules, (rules) =>
    Engine.layer(settings.ENGINE, {
      host,
      port,
      socketPath: "/ws",
      tls,
      proxies: settings.TRUSTED_PROXIES === undefined
        ? undefined
        : { networks: settings.TRUSTED_PROXIES, from: settings.CLIENT_ADDRESS_FROM },
      allowedOrigins: new Set([...ownOrigins(url, settings, port), ...corsOrigins]),
      ...rules
    })))
  const app = Layer.merge(
    HttpApp.layer({
      publicUrl: url,
      corsOrigins,
      internalTokens: keys.internalTokens,
      withdrawals: { enabled: payoutsBy(settings) !== "off", withdrawDeposits: settings.WITHDRAW_DEPOSITS },
      pages,
      playApp,
      site: siteOf(settings),
      devCredit: hasDevCredit(settings),
      places,
      territory: territoryOf(
        { allowed: settings.ALLOWED_COUNTRIES, blocked: settings.BLOCKED_COUNTRIES },
        settings.NODE_ENV === "production"
      ),
      ...(record === undefined ? {} : { record })
    }),
    LiveHub.layer.pipe(Layer.provide(LiveSourceFromPorts.layer({ withdrawDeposits: settings.WITHDRAW_DEPOSITS })))
  )
  const context = yield* Layer.build(
    app.pipe(
      Layer.provide(engine),
      Layer.provide(
        Layer.mergeAll(
          clockwork,
          MailWorkers.layer(settings, url),
          MoneyWorkers.layer,
          PushWorkers.layer(settings),
          pruning
        ).pipe(
          Layer.provide(Ports.work(database, keys, settings, url))
        )
      ),
      Layer.provide(Layer.effectDiscard(refuseOtherProvider)),
      Layer.provide(watchBehind(database)),
      Layer.provide(ReadinessPg.layer(isStopping, database.acknowledged)),
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
  const running: Running = {
    url,
    port,
    metrics,
    hasPlayApp: playApp !== null,
    vkeys: Context.get(context, RecordSigner).vkeys,
    database,
    migrated
  }
  return running
})
