import { quicknet } from "@ddd/core/proof/Beacon"
import { info } from "@ddd/sim/providers/BeaconRelayStandIn"
import { chain } from "@ddd/sim/providers/BeaconStandIn"
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Environment, readConfig, settingsOf } from "../../src/config/Config.ts"
import { everyNeed as all, type Need, type Settings, variableNames } from "../../src/config/Variables.ts"

const settings = (environment: Environment): Settings => Result.getOrThrow(settingsOf(readConfig(environment, all)))

const problems = (environment: Environment, needs: ReadonlyArray<Need> = all) => readConfig(environment, needs).problems

const namesOf = (environment: Environment, needs: ReadonlyArray<Need> = all) =>
  problems(environment, needs).map(({ name }) => name)

/** What a machine makes. */
const made = "q3Zt8VnXw0RbLk5YcJm2"

/** A production that nothing is wrong with. */
const production: Environment = {
  NODE_ENV: "production",
  PUBLIC_URL: "https://lottery.example.com",
  DATABASE_URL: "postgres://app:hunter2@db.example.com:5432/lottery",
  TICKET_SEAL_SECRET: `seal-hunter2-${made}`,
  SEED_KEY: `seed-hunter2-${made}`,
  LOG_ORIGIN: "draws.example.com",
  LOG_SIGNING_KEYS: `log-hunter2-${made}`,
  JWT_PRIVATE_KEYS: `1:jwt-hunter2-${made}`,
  REFRESH_KEY: `refresh-hunter2-${made}`,
  INTERNAL_API_TOKEN: `internal-hunter2-${made}`,
  SMTP_URL: "smtps://app:hunter2@mail.example.com",
  BEACON: "none",
  ALLOW_NO_BEACON: "yes"
}

