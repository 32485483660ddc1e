/** The handlers of `OperatorApi`: health, readiness and public keys. */
import { AccessTokens } from "@ddd/core/ports/AccessTokens"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { cacheControl, forSeconds } from "../boundary/Caching.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { refuse } from "../problems/Problem.ts"
import { Readiness } from "./Readiness.ts"

/** Keys are published well before they are used: five minutes old is fresh enough. */
const keysFreshSeconds = 300

export const layer = withoutPorts(Effect.gen(function*() {
  const readiness = yield* Readiness
  const { jwks } = yield* AccessTokens
  const { vkeys } = yield* RecordSigner
  const vkeyText = vkeys.map((vkey) => `${vkey}\n`).join("")
  const publicKeys = cacheControl(forSeconds(keysFreshSeconds))
  return HttpApiBuilder.group(Api, "operator", (handlers) =>
    handlers.handleAll({
      healthz: () => Effect.succeed({ status: "ok" as const }),
      readyz: () =>
        Effect.flatMap(
          readiness.ready,
          ({ detail, ok }) =>
            ok ? Effect.succeed({ status: "ok" as const, detail }) : refuse("unavailable", detail, { retryAfter: 1 })
        ),
      jwks: () => Effect.as(publicKeys, jwks),
      vkey: () => Effect.as(publicKeys, vkeyText)
    }))
}))
