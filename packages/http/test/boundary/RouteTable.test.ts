import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { Api } from "../../src/Api.ts"
import { makeRouteTable, routesOf } from "../../src/boundary/RouteTable.ts"
import * as HttpApp from "../../src/HttpApp.ts"
import { textFile } from "../../src/pages/ServedFile.ts"
import { ports } from "../support/Server.ts"

describe("the routes of the contract", () => {
  it("say which of them take an idempotency key", () => {
    const keyed = routesOf(Api).filter(({ takesKey }) => takesKey).map(({ method, path }) => `${method} ${path}`)
    assert.sameMembers(keyed, [
      "POST /lottery/purchase-ticket",
      "POST /rooms/:id/purchase-ticket",
      "POST /wallet/checkout",
      "POST /wallet/withdraw"
    ])
  })
})

/** What the application adds to its router. */
const addedRoutes = Effect.fnUntraced(function*(files: HttpApp.ServedBeside) {
  const added: Array<string> = []
  const router = yield* Effect.provideService(HttpRouter.make, HttpRouter.RouterConfig, HttpApp.routerConfig)
  const recording = HttpRouter.HttpRouter.of({
    ...router,
    add: (method, path, handler, options) => {
      added.push(`${method} ${path}`)
      return router.add(method, path, handler, options)
    },
    addAll: (routes) => {
      added.push(...routes.map(({ method, path }) => `${method} ${path}`))
      return router.addAll(routes)
    }
  })
  yield* Layer.build(
    HttpApp.routing({
      publicUrl: new URL("http://localhost:8080"),
      corsOrigins: [],
      internalTokens: [Redacted.make("none")],
      withdrawals: { enabled: true, withdrawDeposits: false },
      site: { operatorName: null, operatorUrl: null, termsUrl: null, helpUrl: null, checkout: false },
      territory: null,
      places: null,
      ...files
    }).pipe(
      Layer.provide(Layer.succeed(HttpRouter.HttpRouter)(recording)),
      Layer.provide([ports, HttpServer.layerServices])
    )
  )
  return added
})

describe("the table of routes", () => {
  it.effect("has each route of the router, and no other", () =>
    Effect.gen(function*() {
      for (
        const files of [
          { pages: null, playApp: null, devCredit: false },
          {
            pages: [textFile("/assets/a.css", "text/css", ""), textFile("/", "text/html", "")],
            devCredit: true,
            playApp: [textFile("/play/", "text/html", ""), textFile("/play/assets/a.js", "text/javascript", "")]
          }
        ]
      ) {
        assert.sameMembers(
          [...yield* addedRoutes(files)],
          HttpApp.declaredRoutes(files).map(({ method, path }) => `${method} ${path}`)
        )
      }
    }))

  it("finds each by its path alone, however else that could be spelt", () => {
    const routes = HttpApp.declaredRoutes({ pages: null, playApp: null, devCredit: true })
    const find = makeRouteTable(routes)
    assert.isAbove(routes.length, 50)
    for (const { path } of routes) {
      const lawful = path.replace(/:\w+/g, "a1")
      for (const url of [lawful, `${lawful}?`, `${lawful}?a=%20;b#c`]) {
        assert.strictEqual(find(url)?.template, path, url)
      }
      const others = Array.from(lawful, (character, at) => {
        const code = character.charCodeAt(0).toString(16)
        return at === 0 ? "" : `${lawful.slice(0, at)}%${code}${lawful.slice(at + 1)}`
      })
      for (
        const url of [...others.slice(1), `${lawful};`, `${lawful};a?b`, `${lawful}#`, `${lawful}%3b`, `${lawful}%`]
      ) {
        assert.isUndefined(find(url), url)
      }
    }
  })
})
