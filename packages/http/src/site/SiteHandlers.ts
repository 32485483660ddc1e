/** The handlers of `SiteApi`. */
import { MinAge } from "@ddd/core/ports/MinAge"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { cacheControl, revalidate } from "../boundary/Caching.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { siteBody, type SiteOptions } from "./SiteBodies.ts"

/** `dev`: whether this server credits wallets for development. */
export const layer = (options: SiteOptions, dev: boolean) =>
  withoutPorts(Effect.map(MinAge, (minAge) => {
    const body = siteBody(options, minAge, dev)
    return HttpApiBuilder.group(
      Api,
      "site",
      (handlers) => handlers.handle("site", () => Effect.as(cacheControl(revalidate), body))
    )
  }))
