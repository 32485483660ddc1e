/** What `ddd doctor` finds of the services that a server works with, and of this machine. */
import { info, type RelayBehaviour, start } from "@ddd/sim/providers/BeaconRelayStandIn"
import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { mkdirSync } from "node:fs"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createServer } from "node:tls"
import { ProofFolderUnusable } from "../../src/AcknowledgedFiles.ts"
import { type Environment, readConfig, settingsOf } from "../../src/config/Config.ts"
import { everyNeed } from "../../src/config/Variables.ts"
import { check, type Finding } from "../../src/doctor/Finding.ts"
import { machineChecks } from "../../src/doctor/MachineChecks.ts"
import { outsideChecks } from "../../src/doctor/OutsideChecks.ts"
import { dataFolder } from "../support/Ddd.ts"
import { openMailbox } from "../support/Mailbox.ts"
import { productionSettings, secret } from "../support/ProductionSettings.ts"

const certificates = join(import.meta.dirname, "../../../http/test/support/tls")
const settings = (environment: Environment) => Result.getOrThrow(settingsOf(readConfig(environment, everyNeed)))

/** The finding of that name, with these settings. */
const found = (name: string, environment: Environment): Effect.Effect<Finding | undefined> => {
  const read = settings(environment)
  return Effect.map(
    Effect.all([...outsideChecks(read), ...machineChecks(read)], { concurrency: "unbounded" }),
    (findings) => findings.find(({ check }) => check === name)
  )
}

const assertFound = (finding: Finding | undefined, status: Finding["status"], message: RegExp) => {
  assert.strictEqual(finding?.status, status, finding?.message)
  assert.match(finding?.message ?? "", message)
}

const relays = (...behaviours: ReadonlyArray<RelayBehaviour>) =>
  Effect.map(
    Effect.forEach(behaviours, (behaviour) => start({ behave: () => behaviour })),
    (all): Environment => ({
      BEACON: "drand",
      DRAND_CHAIN: JSON.stringify(info),
      DRAND_URLS: all.map(({ url }) => url.href).join(",")
    })
  )

describe("a check of ddd doctor", () => {
  it.effect("ends within its time, whatever it waits for, and finds what it fails with", () =>
    Effect.gen(function*() {
      const waiting = yield* Effect.forkChild(check("waits", Effect.never))
      yield* TestClock.adjust("1 minute")
      assertFound(yield* Fiber.join(waiting), "failed", /took longer than 30 s/)
      assertFound(
        yield* check("fails", Effect.fail(new ProofFolderUnusable({ message: "The disk is gone." }))),
        "failed",
        /^The disk is gone\.$/
      )
      assertFound(yield* check("dies", Effect.die(new Error("a fault"))), "failed", /did not expect: A fault/)
    }))
})

