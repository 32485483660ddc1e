/** The HTTP API, put together: give it the ports and an engine. */
import { ByteSize, Layer, type Redacted } from "effect"
import { HttpIncomingMessage, HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "./Api.ts"
import * as AuthHandlers from "./auth/AuthHandlers.ts"
import { boundary } from "./boundary/Boundary.ts"
import { makeCors } from "./boundary/Cors.ts"
import { makeRouteTable, routesOf } from "./boundary/RouteTable.ts"
import * as LotteryHandlers from "./lottery/LotteryHandlers.ts"
import * as Docs from "./operator/Docs.ts"
import * as OperatorHandlers from "./operator/OperatorHandlers.ts"
import type { BuiltFile } from "./pages/BuiltPages.ts"
import * as Pages from "./pages/Pages.ts"
import { ProblemMiddleware } from "./problems/ProblemMiddleware.ts"
import { InternalOnly, PlayerOnly } from "./requests/Authentication.ts"
import * as RoomHandlers from "./rooms/RoomHandlers.ts"
import * as UserHandlers from "./user/UserHandlers.ts"
import * as PayoutAccountPage from "./wallet/PayoutAccountPage.ts"
import * as WalletHandlers from "./wallet/WalletHandlers.ts"
import type { WithdrawalOptions } from "./wallet/Withdraw.ts"
import * as WebhookHandlers from "./webhooks/WebhookHandlers.ts"

export interface HttpAppOptions {
  /** Where clients reach this server (PUBLIC_URL). */
  readonly publicUrl: URL
  /** The origins whose pages may call it, as browsers write them (CORS_ORIGINS). */
  readonly corsOrigins: ReadonlyArray<string>
  /** What our own machines show (INTERNAL_API_TOKEN). */
  readonly internalToken: Redacted.Redacted
  readonly withdrawals: WithdrawalOptions
  /** The public pages; null where they are not built. */
  readonly pages: ReadonlyArray<BuiltFile> | null
}

/** The largest body of a request, in bytes (API.md, "too large, too slow"). */
export const bodyBytesMax = 64 * 1024

/** Serves the API on the engine. */
export const layer = ({ corsOrigins, internalToken, pages, publicUrl, withdrawals }: HttpAppOptions) => {
  const around = boundary({
    routes: makeRouteTable([
      ...routesOf(Api),
      ...Docs.docsRoutes,
      ...PayoutAccountPage.payoutAccountRoutes,
      ...Pages.pageRoutes(pages)
    ]),
    cors: makeCors(corsOrigins),
    https: publicUrl.protocol === "https:"
  })
  const handlers = Layer.mergeAll(
    AuthHandlers.layer,
    UserHandlers.layer,
    WalletHandlers.layer(withdrawals),
    WebhookHandlers.layer,
    LotteryHandlers.layer,
    RoomHandlers.layer,
    OperatorHandlers.layer
  ).pipe(Layer.provide([ProblemMiddleware.layer, PlayerOnly.layer, InternalOnly.layer(internalToken)]))

  return HttpRouter.serve(
    Layer.mergeAll(
      HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers)),
      Docs.layer(publicUrl),
      PayoutAccountPage.layer,
      Pages.layer(pages, publicUrl),
      HttpRouter.middleware(around, { global: true })
    ),
    {
      // the boundary writes the log
      disableLogger: true,
      disableListenLog: true,
      routerConfig: { ignoreTrailingSlash: false, ignoreDuplicateSlashes: false, caseSensitive: true }
    }
  ).pipe(Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bodyBytesMax))))
}
