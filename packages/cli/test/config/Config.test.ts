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

/** A production that nothing is wrong with. */
const production: Environment = {
  NODE_ENV: "production",
  PUBLIC_URL: "https://lottery.example.com",
  DATABASE_URL: "postgres://app:hunter2@db.example.com:5432/lottery",
  TICKET_SEAL_SECRET: "seal-hunter2",
  SEED_KEY: "seed-hunter2",
  LOG_ORIGIN: "draws.example.com",
  LOG_SIGNING_KEYS: "log-hunter2",
  JWT_PRIVATE_KEYS: "jwt-hunter2",
  REFRESH_KEY: "refresh-hunter2",
  INTERNAL_API_TOKEN: "internal-hunter2",
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
      ENGINE: "auto",
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
      ["BEACON", "dev"],
      ["CORS_ORIGINS", "https://a.example.com/"],
      ["CORS_ORIGINS", "*"],
      ["DATABASE_URL", "mysql://localhost/x"],
      ["SMTP_URL", "http://mail.example.com"],
      ["MAIL_FROM", "Daily Dollar Draw"],
      ["MAIL_FROM", "a@b.c\r\nBcc: d@e.f"],
      ["DEV_CLOCK_START", "2026-02-03"],
      ["LOG_LEVEL", "loud"]
    ] as const
  ) {
    it(`refuses ${name}=${value}, naming it`, () => {
      const [problem, ...others] = problems({ [name]: value })
      assert.strictEqual(problem?.name, name)
      assert.isTrue(problem?.message.startsWith(`${name} must be `), problem?.message)
      assert.deepStrictEqual(others, [])
    })
  }

  it("tells of everything that is wrong at once", () => {
    assert.deepStrictEqual(namesOf({ PORT: "x", ENGINE: "y", HOST: "0.0.0.0" }), ["PORT", "ENGINE", "HOST"])
  })

  it("warns of names that look like a slip of the fingers, and of no others", () => {
    const warn = (environment: Environment) => readConfig(environment, []).warnings
    assert.deepStrictEqual(warn({ DATABSE_URL: "x" }), [
      "DATABSE_URL is set, but means nothing here. Did you mean DATABASE_URL?"
    ])
    assert.deepStrictEqual(warn({ PATH: "x", HOSTNAME: "x", SEED_KEY_FILE: "/x", PGPORT: "1", PORTS: "1" }), [])
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
    for (
      const environment of [production, { ...production, DATABASE_URL: "hunter2", PUBLIC_URL: "http://hunter.org" }]
    ) {
      const reading = readConfig(environment, all)
      const shown = JSON.stringify([reading.problems, reading.warnings, reading.entries.map((entry) => entry.shown)])
      assert.notInclude(shown, "hunter2")
      assert.notInclude(JSON.stringify(reading.entries), "hunter2")
    }
  })
})

describe("production", () => {
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
