/** The whole API on a free port of 127.0.0.1, over a world in memory, and a client of it. */
import { defaultLimits, type RequestLimits } from "@ddd/core/accounts/RequestLimits"
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { sessionId } from "@ddd/core/accounts/Session"
import { type Cents, cents } from "@ddd/core/money/Money"
import type { Territory } from "@ddd/core/play/Places"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Draws } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import type { Day } from "@ddd/core/values/Instant"
import * as Memory from "@ddd/sim/memory/Memory"
import { World } from "@ddd/sim/World"
import { assert } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { HttpServer } from "effect/http"
import type { RecordRequest } from "../../src/boundary/RequestRecord.ts"
import * as Engine from "../../src/engine/Engine.ts"
import type { EngineOptions } from "../../src/engine/EngineOptions.ts"
import * as HttpApp from "../../src/HttpApp.ts"
import { Readiness } from "../../src/operator/Readiness.ts"
import type { BuiltFile } from "../../src/pages/BuiltPages.ts"
import type { PlaceSource } from "../../src/requests/RequestPlace.ts"
import type { SiteOptions } from "../../src/site/SiteBodies.ts"
import type { WithdrawalOptions } from "../../src/wallet/Withdraw.ts"
import * as Checker from "./Checker.ts"
import * as Keys from "./Keys.ts"
import * as Paying from "./Paying.ts"
import * as Payouts from "./Payouts.ts"
import * as Shop from "./Shop.ts"

export const internalToken = "the internal token of tests"

/** What `Readiness` says; tests may change it. */
export const readiness = { ok: true, detail: "ready" }

const readinessLayer = Layer.succeed(Readiness)(Readiness.of({ ready: Effect.sync(() => ({ ...readiness })) }))

/** Every port, in memory, with the first draw published and open; players pay in by `paying`. */
export const portsWith = (paying: typeof Paying.layer) =>
  Layer.effectDiscard(
    Effect.gen(function*() {
      const draws = yield* Draws
      yield* draws.publishAhead
      yield* runDue
    })
  ).pipe(
    Layer.provideMerge(
      Layer.mergeAll(Keys.layer, Payouts.layer, paying, Shop.layer(Shop.secrets), Checker.layer(), readinessLayer)
    ),
    Layer.provideMerge(Memory.layer())
  )

export const ports = portsWith(Paying.layer)

/** Does what the clockwork would. */
export const runDue: Effect.Effect<void, never, Draws> = Effect.gen(function*() {
  const draws = yield* Draws
  for (let due = yield* draws.due; due.length > 0; due = yield* draws.due) {
    for (const step of due) yield* draws.perform(step)
  }
}).pipe(Effect.orDie)

export interface Call {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, unless it is text already. */
  readonly body?: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, where it is JSON. */
  readonly json: unknown
}

export class Client extends Context.Service<Client, {
  readonly url: string
  readonly call: (method: string, path: string, call?: Call) => Effect.Effect<Answer>
}>()("@ddd/http/test/Client") {}

/** What stands at a path within JSON. */
export const at = (json: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>(
    (value, name) => typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined,
    json
  )

/** The text that stands there. */
export const textAt = (json: unknown, ...path: ReadonlyArray<string | number>): string => {
  const text = at(json, ...path)
  if (typeof text !== "string") throw new TypeError(`no text at ${path.join(".")} in ${JSON.stringify(json)}`)
  return text
}

const client = Layer.effect(
  Client,
  Effect.map(HttpServer.HttpServer, ({ address }) => {
    const url = `http://127.0.0.1:${"port" in address ? address.port : 0}`
    return Client.of({
      url,
      call: (method, path, { body, headers, token } = {}) =>
        Effect.promise(async (signal) => {
          const response = await fetch(`${url}${path}`, {
            method,
            signal,
            redirect: "manual",
            headers: {
              ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
              ...(body === undefined ? {} : { "content-type": "application/json" }),
              ...headers
            },
            ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
          })
          const text = await response.text()
          const isJson = text !== "" &&
            /^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "")
          return {
            status: response.status,
            headers: response.headers,
            text,
            json: isJson ? JSON.parse(text) : undefined
          }
        })
    })
  })
)

