/** docs/operations/keys.md, done: every key is changed while two servers sell, which are restarted one after the other. */
import { assert, layer } from "@effect/vitest"
import { Effect, Scope } from "effect"
import { call } from "../support/Call.ts"
import { urlOf } from "../support/DatabaseUrl.ts"
import { type Env, eventually, get, type Server } from "../support/Ddd.ts"
import { secret } from "../support/ProductionSettings.ts"
import { assertProblem, at, password, Site, tokensOf } from "../support/Site.ts"

const [seal, otherSeal] = [secret(), secret()]
const [seed, otherSeed] = [secret(), secret()]
const [jwt, otherJwt] = [secret(), secret()]
const [internal, otherInternal] = [secret(), secret()]
const [shop, otherShop] = [secret(), secret()]

/** What is shown by our own machines, and by the shop. */
interface Shown {
  readonly internal: ReadonlyArray<string>
  readonly shop: ReadonlyArray<string>
}

/** Before any was changed. */
const first = {
  TICKET_SEAL_SECRET: seal,
  SEED_KEY: seed,
  LOG_SIGNING_KEYS: secret(),
  JWT_PRIVATE_KEYS: `1:${jwt}`,
  INTERNAL_API_TOKEN: internal,
  REVENUECAT_WEBHOOK_AUTH: shop,
  PRODUCT_CATALOG: "{\"funds_5\": \"5.00\"}"
}

