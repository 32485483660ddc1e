/**
 * The OpenAPI document, and the page that shows it.
 *
 * The page is made of what is installed here: it loads nothing from anywhere else, and its policy forbids it to.
 */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar, OpenApi } from "effect/http-api"
import { hash } from "node:crypto"
import { Api } from "../Api.ts"
import { revalidate } from "../boundary/Caching.ts"
import type { Route } from "../boundary/RouteTable.ts"

const documentPath = "/openapi.json"
const pagePath = "/docs"

/** The routes of this file, which are no part of the contract. */
export const docsRoutes: ReadonlyArray<Route> = [documentPath, pagePath].map((path) => ({ method: "GET", path }))

const document = (publicUrl: URL) =>
  HttpRouter.use((router) => {
    const spec = { ...OpenApi.fromApi(Api), servers: [{ url: publicUrl.origin }] }
    const response = HttpServerResponse.jsonUnsafe(spec, { headers: { "cache-control": revalidate } })
    return router.add("GET", documentPath, response)
  })

/** Allows the page the scripts that stand in it, by their hashes, and requests to this server. */
const policy = (html: string): string => {
  const scripts = Array.from(
    html.matchAll(/<script>([\s\S]*?)<\/script>/g),
    ([, script = ""]) => `'sha256-${hash("sha256", script, "base64")}'`
  )
  return [
    "default-src 'none'",
    `script-src ${scripts.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}

/** The page never changes while the process runs, so its hashes are worked out once, when it is first asked for. */
const withPolicy = HttpRouter.middleware(Effect.sync(() => {
  let made: { readonly body: HttpServerResponse.HttpServerResponse["body"]; readonly policy: string } | undefined
  return <E, R>(respond: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.map(respond, (response) => {
      const { body } = response
      if (body._tag !== "Uint8Array") throw new Error("the page is not text")
      if (made?.body !== body) made = { body, policy: policy(new TextDecoder().decode(body.body)) }
      return HttpServerResponse.setHeaders(response, {
        "content-security-policy": made.policy,
        "cache-control": revalidate
      })
    })
}))

const page = HttpApiScalar.layer(Api, { path: pagePath, scalar: { withDefaultFonts: false } }).pipe(
  Layer.provide(withPolicy.layer)
)

export const layer = (publicUrl: URL) => Layer.mergeAll(document(publicUrl), page)
