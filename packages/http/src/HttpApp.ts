/** Composes the HTTP API: every endpoint, the public pages, and what goes around each request. It needs the ports and an engine. */
import type { RequestLimits as Limits } from "@ddd/core/accounts/RequestLimits"
import type { Territory } from "@ddd/core/play/Places"
import type { SharedCounts } from "@ddd/core/ports/SharedCounts"
import { Effect, Layer, type Redacted } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "./Api.ts"
import * as AuthHandlers from "./auth/AuthHandlers.ts"
import { makeAnswerHeaders, type PublicAddress } from "./boundary/AnswerHeaders.ts"
import { boundary } from "./boundary/Boundary.ts"
import { makeCors } from "./boundary/Cors.ts"
import { isHttps, makeInsecure } from "./boundary/Insecure.ts"
import { ProblemMiddleware } from "./boundary/ProblemMiddleware.ts"
import { countRequest } from "./boundary/RequestMeasures.ts"
import type { RecordRequest } from "./boundary/RequestRecord.ts"
import { countedAsAt, makeRouteTable, type Route, routesOf, type RouteTable } from "./boundary/RouteTable.ts"
import { withoutPorts } from "./boundary/WithoutPorts.ts"
import { DevApi } from "./dev/DevApi.ts"
import * as DevHandlers from "./dev/DevHandlers.ts"
import type { RequestRules } from "./engine/EngineOptions.ts"
import * as RequestLimits from "./limits/RequestLimits.ts"
import * as LotteryHandlers from "./lottery/LotteryHandlers.ts"
import * as Docs from "./operator/Docs.ts"
import * as OperatorHandlers from "./operator/OperatorHandlers.ts"
import type { BuiltFile } from "./pages/BuiltPages.ts"
import * as Pages from "./pages/Pages.ts"
import * as PlayApp from "./pages/PlayApp.ts"
import * as PlayHandlers from "./play/PlayHandlers.ts"
import { InternalOnly, PlayerOnly } from "./requests/Authentication.ts"
import { bodyBytesMax } from "./requests/BodyLimits.ts"
import { LongAnswers } from "./requests/LongAnswers.ts"
import { OfferedHere } from "./requests/OfferedHere.ts"
import { makePlaceOf, type PlaceSource } from "./requests/RequestPlace.ts"
import * as RoomHandlers from "./rooms/RoomHandlers.ts"
import type { SiteOptions } from "./site/SiteBodies.ts"
import * as SiteHandlers from "./site/SiteHandlers.ts"
import * as DeviceHandlers from "./user/DeviceHandlers.ts"
import * as UserHandlers from "./user/UserHandlers.ts"
import * as PayoutAccountPage from "./wallet/PayoutAccountPage.ts"
import * as WalletHandlers from "./wallet/WalletHandlers.ts"
import type { WithdrawalOptions } from "./wallet/Withdraw.ts"
import * as WebhookHandlers from "./webhooks/WebhookHandlers.ts"

export interface HttpAppOptions extends PublicAddress {
  /** The bearer tokens of internal requests, each as good as the others (INTERNAL_API_TOKEN). */
  readonly internalTokens: ReadonlyArray<Redacted.Redacted>
  readonly withdrawals: WithdrawalOptions
  /** The public pages; null where they are not built. */
  readonly pages: ReadonlyArray<BuiltFile> | null
  /** The app below `/play/`; null where it is not built. */
  readonly playApp: ReadonlyArray<BuiltFile> | null
  /** What an app says of the operator, and offers. */
  readonly site: SiteOptions
  /** Whether players credit their wallets themselves, for nothing: in development alone. */
  readonly devCredit: boolean
  /** Where play is offered; null: everywhere. */
  readonly territory: Territory | null
  /** What tells where requests come from; null: nothing does. */
  readonly places: PlaceSource | null
  /** What else is told of each request, which is counted in any case. */
  readonly record?: RecordRequest
}

/** What is served beside the contract, which differs from server to server. */
export type ServedBeside = Pick<HttpAppOptions, "devCredit" | "pages" | "playApp">

export interface RuleOptions extends ServedBeside, Pick<HttpAppOptions, "corsOrigins" | "publicUrl"> {
  /** What clients may send (RATE_LIMITS). */
  readonly limits: Limits | "off"
}

