import { TestDatabase } from "@ddd/adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { textAt } from "../../src/demo/Client.ts"
import { call } from "../support/Call.ts"
import { urlOf } from "../support/DatabaseUrl.ts"
import { ddd, type Env, get, serve } from "../support/Ddd.ts"
import { productionSettings } from "../support/ProductionSettings.ts"

const production: Env = { ...productionSettings(), PUBLIC_URL: "https://lottery.example.com" }

const jsonLines = (text: string): ReadonlyArray<Record<string, unknown>> =>
  text.trim().split("\n").map((line) => JSON.parse(line))

describe("ddd on the PostgreSQL of DATABASE_URL", () => {
  it.live(
    "is migrated by the owner's hand, and serves, once a port, as a role that owns nothing",
    () =>
      Effect.gen(function*() {
        const { app, owner } = yield* TestDatabase.make
        const env = { ...production, DATABASE_URL: urlOf(app) }

        const unmigrated = yield* ddd(["serve"], env)
        assert.strictEqual(unmigrated.code, 2)
        assert.include(unmigrated.stderr, "run `npm run -s ddd -- migrate`")
        const withoutOwner = yield* ddd(["migrate"], env)
        assert.strictEqual(withoutOwner.code, 2)
        assert.include(withoutOwner.stderr, "DATABASE_OWNER_URL is missing")
        assert.strictEqual((yield* ddd(["migrate"], { ...env, DATABASE_OWNER_URL: urlOf(owner) })).code, 0)

        const server = yield* serve({
          ...env,
          PORT: "0",
          OPERATOR_NAME: "Example Draws Ltd",
          TERMS_URL: "https://example.com/terms"
        })
        assert.strictEqual((yield* get(`${server.url}/readyz`)).status, 200)
        const vkey = yield* Effect.promise(async () => (await (await fetch(`${server.url}/log/vkey`)).text()).trim())
        assert.strictEqual(server.stdout(), "")
        // no credit of development, whoever asks: its path is one where nothing is
        const signUp = { email: "ann@example.com", username: "ann", password: "violet kettle sings" }
        const { json: signedUp } = yield* call(server.url, "POST", "/auth/sign-up", { body: signUp })
        const token = textAt(signedUp, "tokens", "accessToken")
        for (const path of ["/dev/credit", "/dev/nothing"]) {
          const { json, status } = yield* call(server.url, "POST", path, { token, body: { amount: "5.00" } })
          assert.strictEqual(status, 404)
          assert.deepInclude(json, { code: "not_found", detail: "There is nothing at this path." })
        }
        assert.notInclude((yield* get(`${server.url}/openapi.json`)).text, "/dev/")
        assert.deepInclude((yield* call(server.url, "GET", "/play/site")).json, {
          operatorName: "Example Draws Ltd",
          operatorUrl: null,
          termsUrl: "https://example.com/terms",
          money: { dev: false, checkout: false }
        })
        const [audit, neighbour] = yield* Effect.all([
          ddd(["audit"], env),
          ddd(["serve"], { ...env, PORT: new URL(server.url).port })
        ], { concurrency: 2 })
        assert.strictEqual(audit.code, 0, audit.stdout)
        assert.strictEqual(neighbour.code, 2)
        assert.match(neighbour.stderr, /cannot be listened on.*set PORT/)
        assert.strictEqual(yield* server.stop(), 0)
        const messages = jsonLines(server.stderr()).map(({ message }) => JSON.stringify(message))
        const serving = messages.find((message) => message.includes("serving"))
        assert.isDefined(serving, server.stderr())
        // whoever pins the log's key learns it here, or at /log/vkey
        assert.include(serving, vkey)
        // nothing encrypts, and nothing says for whom a proxy asks
        assert.isTrue(messages.some((message) => /set TRUSTED_PROXIES .*or TLS_CERT and TLS_KEY/.test(message)))
      }),
    180_000
  )

  it.live("refuses production as the role that owns the tables", () =>
    Effect.gen(function*() {
      const { owner } = yield* TestDatabase.make
      const env = { ...production, DATABASE_URL: urlOf(owner), DATABASE_OWNER_URL: urlOf(owner) }
      const { code, stderr } = yield* ddd(["serve"], env)
      assert.strictEqual(code, 2)
      assert.match(stderr, /DATABASE_URL connects as .*, which owns the tables/)
    }), 180_000)

  it.live("says where it cannot go, without the password", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* ddd(["audit"], { DATABASE_URL: "postgres://ann:hunter2@127.0.0.1:1/lottery" })
      assert.strictEqual(code, 2)
      assert.match(stderr, /^The database cannot be reached: .*DATABASE_URL\.$/m)
      assert.notInclude(stderr, "hunter2")
      assert.notMatch(stderr, /^\s+at /m)
    }))
})