describe("ddd doctor, of the beacon", () => {
  it.live("asks each relay for a round, and believes none that the chain's key has not signed", () =>
    Effect.gen(function*() {
      assertFound(yield* found("beacon", yield* relays("done", "done")), "ok", /^2 answers of relays, each signed/)
      const some = yield* found("beacon", yield* relays("done", "other signature"))
      assertFound(some, "warning", /^Some relays .*: its signature is not the chain's/)
      const none = yield* found("beacon", yield* relays("absent", "no json"))
      assertFound(none, "failed", /it answered 404; .*DRAND_URLS/)
    }))
})

describe("ddd doctor, of mail", () => {
  it.live("greets the mail server, sends nothing, and tells one that is not there, or that refuses our password", () =>
    Effect.gen(function*() {
      const mailbox = yield* openMailbox
      assertFound(yield* found("mail", { SMTP_URL: mailbox.url }), "ok", /greets.*None was sent/)
      assertFound(
        yield* found("mail", { SMTP_URL: "smtp://127.0.0.1:1" }),
        "failed",
        /would not take our mail \(ESOCKET\).*SMTP_URL/
      )
      const { port } = new URL(mailbox.url)
      const known = yield* found("mail", { SMTP_URL: `smtp://ann:of-ann-alone@127.0.0.1:${port}` })
      assert.strictEqual(known?.status, "failed", known?.message)
      assert.notInclude(known?.message ?? "", "of-ann-alone")
    }))
})

describe("ddd doctor, of payouts", () => {
  it.live("tells by which account and in which mode Stripe pays, and that it does not know a key", () =>
    Effect.gen(function*() {
      const stripe = yield* StripeStandIn.make()
      const env = { STRIPE_API_BASE: stripe.url, STRIPE_SECRET_KEY: stripe.secretKey }
      assertFound(yield* found("payouts", env), "ok", /acct_standin in test mode/)
      const other = yield* found("payouts", { ...env, STRIPE_SECRET_KEY: "sk_test_of_somebody_else" })
      assertFound(other, "failed", /STRIPE_SECRET_KEY/)
      assert.notInclude(other?.message ?? "", "somebody_else")
    }))
})

describe("ddd doctor, of identity checks", () => {
  it.live("warns where money waits for identity checks that nobody can tell of", () =>
    Effect.gen(function*() {
      const needed = { KYC_ABOVE: "3.00", PRIZE_HOLD_KYC: "true", PRIZE_REPORT_FROM: "2025-01-01=600.00" }
      const production = {
        ...productionSettings(),
        DATABASE_URL: "postgres://app:word@127.0.0.1:9/lottery",
        PUBLIC_URL: "https://127.0.0.1:1",
        TRUSTED_PROXIES: "127.0.0.1"
      }
      assertFound(
        yield* found("identity", { ...production, ...needed }),
        "warning",
        /^Nobody tells of a check, and withdrawals above \$3\.00 and prizes from PRIZE_REPORT_FROM on wait for one: .* KYC_WEBHOOK_SECRET/
      )
      const told = { ...production, ...needed, KYC_WEBHOOK_SECRET: secret() }
      assertFound(yield* found("identity", told), "ok", /^Checks are told of; withdrawals above \$3\.00/)
      assertFound(yield* found("identity", production), "ok", /^Nothing waits for a check\.$/)
      assertFound(yield* found("identity", needed), "ok", /503 until KYC_WEBHOOK_SECRET is set/)
    }))
})

describe("ddd doctor, of this machine", () => {
  it.live("tells whether the certificate is for the name of PUBLIC_URL", () => {
    const [TLS_CERT, TLS_KEY] = [join(certificates, "first-cert.pem"), join(certificates, "first-key.pem")]
    const of = (PUBLIC_URL: string) => found("certificate", { TLS_CERT, TLS_KEY, PUBLIC_URL })
    return Effect.gen(function*() {
      assertFound(yield* of("https://localhost:8443"), "ok", /is for localhost, and ends at 2099/)
      assertFound(yield* of("https://127.0.0.1:8443"), "ok", /is for 127\.0\.0\.1/)
      assertFound(yield* of("https://lottery.example.com"), "failed", /other names than lottery\.example\.com/)
      const unreadable = yield* found("certificate", {
        TLS_CERT: "/nowhere.pem",
        TLS_KEY,
        PUBLIC_URL: "https://localhost"
      })
      assertFound(unreadable, "failed", /^TLS_CERT cannot be read/)
    })
  })

  it.live("asks a proxy for its certificate, and tells one that no browser believes", () =>
    Effect.gen(function*() {
      const [cert, key] = [
        readFileSync(join(certificates, "first-cert.pem")),
        readFileSync(join(certificates, "first-key.pem"))
      ]
      const proxy = createServer({ cert, key })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => void proxy.listen(0, "127.0.0.1", () => resume(Effect.void))),
        () => Effect.callback<void>((resume) => void proxy.close(() => resume(Effect.void)))
      )
      const bound = proxy.address()
      const port = typeof bound === "object" && bound !== null ? bound.port : 0
      const shown = yield* found("certificate", { PUBLIC_URL: `https://localhost:${port}` })
      assertFound(shown, "failed", /not one that browsers believe: /)
      assertFound(yield* found("certificate", { PUBLIC_URL: "https://127.0.0.1:1" }), "warning", /cannot be reached/)
    }))

  it.live("says how much room is left, and that a folder cannot be written by whoever serves", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      assertFound(yield* found("disk", { DATA_DIR: join(folder, "new") }), "ok", new RegExp(`left at ${folder}\\.`))
      const file = join("/proc", "sys")
      mkdirSync(join(folder, "proof"))
      assertFound(yield* found("disk", { PROOF_DIR: file, DATA_DIR: folder }), "failed", /^DATA_DIR: .* PROOF_DIR: /)
    }))
})