/** The rules by which the engine answers before a request reaches the application. */
export const requestRules = (options: RuleOptions): Effect.Effect<RequestRules, never, SharedCounts> => {
  const routes = tableOf(options)
  const limiting = RequestLimits.make(options.limits, (method, url) => countedAsAt(routes, method, url))
  return Effect.map(limiting, (limiting) => ({
    bodyBytesMax,
    allow: (url) => routes(url)?.allow ?? "",
    template: (url) => routes(url)?.template,
    isHttpsOnly: isHttps(options.publicUrl),
    answerHeaders: makeAnswerHeaders(options),
    limiting
  }))
}

/** Pages that people open: they are sent on to https, where programs are refused. */
const openedRoutes = ({ pages, playApp }: ServedBeside): ReadonlyArray<Route> => [
  ...PayoutAccountPage.payoutAccountRoutes,
  ...Pages.pageRoutes(pages),
  ...PlayApp.playRoutes(playApp)
]

/** All that is served: what is not in here is not answered. */
export const declaredRoutes = (beside: ServedBeside): ReadonlyArray<Route> => [
  ...routesOf(Api),
  ...beside.devCredit ? routesOf(DevApi) : [],
  ...Docs.docsRoutes,
  ...openedRoutes(beside)
]

const tableOf = (beside: ServedBeside): RouteTable => makeRouteTable(declaredRoutes(beside))

/** A path is served as it stands, and in no other spelling. */
export const routerConfig = { ignoreTrailingSlash: false, ignoreDuplicateSlashes: false, caseSensitive: true }

/** Gives a router every handler, and what goes around each request. */
export const routing = (
  {
    corsOrigins,
    devCredit,
    internalTokens,
    pages,
    places,
    playApp,
    publicUrl,
    record,
    site,
    territory,
    withdrawals
  }: HttpAppOptions
) => {
  const beside = { devCredit, pages, playApp }
  const routes = tableOf(beside)
  const placeOf = makePlaceOf(places)
  const cors = makeCors(corsOrigins)
  const around = boundary({
    routes,
    cors,
    insecure: makeInsecure(publicUrl, routes, new Set(openedRoutes(beside).map(({ path }) => path))),
    answerHeaders: makeAnswerHeaders({ corsOrigins, publicUrl }),
    record: (request) => {
      countRequest(request)
      record?.(request)
    },
    notFoundPage: Pages.notFoundPage(pages, publicUrl)
  })
  const guarded = Layer.provide([
    LongAnswers.layer,
    ProblemMiddleware.layer,
    PlayerOnly.layer,
    InternalOnly.layer(internalTokens),
    OfferedHere.layer(territory, placeOf)
  ])
  const handlers = Layer.mergeAll(
    AuthHandlers.layer(placeOf),
    UserHandlers.layer(withdrawals),
    DeviceHandlers.layer,
    PlayHandlers.layer,
    WalletHandlers.layer(withdrawals),
    WebhookHandlers.layer,
    LotteryHandlers.layer(withdrawals),
    RoomHandlers.layer(withdrawals),
    SiteHandlers.layer(site, devCredit),
    OperatorHandlers.layer
  ).pipe(guarded)
  const ofDevelopment = HttpApiBuilder.layer(DevApi).pipe(Layer.provide(DevHandlers.layer), guarded)

  return Layer.mergeAll(
    HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers)),
    devCredit ? ofDevelopment : Layer.empty,
    Docs.layer(publicUrl),
    PayoutAccountPage.layer,
    Pages.layer(pages, publicUrl),
    PlayApp.layer(playApp, publicUrl),
    HttpRouter.middleware(around, { global: true })
  )
}

/** Serves the API on the engine. */
export const layer = (options: HttpAppOptions) => {
  const routes = routing(options)
  return withoutPorts(Effect.map(
    Effect.context<Exclude<Layer.Services<typeof routes>, HttpRouter.HttpRouter>>(),
    (services) =>
      HttpRouter.serve(Layer.provide(routes, Layer.succeedContext(services)), {
        // the boundary writes the log
        disableLogger: true,
        disableListenLog: true,
        routerConfig
      })
  ))
}
