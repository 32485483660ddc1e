import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { readConfig } from "../../src/config/Config.ts"
import { unknownNames, withoutOurs } from "../../src/config/UnknownNames.ts"
import { variableNames, variables } from "../../src/config/Variables.ts"
import { ddd } from "../support/Ddd.ts"

const saidOf = (...names: ReadonlyArray<string>): ReadonlyArray<string> =>
  unknownNames(Object.fromEntries(names.map((name) => [name, "x"]))).map(({ message }) => message)

/** What environments hold for others: systems, shells, CI, orchestrators, the services beside us and their tools. */
const strangers = [
  ..."PATH HOME PWD SHELL USER HOSTNAME LANG TZ TERM CI DEBUG NO_COLOR PORTS META_DIR BASE_DIR HTTP_URL".split(" "),
  ..."NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED UV_THREADPOOL_SIZE".split(" "),
  ..."npm_config_user_agent npm_lifecycle_event npm_package_name GITHUB_TOKEN GITLAB_CI BUILDKITE".split(" "),
  ..."PGHOST PGPORT PGPASSWORD DATABASE_HOST DATABASE_PASSWORD DATABASE_URL_FOO DATABASE_POOL_URL DATABASE_SSL DATABASE_UID DATABASE_SQL"
    .split(" "),
  ..."LOG_FORMAT LOG_FILE LOG_LEVELS LOG_DIR SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASSWORD".split(" "),
  ..."MAIL_HOST MAIL_FROM_NAME EMAIL_FROM JWT_SECRET JWT_PUBLIC_KEY PUBLIC_KEY PUBLIC_PATH".split(" "),
  ..."DEV_MODE DEV_SERVER ALLOW_EMPTY_PASSWORD CORS_ALLOWED_HEADERS SENTRY_RELEASE OTEL_SERVICE_NAME TLS_CA".split(" "),
  ..."STRIPE_API_KEY STRIPE_DEVICE_NAME STRIPE_PUBLISHABLE_KEY STRIPE_CLI_TELEMETRY_OPTOUT".split(" "),
  ..."DRAND_SERVICE_HOST DRAND_SERVICE_PORT_HTTP DRAND_PORT DRAND_PORT_8080_TCP_ADDR STRIPE_MOCK_SERVICE_HOST".split(
    " "
  ),
  ..."PORT_FILE HOST_FILE DATADIR data_dir ENGINES BEACONS TEST_FSYNC CHROMIUM_PATH SHARED_DIR".split(" ")
]

describe("a name that nothing reads", () => {
  it("is refused where it is one of ours with a slip, naming that one", () => {
    for (
      const [slip, meant] of [
        ["DATABSE_URL", "DATABASE_URL"],
        ["DATABASE_ULR", "DATABASE_URL"],
        ["STRIPE_SECRET_KEYS", "STRIPE_SECRET_KEY"],
        ["SEED_KEYFILE", "SEED_KEY_FILE"],
        ["NODE_EVN", "NODE_ENV"],
        ["SMTP_URI", "SMTP_URL"],
        ["CORS_ORIGIN", "CORS_ORIGINS"],
        ["TRUSTED_PROXY", "TRUSTED_PROXIES"],
        ["ALLOWED_COUNTRY", "ALLOWED_COUNTRIES"],
        ["TICKET_SEAL_SECRETS_FILE", "TICKET_SEAL_SECRET_FILE"],
        ["seed_key", "SEED_KEY"]
      ] as const
    ) assert.deepStrictEqual(saidOf(slip), [`${slip} is not read. Did you mean ${meant}? Correct or remove it.`])
  })

  it("is refused wherever one letter is left out of one of ours, or two change places", () => {
    // Kubernetes makes names that end in _PORT of services
    const names = variableNames.filter((name) => name.length >= 9 && name !== "LOG_LEVEL" && !name.endsWith("_PORT"))
    fc.assert(fc.property(fc.constantFrom(...names), fc.nat(), fc.boolean(), (name, pick, swaps) => {
      // the first letter is never the slip
      const at = 1 + pick % (name.length - 2)
      const slip = swaps
        ? `${name.slice(0, at)}${name[at + 1]}${name[at]}${name.slice(at + 2)}`
        : `${name.slice(0, at)}${name.slice(at + 1)}`
      assert.lengthOf(saidOf(slip), slip === name ? 0 : 1, slip)
    }))
  })

  it("is refused where its beginning is ours alone, naming what there is", () => {
    assert.deepStrictEqual(saidOf("STRIPE_KEY"), [
      "STRIPE_KEY is not read. Of STRIPE_… there are STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE. " +
      "Correct or remove it."
    ])
    for (const name of ["MIN_AGES", "FOUR_EYES", "FOUR_EYES_OVER", "MAX_TICKETS", "ROOM_PRIZE_DAYS"]) {
      assert.match(saidOf(name)[0] ?? "", new RegExp(`^${name} is not read\\. Of `))
    }
    assert.match(saidOf("DRAND_RELAYS")[0] ?? "", /^DRAND_RELAYS is not read\. Of DRAND_… there are DRAND_URLS, DRAND_/)
  })

  it("is refused where it names a file for what is no secret", () => {
    assert.deepStrictEqual(saidOf("MAIL_FROM_FILE"), [
      "MAIL_FROM_FILE is not read: only secrets come from files. Set MAIL_FROM, and remove MAIL_FROM_FILE."
    ])
  })

  it("is let be where it is a stranger's, or set to nothing", () => {
    assert.deepStrictEqual(saidOf(...strangers), [])
    assert.deepStrictEqual(unknownNames({ SEED_KY: "", DATABSE_URL: undefined }), [])
  })

  it("is never one that is read", () => {
    const read = variableNames.flatMap((name) => variables[name].form.secret ? [name, `${name}_FILE`] : [name])
    assert.deepStrictEqual(saidOf(...read), [])
  })

  it("is refused with all else that is wrong, for every command", () => {
    assert.deepStrictEqual(
      readConfig({ PORT: "x", DATABSE_URL: "x" }, []).problems.map(({ name }) => name),
      ["PORT", "DATABSE_URL"]
    )
  })

  it("is left out of the environment of a server of the demo, and strangers stay", () => {
    const env = { PATH: "/bin", SENTRY_DSN: "x", DATABSE_URL: "x", SEED_KEY_FILE: "/x", PORT: "1", LOG_FORMAT: "json" }
    assert.deepStrictEqual(withoutOurs(env), { PATH: "/bin", LOG_FORMAT: "json" })
  })

  it.live("keeps the server from starting, by name", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* ddd(["serve"], {
        SENTRY_DSM: "https://sentry.example.com",
        DATABSE_URL: "x"
      })
      assert.strictEqual(code, 2)
      assert.strictEqual(stdout, "")
      assert.match(stderr, /SENTRY_DSM is not read\. Did you mean SENTRY_DSN\?/)
      assert.match(stderr, /DATABSE_URL is not read\. Did you mean DATABASE_URL\?/)
    }))

  it.live("is shown by ddd config, which ends with 2", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* ddd(["config", "--json"], { KYC_OVER: "100.00" })
      assert.strictEqual(code, 2)
      const report: { readonly problems: ReadonlyArray<{ readonly name: string }> } = JSON.parse(stdout)
      assert.deepStrictEqual(report.problems.map(({ name }) => name), ["KYC_OVER"])
    }))
})
