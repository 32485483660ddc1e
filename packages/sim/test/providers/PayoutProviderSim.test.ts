/** The simulated provider does what every provider must do, and remembers it. */
import { cents } from "@ddd/core/money/Money"
import { newWithdrawal } from "@ddd/core/money/Withdrawal"
import { Now } from "@ddd/core/ports/Now"
import { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { userId } from "@ddd/core/values/Ids"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { payoutProviderContract, ProviderWorld } from "../../src/contract/PayoutProvider.ts"
import * as PayoutProviderSim from "../../src/providers/PayoutProviderSim.ts"

const publicUrl = new URL("http://localhost:8080")

/** A clock that stands still but for `advance`. */
const clock = Layer.effectContext(Effect.sync(() => {
  let at: Instant = instant(Date.UTC(2026, 1, 3))
  return Context.make(Now, Now.of({ now: Effect.sync(() => at) })).pipe(
    Context.add(
      ProviderWorld,
      ProviderWorld.of({
        follow: () => Effect.void,
        advance: (millis) =>
          Effect.sync(() => {
            at = instant(at + millis)
          })
      })
    )
  )
}))

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "ddd-payouts-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

const providerAt = (path: string) => PayoutProviderSim.layer({ path, publicUrl }).pipe(Layer.provideMerge(clock))

payoutProviderContract({
  name: "simulation",
  layer: Layer.unwrap(Effect.map(folder, (folder) => providerAt(join(folder, "payouts", "state.json"))))
})

const player = { userId: userId("018f2d5e-7a1b-4cc0-9d3a-0b7a3f6f1a2b"), email: "ada@example.com", username: "ada" }

const opening = { session: "a session", hour: 0, closed: null }

/** Runs a step of a test with a provider of its own, as after a restart. */
const restarted = <A, E>(path: string, run: Effect.Effect<A, E, PayoutProvider>) =>
  Effect.provide(run, Layer.fresh(providerAt(path)))

describe("PayoutProviderSim", () => {
  it.live("goes on after a restart where it was", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "payouts.json")
      const account = yield* restarted(path, PayoutProvider.use((provider) => provider.openAccount(player, opening)))
      const page = yield* restarted(path, PayoutProvider.use((provider) => provider.onboarding(account)))
      assert.strictEqual(page.url.href, "http://localhost:8080/payout-account?state=simulated")
      assert.strictEqual(
        yield* restarted(path, PayoutProvider.use((provider) => provider.accountStatus(account))),
        "ready"
      )
      const withdrawal = newWithdrawal({
        id: "018f2d5e-7a1b-4cc0-9d3a-0b7a3f6f1a2c",
        userId: player.userId,
        amount: cents(100n),
        account,
        provider: "simulated",
        askedAt: instant(Date.UTC(2026, 1, 3))
      })
      const send = PayoutProvider.use((provider) =>
        provider.send(withdrawal, { step: "transfer", attempt: 1, isFirst: true, turn: 1 })
      )
      const first = yield* restarted(path, send)
      assert.strictEqual(first._tag, "TransferSeen")
      assert.deepStrictEqual(yield* restarted(path, send), first)
    }))

  it.live("keeps its file to its owner, and leaves no other behind", () =>
    Effect.gen(function*() {
      const place = yield* folder
      const path = join(place, "payouts.json")
      yield* restarted(path, PayoutProvider.use((provider) => provider.openAccount(player, opening)))
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.deepStrictEqual(readdirSync(place), ["payouts.json"])
    }))

  it.live("says nothing of a file that it cannot read, and leaves it as it is", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "payouts.json")
      writeFileSync(path, "{}")
      const error = yield* Effect.flip(
        restarted(path, PayoutProvider.use((provider) => provider.openAccount(player, opening)))
      )
      assert.include(error.message, path)
      const withdrawal = newWithdrawal({
        id: "018f2d5e-7a1b-4cc0-9d3a-0b7a3f6f1a2c",
        userId: player.userId,
        amount: cents(100n),
        account: "acct_sim_1",
        provider: "simulated",
        askedAt: instant(0)
      })
      const news = yield* restarted(path, PayoutProvider.use((provider) => provider.lookUp(withdrawal, "transfer")))
      assert.strictEqual(news._tag, "Unknown")
      assert.strictEqual(statSync(path).size, 2)
    }))

  it.live("takes no webhook for its own", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "payouts.json")
      const verdict = yield* restarted(
        path,
        PayoutProvider.use((provider) => provider.authenticate({ headers: {}, body: new Uint8Array() }))
      )
      assert.deepStrictEqual(verdict, { _tag: "NotConfigured" })
    }))
})