export interface ServerOptions {
  readonly engine?: Engine.EngineName
  readonly publicUrl?: string
  readonly corsOrigins?: ReadonlyArray<string>
  readonly proxies?: EngineOptions["proxies"]
  readonly withdrawals?: Partial<WithdrawalOptions>
  /** None are built unless given. */
  readonly pages?: ReadonlyArray<BuiltFile>
  /** Not built unless given. */
  readonly playApp?: ReadonlyArray<BuiltFile>
  /** Nothing is said, unless given. */
  readonly site?: Partial<SiteOptions>
  /** Whether it is a server in development. */
  readonly devCredit?: boolean
  /** Those that hold by default, unless given. */
  readonly limits?: RequestLimits | "off"
  readonly territory?: Territory
  readonly places?: PlaceSource
  /** Is told of each request. */
  readonly record?: RecordRequest
}

/** The server over `world`, which gives the ports. */
export const layer = (
  {
    corsOrigins = [],
    devCredit = false,
    engine = "uws",
    limits = defaultLimits,
    pages,
    places,
    playApp,
    proxies,
    publicUrl = "http://localhost:8080",
    record,
    site = {},
    territory,
    withdrawals = {}
  }: ServerOptions = {},
  world = ports
) =>
  Layer.merge(
    client,
    HttpApp.layer({
      publicUrl: new URL(publicUrl),
      corsOrigins,
      internalTokens: [Redacted.make(internalToken)],
      withdrawals: { enabled: true, withdrawDeposits: false, ...withdrawals },
      pages: pages ?? null,
      playApp: playApp ?? null,
      site: { operatorName: null, operatorUrl: null, termsUrl: null, helpUrl: null, checkout: false, ...site },
      devCredit,
      territory: territory ?? null,
      places: places ?? null,
      ...record && { record }
    })
  ).pipe(
    Layer.provideMerge(Layer.unwrap(Effect.map(
      HttpApp.requestRules({
        publicUrl: new URL(publicUrl),
        corsOrigins,
        pages: pages ?? null,
        playApp: playApp ?? null,
        devCredit,
        limits
      }),
      (rules) =>
        Engine.layer(engine, {
          host: "127.0.0.1",
          port: 0,
          socketPath: "/ws",
          allowedOrigins: new Set(),
          proxies,
          ...rules
        })
    ))),
    Layer.provideMerge(world)
  )

/** Checks that an answer is a problem of this code, told as docs/api.md tells problems. */
export const assertProblem = (answer: Answer, status: number, code: string): void => {
  assert.strictEqual(at(answer.json, "code"), code, answer.text)
  assert.strictEqual(answer.status, status)
  assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
  assert.strictEqual(at(answer.json, "status"), status)
  assert.strictEqual(at(answer.json, "requestId"), answer.headers.get("x-request-id"))
  assert.strictEqual(answer.headers.get("cache-control"), "no-store")
}

let players = 0

/** A new player with money in the wallet, and a token; born on a day, where they say it. */
export const makePlayer = (balance: Cents = cents(0n), bornOn: Day | null = null) =>
  Effect.orDie(signUp(balance, bornOn))

const signUp = Effect.fnUntraced(function*(balance: Cents, bornOn: Day | null) {
  const accounts = yield* Accounts
  const ledger = yield* Ledger
  const name = `player${++players}`
  const { sessionId: session, user } = yield* accounts.signUp({
    email: `${name}@example.com`,
    username: name,
    passwordHash: Redacted.make("v1$none"),
    session: { refreshTokenHash: `${players}`.padStart(64, "0"), userAgent: null },
    bornOn
  }, operatorOrigin)
  if (balance > 0n) {
    yield* ledger.deposit({ userId: user.id, amount: balance, referenceId: `test:${name}`, metadata: null })
  }
  yield* (yield* World).verify(user.id)
  const id = sessionId(session)
  return { id: user.id, username: name, sessionId: id, token: Keys.tokenFor(user.id, id) }
})