const withFile = <A>(content: string, use: (path: string) => A): A => {
  const folder = fs.mkdtempSync(join(tmpdir(), "ddd-config-"))
  try {
    const path = join(folder, "secret")
    fs.writeFileSync(path, content)
    return use(path)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

describe("the configuration", () => {
  it("asks for nothing in development", () => {
    const { BEACON, DATABASE_URL, DATA_DIR, ENGINE, HOST, LOG_LEVEL, PORT } = settings({})
    assert.deepStrictEqual({ BEACON, DATABASE_URL, DATA_DIR, ENGINE, HOST, LOG_LEVEL, PORT }, {
      BEACON: "none",
      DATABASE_URL: undefined,
      DATA_DIR: undefined,
      ENGINE: "node",
      HOST: "127.0.0.1",
      LOG_LEVEL: "info",
      PORT: 8080
    })
  })

  it("takes a variable that is set to nothing as not set", () => {
    assert.strictEqual(settings({ PORT: "", DATABASE_URL: "" }).PORT, 8080)
    assert.deepStrictEqual(namesOf({ ...production, SEED_KEY: "" }), ["SEED_KEY"])
  })

  it("reads typed values", () => {
    const { CORS_ORIGINS, DEV_CLOCK_START, PORT, PUBLIC_URL } = settings({
      PORT: "0",
      PUBLIC_URL: "http://localhost:9000",
      CORS_ORIGINS: "https://a.example.com, https://b.example.com:8443",
      DEV_CLOCK_START: "2026-02-03T23:59:30.000Z"
    })
    assert.strictEqual(PORT, 0)
    assert.strictEqual(PUBLIC_URL?.origin, "http://localhost:9000")
    assert.deepStrictEqual(CORS_ORIGINS, ["https://a.example.com", "https://b.example.com:8443"])
    assert.strictEqual(DEV_CLOCK_START, Date.UTC(2026, 1, 3, 23, 59, 30))
  })

  for (
    const [name, value] of [
      ["PORT", "80a"],
      ["PORT", "65536"],
      ["PORT", "-1"],
      ["HOST", "localhost"],
      ["PUBLIC_URL", "https://example.com/path"],
      ["PUBLIC_URL", "example.com"],
      ["ENGINE", "bun"],
      ["NODE_ENV", "prod"],
      ["BEACON", "quicknet"],
      ["DRAND_URLS", "api.drand.sh"],
      ["DRAND_URLS", "https://api.drand.sh,ftp://relay.example.com"],
      ["CORS_ORIGINS", "https://a.example.com/"],
      ["CORS_ORIGINS", "*"],
      ["DATABASE_URL", "mysql://localhost/x"],
      ["SMTP_URL", "http://mail.example.com"],
      ["MAIL_FROM", "Daily Dollar Draw"],
      ["MAIL_FROM", "a@b.c\r\nBcc: d@e.f"],
      ["DEV_CLOCK_START", "2026-02-03"],
      ["LOG_LEVEL", "loud"],
      ["STRIPE_API_BASE", "stripe.example.com"],
      ["STRIPE_API_BASE", "ftp://stripe.example.com"],
      ["STRIPE_API_BASE", "https://stripe.example.com/v1"],
      ["STRIPE_WEBHOOK_SECRET", "whsec_1,,whsec_2"],
      ["WITHDRAW_DEPOSITS", "yes"]
    ] as const
  ) {
    it(`refuses ${name}=${value}, naming it`, () => {
      const [problem, ...others] = problems({ [name]: value })
      assert.strictEqual(problem?.name, name)
      assert.isTrue(problem?.message.startsWith(`${name} must be `), problem?.message)
      assert.deepStrictEqual(others, [])
    })
  }

  it("reads limits of requests, says what is wrong with them, and has production keep some", () => {
    assert.strictEqual(settings({ RATE_LIMITS: "off" }).RATE_LIMITS, "off")
    assert.deepInclude(settings({ RATE_LIMITS: "buy=1/2s" }).RATE_LIMITS, { buy: { quantity: 1, seconds: 2 } })
    assert.match(problems({ RATE_LIMITS: "sell=1/2s" })[0]?.message ?? "", /^RATE_LIMITS: each limit is a name, /)
    assert.deepStrictEqual(namesOf({ ...production, RATE_LIMITS: "off" }), ["RATE_LIMITS"])
    assert.deepStrictEqual(namesOf({ ...production, RATE_LIMITS: "buy=1/2s" }), [])
  })

  it("tells of everything that is wrong at once", () => {
    assert.deepStrictEqual(namesOf({ PORT: "x", ENGINE: "y", HOST: "0.0.0.0" }), ["PORT", "ENGINE", "HOST"])
  })

  it("says what is wrong with a catalogue, instead of showing it", () => {
    const [problem, ...others] = problems({
      PRODUCT_CATALOG: "{\"funds_5\": 5}",
      REVENUECAT_WEBHOOK_AUTH: `Bearer hunter2-${made}`
    })
    assert.match(problem?.message ?? "", /^PRODUCT_CATALOG: "funds_5" must be worth an amount/)
    assert.deepStrictEqual(others, [])
  })
})

describe("a secret", () => {
  it("comes from a file, without its last newline alone", () => {
    const read = (content: string) =>
      withFile(content, (SEED_KEY_FILE) => Redacted.value(settings({ SEED_KEY_FILE }).SEED_KEY ?? Redacted.make("")))
    assert.strictEqual(read("hunter2\n"), "hunter2")
    assert.strictEqual(read("hunter2"), "hunter2")
    assert.strictEqual(read(" hunter2\n\n"), " hunter2\n")
  })

  it("is refused from both the environment and a file, from a file that is not there, and from an empty one", () => {
    withFile("x", (path) => assert.deepStrictEqual(namesOf({ SEED_KEY: "y", SEED_KEY_FILE: path }), ["SEED_KEY"]))
    withFile("\n", (path) => assert.deepStrictEqual(namesOf({ SEED_KEY_FILE: path }), ["SEED_KEY"]))
    const [problem] = problems({ ...production, SEED_KEY: "", SEED_KEY_FILE: "/nowhere/seed" })
    assert.include(problem?.message, "SEED_KEY_FILE cannot be read")
  })

  it("shows in no message, entry or text of the settings", () => {
    const money = {
      REVENUECAT_WEBHOOK_AUTH: "hunter2",
      REVENUECAT_SIGNING_SECRET: "hunter2",
      STRIPE_SECRET_KEY: "sk_live_hunter2",
      STRIPE_WEBHOOK_SECRET: "hunter2,hunter2",
      STRIPE_API_BASE: "http://127.0.0.1:1"
    }
    for (
      const environment of [
        production,
        { ...production, DATABASE_URL: "hunter2", PUBLIC_URL: "http://hunter.org" },
        money
      ]
    ) {
      const reading = readConfig(environment, all)
      const shown = JSON.stringify([reading.problems, reading.entries.map((entry) => entry.shown)])
      assert.notInclude(shown, "hunter2")
      const entries = JSON.stringify(
        reading.entries,
        (_, value: unknown) => typeof value === "bigint" ? String(value) : value
      )
      assert.notInclude(entries, "hunter2")
    }
  })
})

describe("money", () => {
  const catalog = "{\"funds_5\": \"5.00\", \"funds_20\": \"20.00\"}"

  it("is read as amounts, secrets and a choice", () => {
    const { PRODUCT_CATALOG, STRIPE_API_BASE, STRIPE_WEBHOOK_SECRET, WITHDRAW_DEPOSITS } = settings({
      REVENUECAT_WEBHOOK_AUTH: "Bearer hunter2",
      PRODUCT_CATALOG: catalog,
      STRIPE_SECRET_KEY: "sk_test_hunter2",
      STRIPE_WEBHOOK_SECRET: "whsec_1, whsec_2",
      STRIPE_API_BASE: "http://127.0.0.1:12111",
      WITHDRAW_DEPOSITS: "true"
    })
    assert.deepStrictEqual([...PRODUCT_CATALOG ?? []], [["funds_5", 500n], ["funds_20", 2000n]])
    assert.deepStrictEqual(STRIPE_WEBHOOK_SECRET?.map(Redacted.value), ["whsec_1", "whsec_2"])
    assert.strictEqual(STRIPE_API_BASE.origin, "http://127.0.0.1:12111")
    assert.isTrue(WITHDRAW_DEPOSITS)
  })

  it("comes in by nobody and goes out to Stripe's own address, winnings alone, unless that is said", () => {
    const { REVENUECAT_WEBHOOK_AUTH, STRIPE_API_BASE, STRIPE_SECRET_KEY, WITHDRAW_DEPOSITS } = settings({})
    assert.deepStrictEqual([REVENUECAT_WEBHOOK_AUTH, STRIPE_SECRET_KEY], [undefined, undefined])
    assert.strictEqual(STRIPE_API_BASE.origin, "https://api.stripe.com")
    assert.isFalse(WITHDRAW_DEPOSITS)
  })

  it("is told of and worth something, or neither", () => {
    for (const base of [{}, production]) {
      const [unworthy, ...none] = problems({ ...base, REVENUECAT_WEBHOOK_AUTH: `Bearer hunter2-${made}` })
      assert.match(unworthy?.message ?? "", /^PRODUCT_CATALOG is missing, .*Set PRODUCT_CATALOG/)
      assert.deepStrictEqual(none, [])
      for (const alone of [{ PRODUCT_CATALOG: catalog }, { REVENUECAT_SIGNING_SECRET: made }]) {
        const [untold, ...others] = problems({ ...base, ...alone })
        assert.match(untold?.message ?? "", /^REVENUECAT_WEBHOOK_AUTH is missing, .*Set REVENUECAT_WEBHOOK_AUTH/)
        assert.deepStrictEqual(others, [])
      }
      assert.deepStrictEqual(
        namesOf({ ...base, REVENUECAT_WEBHOOK_AUTH: `Bearer hunter2-${made}`, PRODUCT_CATALOG: catalog }),
        []
      )
    }
    assert.deepStrictEqual(namesOf({ PRODUCT_CATALOG: catalog }, ["database", "accounts"]), [])
  })

  it("never shows a live key to an address that others can read on the way", () => {
    const STRIPE_API_BASE = "http://127.0.0.1:12111"
    for (const STRIPE_SECRET_KEY of ["sk_live_hunter2", "rk_live_hunter2"]) {
      assert.deepStrictEqual(namesOf({ STRIPE_SECRET_KEY, STRIPE_API_BASE }), ["STRIPE_API_BASE"])
      assert.deepStrictEqual(namesOf({ STRIPE_SECRET_KEY }), [])
    }
    assert.deepStrictEqual(namesOf({ STRIPE_SECRET_KEY: "sk_test_hunter2", STRIPE_API_BASE }), [])
    const stripe = { STRIPE_SECRET_KEY: `sk_live_hunter2${made}`, STRIPE_WEBHOOK_SECRET: `whsec_${made}` }
    assert.deepStrictEqual(namesOf({ ...production, ...stripe, STRIPE_API_BASE }), ["STRIPE_API_BASE"])
    assert.deepStrictEqual(namesOf({ ...production, STRIPE_API_BASE }), ["STRIPE_API_BASE"])
    assert.deepStrictEqual(namesOf({ ...production, EXPO_API_BASE: STRIPE_API_BASE }), ["EXPO_API_BASE"])
    assert.deepStrictEqual(namesOf({ ...production, ...stripe, STRIPE_API_BASE: "https://stripe.example.com" }), [])
  })

  it("goes out in production only where the provider can tell what became of it", () => {
    const STRIPE_SECRET_KEY = `sk_live_hunter2${made}`
    const [problem, ...others] = problems({ ...production, STRIPE_SECRET_KEY })
    assert.match(problem?.message ?? "", /^STRIPE_WEBHOOK_SECRET is missing, .*Set STRIPE_WEBHOOK_SECRET/)
    assert.deepStrictEqual(others, [])
    assert.deepStrictEqual(namesOf({ ...production, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET: `whsec_${made}` }), [])
    assert.deepStrictEqual(namesOf({ STRIPE_SECRET_KEY }), [])
  })
})

describe("the beacon", () => {
  it("is drand's where that is said, at relays of one's own and on another chain", () => {
    const { BEACON, DRAND_CHAIN, DRAND_URLS } = settings({
      BEACON: "drand",
      DRAND_URLS: "https://relay.example.com/drand, https://api.drand.sh",
      DRAND_CHAIN: JSON.stringify(info)
    })
    assert.strictEqual(BEACON, "drand")
    assert.deepStrictEqual(DRAND_URLS?.map(({ href }) => href), [
      "https://relay.example.com/drand",
      "https://api.drand.sh/"
    ])
    assert.deepStrictEqual(DRAND_CHAIN, [chain])
    const both = settings({
      BEACON: "drand",
      DRAND_URLS: "https://relay.example.com",
      DRAND_CHAIN: JSON.stringify([info, "quicknet"])
    })
    assert.deepStrictEqual(both.DRAND_CHAIN, [chain, quicknet])
  })

  it("refuses a chain that draws cannot wait for, saying why", () => {
    const read = (change: object) => problems({ BEACON: "drand", DRAND_CHAIN: JSON.stringify({ ...info, ...change }) })
    assert.match(read({ schemeID: "pedersen-bls-chained" })[0]?.message ?? "", /^DRAND_CHAIN: its scheme is pedersen/)
    assert.match(read({ period: 4 })[0]?.message ?? "", /^DRAND_CHAIN: its hash is/)
  })

  it("refuses relays and a chain that mean nothing, and a clock of its own beside drand's", () => {
    const DRAND_URLS = "https://api.drand.sh"
    assert.deepStrictEqual(namesOf({ DRAND_URLS }), ["DRAND_URLS"])
    assert.deepStrictEqual(namesOf({ DRAND_CHAIN: JSON.stringify(info), BEACON: "dev" }), ["DRAND_CHAIN"])
    assert.deepStrictEqual(namesOf({ DRAND_URLS, BEACON: "dev" }), [])
    // draws of before are followed to their end
    assert.deepStrictEqual(namesOf({ DRAND_CHAIN: "quicknet", BEACON: "none" }), [])
    // the League's relays serve no other chain
    assert.deepStrictEqual(namesOf({ DRAND_CHAIN: JSON.stringify(["quicknet", info]), BEACON: "drand" }), [
      "DRAND_URLS"
    ])
    assert.deepStrictEqual(namesOf({ DRAND_CHAIN: JSON.stringify(info), DRAND_URLS, BEACON: "none" }), [])
    const DEV_CLOCK_START = "2026-02-03T23:59:30.000Z"
    assert.deepStrictEqual(namesOf({ BEACON: "drand", DEV_CLOCK_START }), ["DEV_CLOCK_START"])
    assert.deepStrictEqual(namesOf({ BEACON: "dev", DEV_CLOCK_START }), [])
  })
})

describe("production", () => {
  it("refuses the beacon of development, and takes drand's without more", () => {
    const { ALLOW_NO_BEACON: _, ...rest } = production
    assert.deepStrictEqual(namesOf({ ...rest, BEACON: "dev" }), ["BEACON"])
    assert.deepStrictEqual(namesOf({ ...rest, BEACON: "drand" }), [])
  })

  it("takes a whole configuration", () => {
    assert.strictEqual(settings(production).NODE_ENV, "production")
  })

  for (const name of Object.keys(production).filter((name) => !["NODE_ENV", "ALLOW_NO_BEACON"].includes(name))) {
    it(`refuses to do without ${name}, saying what to do`, () => {
      const { [name]: _, ...rest } = production
      const [problem, ...others] = problems(rest)
      assert.strictEqual(problem?.name, name)
      assert.match(problem?.message ?? "", new RegExp(`^${name} is missing, .*Set ${name}`))
      assert.deepStrictEqual(others, [])
    })
  }

  for (
    const [name, change] of [
      ["PUBLIC_URL", { PUBLIC_URL: "http://lottery.example.com" }],
      ["ALLOW_NO_BEACON", { ALLOW_NO_BEACON: "" }],
      ["DEV_CLOCK_START", { DEV_CLOCK_START: "2026-02-03T23:59:30.000Z" }]
    ] as const
  ) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      assert.deepStrictEqual(namesOf({ ...production, ...change }), [name])
    })
  }

  it("asks of each command only what it works with", () => {
    const { DATABASE_URL, NODE_ENV } = production
    assert.deepStrictEqual(namesOf({ NODE_ENV, DATABASE_URL }, ["database"]), [])
    assert.deepStrictEqual(
      namesOf({ NODE_ENV, DATABASE_URL }, ["database", "draws"]),
      ["TICKET_SEAL_SECRET", "SEED_KEY", "LOG_ORIGIN", "LOG_SIGNING_KEYS", "BEACON"]
    )
    assert.deepStrictEqual(namesOf({ NODE_ENV, DATABASE_URL }, ["database", "accounts"]), ["REFRESH_KEY"])
  })

  it("is told of all that is missing at once", () => {
    assert.strictEqual(namesOf({ NODE_ENV: "production" }).length, Object.keys(production).length - 2)
  })
})

