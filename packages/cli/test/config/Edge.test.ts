/** What the configuration says of proxies, of TLS, and of where play is offered. */
import { isTrusted } from "@ddd/core/accounts/ClientAddress"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type Environment, readConfig, settingsOf } from "../../src/config/Config.ts"
import { everyNeed } from "../../src/config/Variables.ts"

const settings = (environment: Environment) => Result.getOrThrow(settingsOf(readConfig(environment, everyNeed)))
const problems = (environment: Environment) => readConfig(environment, everyNeed).problems

/** A server that speaks TLS. */
const tls: Environment = { TLS_CERT: "/cert.pem", TLS_KEY: "/key.pem", PUBLIC_URL: "https://localhost:8080" }

describe("trusted proxies", () => {
  it("are none unless they are named, by addresses and networks", () => {
    assert.isUndefined(settings({}).TRUSTED_PROXIES)
    const { CLIENT_ADDRESS_FROM, TRUSTED_PROXIES = [] } = settings({ TRUSTED_PROXIES: "10.0.0.0/8, ::1" })
    assert.strictEqual(CLIENT_ADDRESS_FROM, "x-forwarded-for")
    assert.isTrue(isTrusted({ networks: TRUSTED_PROXIES }, "10.1.2.3"))
    assert.isFalse(isTrusted({ networks: TRUSTED_PROXIES }, "127.0.0.1"))
  })

  it("are refused where they are no addresses, or everybody", () => {
    for (const value of ["localhost", "10.0.0.1/8", "0.0.0.0/0", "::/0", "10.0.0.0/8,"]) {
      const [problem, ...others] = problems({ TRUSTED_PROXIES: value })
      assert.strictEqual(problem?.name, "TRUSTED_PROXIES", value)
      assert.match(problem?.message ?? "", /^TRUSTED_PROXIES must be addresses or networks such as 10\.0\.0\.0\/8/)
      assert.deepStrictEqual(others, [])
    }
  })

  it("are missing where it is said how they give an address, and only then", () => {
    const [problem, ...others] = problems({ CLIENT_ADDRESS_FROM: "forwarded" })
    assert.match(
      problem?.message ?? "",
      /^TRUSTED_PROXIES is missing, .*Set TRUSTED_PROXIES .*, or remove CLIENT_ADDRESS_FROM/
    )
    assert.deepStrictEqual(others, [])
    assert.deepStrictEqual(problems({ CLIENT_ADDRESS_FROM: "forwarded", TRUSTED_PROXIES: "10.0.0.1" }), [])
  })

  it("speak the PROXY protocol to our own engine alone", () => {
    const proxied = { CLIENT_ADDRESS_FROM: "proxy-protocol", TRUSTED_PROXIES: "10.0.0.1" }
    assert.deepStrictEqual(problems(proxied), [])
    assert.deepStrictEqual(problems({ ...proxied, ENGINE: "uws" }).map(({ name }) => name), ["CLIENT_ADDRESS_FROM"])
  })
})

describe("TLS", () => {
  it("takes a certificate and its key", () => {
    assert.deepStrictEqual(problems(tls), [])
  })

  it("asks for the one where the other is given, for https, and for our own engine", () => {
    for (
      const [change, name, message] of [
        [{ TLS_KEY: "" }, "TLS_KEY", /is missing, .*Set TLS_KEY, or remove TLS_CERT/],
        [{ TLS_CERT: "" }, "TLS_CERT", /is missing, .*Set TLS_CERT, or remove TLS_KEY/],
        [{ PUBLIC_URL: "" }, "PUBLIC_URL", /must begin with https:\/\/ where TLS_CERT is set/],
        [{ PUBLIC_URL: "http://localhost:8080" }, "PUBLIC_URL", /must begin with https/],
        [{ ENGINE: "uws" }, "TLS_CERT", /refused with ENGINE=uws/]
      ] as const
    ) {
      const [problem, ...others] = problems({ ...tls, ...change })
      assert.strictEqual(problem?.name, name)
      assert.match(problem?.message ?? "", message)
      assert.deepStrictEqual(others, [])
    }
  })
})

describe("where play is offered", () => {
  const file: Environment = { GEO_DB: "/countries.mmdb" }
  const header: Environment = { GEO_HEADER: "CF-IPCountry", TRUSTED_PROXIES: "10.0.0.1" }

  it("is everywhere unless a list says it", () => {
    const { ALLOWED_COUNTRIES, BLOCKED_COUNTRIES, GEO_DB, GEO_HEADER } = settings({})
    assert.deepStrictEqual([ALLOWED_COUNTRIES, BLOCKED_COUNTRIES, GEO_DB, GEO_HEADER], Array(4).fill(undefined))
    assert.deepStrictEqual(problems(file), [])
  })

  it("is said by one list of countries and regions, and told by a file or a trusted proxy's header", () => {
    const { ALLOWED_COUNTRIES = new Set() } = settings({ ...file, ALLOWED_COUNTRIES: "US-NY, CA,unknown" })
    assert.deepStrictEqual([...ALLOWED_COUNTRIES], ["US-NY", "CA", "unknown"])
    const { BLOCKED_COUNTRIES = new Set(), GEO_HEADER } = settings({ ...header, BLOCKED_COUNTRIES: "FR" })
    assert.deepStrictEqual([[...BLOCKED_COUNTRIES], GEO_HEADER], [["FR"], "cf-ipcountry"])
  })

  it("is refused where a list names what is no country, and so nobody", () => {
    for (const value of ["UK", "us", "USA", "US;CA", "US,", "Germany"]) {
      const [problem, ...others] = problems({ ...file, BLOCKED_COUNTRIES: value })
      assert.match(problem?.message ?? "", /^BLOCKED_COUNTRIES must be countries and regions as ISO 3166 names them/)
      assert.deepStrictEqual(others, [])
    }
  })

  it("is refused where two lists say it, or nothing tells where anybody is, or anybody may", () => {
    for (
      const [environment, name, message] of [
        [
          { ...file, ALLOWED_COUNTRIES: "US", BLOCKED_COUNTRIES: "FR" },
          "BLOCKED_COUNTRIES",
          /beside ALLOWED_COUNTRIES/
        ],
        [{ ALLOWED_COUNTRIES: "US" }, "GEO_DB", /^GEO_DB is missing, .*ALLOWED_COUNTRIES means nothing.*or remove/],
        [{ ...file, ...header }, "GEO_HEADER", /beside GEO_DB/],
        [{ GEO_HEADER: "CF-IPCountry" }, "TRUSTED_PROXIES", /anybody could name a country/],
        [{ ...header, CLIENT_ADDRESS_FROM: "proxy-protocol" }, "GEO_HEADER", /as clients wrote them/],
        [{ ...header, GEO_HEADER: "CF: IPCountry" }, "GEO_HEADER", /must be the name of a header/]
      ] as const
    ) {
      const [problem, ...others] = problems(environment)
      assert.strictEqual(problem?.name, name)
      assert.match(problem?.message ?? "", message)
      assert.deepStrictEqual(others, [])
    }
  })
})
