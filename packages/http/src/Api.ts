/** Declares every endpoint of the HTTP API. It imports nothing that serves them, so that a client may import it. */
import { HttpApi, OpenApi } from "effect/http-api"
import { AuthApi } from "./auth/AuthApi.ts"
import { ProblemMiddleware } from "./boundary/ProblemMiddleware.ts"
import { LotteryApi } from "./lottery/LotteryApi.ts"
import { OperatorApi } from "./operator/OperatorApi.ts"
import { PlayApi } from "./play/PlayApi.ts"
import { RoomsApi } from "./rooms/RoomsApi.ts"
import { SiteApi } from "./site/SiteApi.ts"
import { DevicesApi } from "./user/DevicesApi.ts"
import { UserApi } from "./user/UserApi.ts"
import { WalletApi } from "./wallet/WalletApi.ts"
import { WebhooksApi } from "./webhooks/WebhooksApi.ts"

export class Api extends HttpApi.make("DailyDollarDraw")
  .add(AuthApi, UserApi, DevicesApi, PlayApi, WalletApi, WebhooksApi, LotteryApi, RoomsApi, SiteApi, OperatorApi)
  .middleware(ProblemMiddleware)
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error", errors: "all" })
  .annotateMerge(OpenApi.annotations({
    title: "Daily Dollar Draw",
    description: "A lottery a day, for a dollar, that anyone can check."
  }))
{}