describe("identity checks", () => {
  it("are asked for above an amount, which may be none at all, and of prizes where that is said", () => {
    const { KYC_ABOVE, KYC_WEBHOOK_SECRET, PRIZE_HOLD_KYC } = settings({})
    assert.deepStrictEqual([KYC_ABOVE, KYC_WEBHOOK_SECRET, PRIZE_HOLD_KYC], [undefined, undefined, false])
    const set = settings({ KYC_ABOVE: "0.00", KYC_WEBHOOK_SECRET: "one, another", PRIZE_HOLD_KYC: "true" })
    assert.deepStrictEqual([set.KYC_ABOVE, set.KYC_WEBHOOK_SECRET?.length, set.PRIZE_HOLD_KYC], [0n, 2, true])
    for (const KYC_ABOVE of ["-1.00", "2000", "all"]) assert.deepStrictEqual(namesOf({ KYC_ABOVE }), ["KYC_ABOVE"])
    assert.deepStrictEqual(namesOf({ PRIZE_HOLD_KYC: "yes" }), ["PRIZE_HOLD_KYC"])
    assert.deepStrictEqual(namesOf({ ...production, KYC_WEBHOOK_SECRET: "hunter2" }), ["KYC_WEBHOOK_SECRET"])
  })
})

describe("the operator", () => {
  const pages = ["OPERATOR_URL", "TERMS_URL", "HELP_URL"] as const

  it("is named in one visible line, with pages of https, or in development of http", () => {
    const { HELP_URL, OPERATOR_NAME, TERMS_URL } = settings({
      OPERATOR_NAME: "Łódź Draws & Söhne",
      TERMS_URL: "https://example.com/terms?of=2026#prizes",
      HELP_URL: "http://localhost:9000/help"
    })
    assert.strictEqual(OPERATOR_NAME, "Łódź Draws & Söhne")
    assert.strictEqual(TERMS_URL?.href, "https://example.com/terms?of=2026#prizes")
    assert.strictEqual(HELP_URL?.href, "http://localhost:9000/help")
    assert.strictEqual(settings({}).OPERATOR_NAME, undefined)
  })

  it("is refused where it is no such name, or no such page", () => {
    for (const name of ["Example\nDraws", " Example", "Example\u202eDraws", "\u200b", "x".repeat(101)]) {
      assert.deepStrictEqual(namesOf({ OPERATOR_NAME: name }), ["OPERATOR_NAME"], JSON.stringify(name))
    }
    for (const name of pages) {
      for (const page of ["example.com", "javascript:alert(1)", "https://ann:b@example.com", "ftp://example.com"]) {
        assert.deepStrictEqual(namesOf({ [name]: page }), [name], page)
      }
      assert.deepStrictEqual(namesOf({ [name]: `https://example.com/${"x".repeat(1000)}` }), [name])
      assert.deepStrictEqual(namesOf({ ...production, [name]: "http://example.com/" }), [name])
      assert.deepStrictEqual(namesOf({ ...production, [name]: "https://example.com/" }), [])
    }
  })
})

describe("development", () => {
  it("refuses an address that others reach, unless that is allowed", () => {
    assert.deepStrictEqual(namesOf({ HOST: "0.0.0.0" }), ["HOST"])
    assert.deepStrictEqual(namesOf({ HOST: "0.0.0.0", ALLOW_INSECURE_DEV: "yes" }), [])
    assert.deepStrictEqual(namesOf({ HOST: "::1" }), [])
    assert.deepStrictEqual(namesOf({ ...production, HOST: "0.0.0.0" }), [])
  })
})

it("every variable has a line of help and a default in words or text", () => {
  for (const { shown, source, variable } of readConfig({}, []).entries) {
    assert.notStrictEqual(variable.help, "")
    assert.isTrue(source !== "default" || shown !== null || variable.otherwise !== undefined)
  }
  assert.strictEqual(new Set(variableNames).size, variableNames.length)
})