layer(Site.layer({ processes: [first, first] }), { excludeTestServices: true, timeout: "60 seconds" })(
  "a key that is changed",
  (it) => {
    it.effect(
      "never has a purchase, a session, a deposit or a webhook refused, and the day verifies",
      () =>
        Effect.gen(function*() {
          const site = yield* Site
          const scope = yield* Effect.scope
          const { app } = site.database
          let settings: Env = first
          let servers: ReadonlyArray<Server> = site.servers
          let calls = 0
          const vkeyBefore = (yield* site.ask("GET", "/log/vkey")).text.trim()
          const player = yield* site.newPlayer

          const credit = (url: string, token: string) =>
            call(url, "POST", "/wallet/deposit", {
              body: { userId: player.id, amount: "5.00", referenceId: `test:${++calls}` },
              token
            })
          const tell = (url: string, authorization: string) =>
            call(url, "POST", "/webhooks/revenuecat", {
              headers: { authorization },
              body: {
                api_version: "1.0",
                event: {
                  id: `event-${++calls}`,
                  type: "NON_RENEWING_PURCHASE",
                  environment: "PRODUCTION",
                  store: "APP_STORE",
                  product_id: "funds_5",
                  price: 5,
                  currency: "USD",
                  app_user_id: player.id,
                  transaction_id: `transaction-${calls}`
                }
              }
            })

          /** Each server takes what the other gave, and whatever is shown by any of these. */
          const works = (shown: Shown) =>
            Effect.forEach(servers, ({ url }, nth) =>
              Effect.gen(function*() {
                const signedIn = yield* site.post("/auth/sign-in", { email: player.email, password }, { at: url })
                assert.strictEqual(signedIn.status, 200, signedIn.text)
                const { accessToken } = tokensOf(signedIn)
                const other = servers[1 - nth]?.url ?? ""
                for (const token of shown.internal) {
                  const credited = yield* credit(url, token)
                  assert.strictEqual(credited.status, 201, credited.text)
                }
                for (const authorization of shown.shop) {
                  const told = yield* tell(url, authorization)
                  assert.strictEqual(told.status, 200, told.text)
                }
                const bought = yield* site.post("/lottery/purchase-ticket", { quantity: 1 }, {
                  token: accessToken,
                  at: other
                })
                assert.strictEqual(bought.status, 201, bought.text)
              }), { discard: true })

          const restartAll = (changed: Env, shown: Shown) =>
            Effect.gen(function*() {
              settings = { ...settings, ...changed }
              for (const nth of [0, 1]) {
                yield* servers[nth]?.stop() ?? Effect.void
                const started = yield* Scope.provide(site.serve(settings), scope)
                servers = servers.map((server, index) => index === nth ? started : server)
                yield* works(shown)
              }
            })

          const before = { internal: [internal], shop: [shop] }
          const both = { internal: [internal, otherInternal], shop: [shop, otherShop] }
          const after = { internal: [otherInternal], shop: [otherShop] }

          yield* works(before)
          const token = tokensOf(yield* site.signIn(player.email)).accessToken
          const rotated = yield* site.ddd(["log-key", "rotate", "--print"], undefined, settings)
          assert.strictEqual(rotated.code, 0, rotated.stderr)
          yield* restartAll({
            TICKET_SEAL_SECRET_PREVIOUS: `2:${otherSeal}`,
            SEED_KEY_PREVIOUS: `2:${otherSeed}`,
            LOG_SIGNING_KEYS: rotated.stdout.trim().replace("LOG_SIGNING_KEYS=", ""),
            JWT_PRIVATE_KEYS: `1:${jwt},2:${otherJwt}`,
            INTERNAL_API_TOKEN: `${otherInternal},${internal}`,
            REVENUECAT_WEBHOOK_AUTH: `${otherShop},${shop}`
          }, before)
          yield* works(both)

          yield* site.superuser.unsafe(
            `CREATE ROLE "${app.username}_2" LOGIN PASSWORD '${seal}' IN ROLE "${app.username}" INHERIT`
          )
          yield* Effect.addFinalizer(() =>
            Effect.forEach(["DROP OWNED BY", "DROP ROLE"], (drop) =>
              Effect.orDie(site.superuser.unsafe(`${drop} "${app.username}_2"`)), { discard: true })
          )
          const asOther = new URL(urlOf(app))
          asOther.username = `${app.username}_2`
          asOther.password = seal
          yield* restartAll({
            DATABASE_URL: asOther.href,
            TICKET_SEAL_SECRET: otherSeal,
            TICKET_SEAL_SECRET_KEY_ID: "2",
            TICKET_SEAL_SECRET_PREVIOUS: `1:${seal}`,
            SEED_KEY: otherSeed,
            SEED_KEY_KEY_ID: "2",
            SEED_KEY_PREVIOUS: `1:${seed}`,
            JWT_PRIVATE_KEYS: `2:${otherJwt},1:${jwt}`
          }, both)
          const readProfile = (url: string, of: string) =>
            call(url, "GET", "/user/profile", { token: of })
          for (const { url } of servers) {
            assert.strictEqual((yield* readProfile(url, token)).status, 200)
          }

          yield* restartAll({
            JWT_PRIVATE_KEYS: `2:${otherJwt}`,
            INTERNAL_API_TOKEN: otherInternal,
            REVENUECAT_WEBHOOK_AUTH: otherShop
          }, after)
          for (const { url: at } of servers) {
            assertProblem(yield* readProfile(at, token), 401, "unauthenticated")
            assertProblem(yield* credit(at, internal), 401, "unauthenticated")
            assert.strictEqual((yield* tell(at, shop)).status, 401)
          }

          const keys = yield* site.sql<{ readonly id: string }>`
          SELECT DISTINCT seal_key_id AS id FROM tickets ORDER BY id`
          assert.deepStrictEqual(
            keys.map(({ id }) =>
              id
            ),
            ["1", "2"]
          )
          yield* site.advance(86_400_000)
          const drawn = `${servers[0]?.url}/lottery/draws/2026-02-03`
          yield* eventually("the draw", get(drawn), ({ text }) => at(JSON.parse(text), "status") === "drawn")
          const bundle = `${drawn}/proof`
          const verified = yield* site.ddd(["verify", bundle, "--vkey", vkeyBefore])
          assert.match(verified.stdout, /^VALID/m, verified.stderr)
          const audited = yield* site.ddd(["audit"], undefined, settings)
          assert.strictEqual(audited.code, 0, audited.stdout)
        }),
      600_000
    )
  }
)
