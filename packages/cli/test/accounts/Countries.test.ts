/** Where play is offered, as an operator sets it: the file, the proxy's header, and what is refused at the start. */
import { countryFile, record } from "@ddd/adapters-maxmind/testing/WriteCountryFile"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { dataFolder, ddd, eventually } from "../support/Ddd.ts"
import { assertProblem, at, password, Site } from "../support/Site.ts"

const proxied = { TRUSTED_PROXIES: "127.0.0.1" }

let players = 0

/** Somebody signs up at a server, from an address or a country that the proxy names. */
const signUp = Effect.fnUntraced(function*(url: string, headers: Readonly<Record<string, string>>) {
  const username = `traveller${++players}`
  return yield* (yield* Site).post("/auth/sign-up", { email: `${username}@example.com`, username, password }, {
    at: url,
    headers
  })
})

const countryOf = Effect.fnUntraced(function*(token: string, url: string) {
  const { json } = yield* (yield* Site).ask("GET", "/user/profile", { at: url, token })
  return at(json, "country")
})

layer(Layer.empty, { excludeTestServices: true })("ddd serve with a list of countries", (it) => {
  it.effect(
    "goes by its file on each engine, reads it again where it has changed, and keeps what it has where it is no good",
    () =>
      Effect.gen(function*() {
        const folder = yield* dataFolder
        const GEO_DB = join(folder, "countries.mmdb")
        writeFileSync(
          GEO_DB,
          countryFile({
            "198.51.100.0/24": record("US", "NY"),
            "203.0.113.0/24": record("FR"),
            "2001:db8::/32": record("US", "NY")
          })
        )
        const processes = (["node", "uws"] as const).map((ENGINE) => ({
          ...proxied,
          ENGINE,
          GEO_DB,
          ALLOWED_COUNTRIES: "US-NY,DE",
          LOG_LEVEL: "info"
        }))
        yield* Effect.gen(function*() {
          const { servers } = yield* Site
          const from = (url: string, address: string) => signUp(url, { "x-forwarded-for": address })
          for (const { url } of servers) {
            for (const address of ["198.51.100.7", "2001:db8::7"]) {
              const answer = yield* from(url, address)
              assert.strictEqual(answer.status, 201, answer.text)
              assert.strictEqual(yield* countryOf(String(at(answer.json, "tokens", "accessToken")), url), "US")
            }
            assertProblem(yield* from(url, "203.0.113.7"), 403, "not_available_here")
            // in development an address that is not in the file is let in
            const unknown = yield* from(url, "192.0.2.7")
            assert.strictEqual(unknown.status, 201, unknown.text)
            assert.isNull(yield* countryOf(String(at(unknown.json, "tokens", "accessToken")), url))
          }
          const signal = Effect.sync(() => servers.forEach(({ pid }) => process.kill(pid, "SIGHUP")))
          const said = (text: string) =>
            eventually(
              text,
              Effect.sync(() => servers.map(({ stderr, stdout }) => stdout() + stderr())),
              (logs) => logs.every((log) => log.includes(text))
            )
          writeFileSync(GEO_DB, "half a file")
          yield* signal
          yield* said("GEO_DB is no file in MaxMind's form")
          for (const { url } of servers) {
            assertProblem(yield* from(url, "203.0.113.8"), 403, "not_available_here")
            assert.strictEqual((yield* from(url, "198.51.100.8")).status, 201)
          }
          writeFileSync(GEO_DB, countryFile({ "198.51.100.0/24": record("US", "NJ"), "203.0.113.0/24": record("DE") }))
          yield* signal
          for (const { stderr, stdout, url } of servers) {
            yield* eventually("the new file", from(url, "203.0.113.8"), ({ status }) => status === 201)
            assertProblem(yield* from(url, "198.51.100.8"), 403, "not_available_here")
            // where somebody is, is nobody's business
            assert.notMatch(stdout() + stderr(), /198\.51\.100|US-N[YJ]|country=|"country"/)
          }
        }).pipe(Effect.provide(Site.layer({ processes })))

        const start = (environment: Readonly<Record<string, string>>) =>
          ddd(["serve"], { DATA_DIR: folder, ALLOWED_COUNTRIES: "DE", ...environment })
        writeFileSync(GEO_DB, "no file")
        const [unusable, missing] = yield* Effect.all(
          [start({ GEO_DB }), start({ GEO_DB: join(folder, "none.mmdb") })],
          {
            concurrency: 2
          }
        )
        assert.deepStrictEqual([unusable.code, missing.code], [2, 2])
        assert.match(unusable.stderr, /^GEO_DB is no file in MaxMind's form \(.+\): name a \.mmdb file/m)
        assert.match(missing.stderr, /^GEO_DB cannot be read \(.+\): name a file that this account may read\./m)
      }),
    300_000
  )

  it.effect(
    "goes by the header of a trusted proxy on each engine, in any case of its name",
    () =>
      Effect.gen(function*() {
        const { servers } = yield* Site
        for (const { url } of servers) {
          const answer = yield* signUp(url, { "cf-ipcountry": "FR" })
          assertProblem(answer, 403, "not_available_here")
          const opened = yield* signUp(url, { "cf-ipcountry": "NZ" })
          assert.strictEqual(opened.status, 201, opened.text)
          assert.strictEqual(yield* countryOf(String(at(opened.json, "tokens", "accessToken")), url), "NZ")
        }
      }).pipe(Effect.provide(Site.layer({
        processes: (["node", "uws"] as const).map((ENGINE) => ({
          ...proxied,
          ENGINE,
          GEO_HEADER: "CF-IPCountry",
          BLOCKED_COUNTRIES: "FR,US-NY"
        }))
      }))),
    300_000
  )
})
