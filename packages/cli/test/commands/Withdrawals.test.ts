import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { eventually, get, sure } from "../support/Ddd.ts"
import { newPayee } from "../support/Payees.ts"
import { at, Site, textAt } from "../support/Site.ts"

const hour = 3_600_000

/** A provider that leaves transfers in doubt for as long as it is told to. */
class Provider extends Context.Service<Provider, {
  readonly stripe: StripeStandIn.StripeStandIn
  readonly env: Readonly<Record<string, string>>
  readonly setDoubtful: (doubtful: boolean) => void
}>()("@ddd/cli/test/Withdrawals/Provider") {}

const Money = Layer.unwrap(Effect.gen(function*() {
  let isDoubtful = false
  const stripe = yield* StripeStandIn.make({
    behave: ({ step }) => isDoubtful && step === "transfer" ? "time-out before" : "done",
    faultsMax: 1_000,
    silenceMillis: 20,
    times: { inTransitMillis: 50, paidMillis: 100 }
  })
  const env = { STRIPE_SECRET_KEY: stripe.secretKey, STRIPE_API_BASE: stripe.url, WITHDRAW_DEPOSITS: "true" }
  const setDoubtful = (doubtful: boolean): void => {
    isDoubtful = doubtful
  }
  return Layer.merge(Layer.succeed(Provider, { stripe, env, setDoubtful }), Site.layer({ processes: [env] }))
}))

/** `ddd withdrawals …`, with the provider that the server has. */
const withdrawals = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { ddd } = yield* Site
    const asks = ["resolve", "cancel"].includes(args[0] ?? "") ? sure : []
    return yield* ddd(["withdrawals", ...args, ...asks], undefined, (yield* Provider).env)
  })

/** What `--json` gives, where the command did not fail. */
const asJson = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { code, stderr, stdout } = yield* withdrawals(...args, "--json")
    assert.notStrictEqual(code, 2, stderr)
    const shown: unknown = JSON.parse(stdout)
    return shown
  })

const payee = newPayee("20.00")

/** Asks for $5.00; gives the withdrawal's id. */
const withdraw = (accessToken: string) =>
  Effect.gen(function*() {
    const asked = yield* (yield* Site).post("/wallet/withdraw", { amount: "5.00" }, { token: accessToken })
    assert.strictEqual(asked.status, 202, asked.text)
    return textAt(asked.json, "id")
  })

interface HeldRow {
  readonly status: string
  readonly problem: string | null
  readonly held_reason: string | null
  readonly payout_status: string
}

/** Waits until the row is so. */
const untilRow = (
  what: string,
  id: string,
  isSo: (row: HeldRow) => boolean
) =>
  Effect.gen(function*() {
    const { sql } = yield* Site
    const rows = Effect.orDie(sql<HeldRow>`
      SELECT status, problem, held_reason, payout_status FROM withdrawals WHERE id = ${id}::uuid`)
    yield* eventually(what, rows, ([row]) => row !== undefined && isSo(row))
  })

const untilPaid = (id: string) => untilRow("the payment", id, ({ status }) => status === "paid")

/** A withdrawal whose transfer came to nothing, held as it is once the provider may no longer be asked the same. */
const held = Effect.gen(function*() {
  const { sql } = yield* Site
  const { setDoubtful } = yield* Provider
  const player = yield* payee
  setDoubtful(true)
  const id = yield* withdraw(player.accessToken)
  yield* untilRow("the doubt", id, ({ problem }) => problem !== null)
  yield* sql`
    UPDATE withdrawals SET held_reason = 'the provider knows no transfer of it', held_step = 'transfer', due_at = NULL
    WHERE id = ${id}::uuid`
  setDoubtful(false)
  return { id, player }
})

/** Transfers the money of a withdrawal by another hand than ours. */
const transferByHand = (id: string) =>
  Effect.gen(function*() {
    const { stripe } = yield* Provider
    const account = textAt(yield* asJson("show", id), "account")
    const body = new URLSearchParams({
      amount: "500",
      currency: "usd",
      destination: account,
      transfer_group: `ddd_${id}`,
      "metadata[withdrawal]": id
    })
    const headers = { authorization: `Bearer ${stripe.secretKey}` }
    const { status } = yield* Effect.promise(() =>
      fetch(`${stripe.url}/v1/transfers`, { method: "POST", headers, body })
    )
    assert.strictEqual(status, 200)
  })

const balanceOf = (who: string) =>
  Effect.gen(function*() {
    const { stdout } = yield* (yield* Site).ddd(["user", "show", who, "--json"], undefined, (yield* Provider).env)
    return at(JSON.parse(stdout), "wallet", "balance")
  })

layer(Money, { excludeTestServices: true, timeout: "60 seconds" })("ddd withdrawals", (it) => {
  it.effect("lists money on its way out, and shows it step by step", () =>
    Effect.gen(function*() {
      const { stripe } = yield* Provider
      const player = yield* payee
      const id = yield* withdraw(player.accessToken)
      yield* untilPaid(id)
      const shown = yield* asJson("show", id)
      assert.strictEqual(at(shown, "status"), "paid")
      assert.strictEqual(at(shown, "amount"), "5.00")
      assert.strictEqual(at(shown, "username"), player.username)
      assert.deepStrictEqual(at(shown, "resolutions"), [])
      const [transfer, payout] = [textAt(shown, "transfer", "objectId"), textAt(shown, "payout", "objectId")]
      assert.isTrue(stripe.transfers.has(transfer) && stripe.payouts.has(payout))
      const text = yield* withdrawals("show", id.toUpperCase())
      for (const part of [player.username, "$5.00", transfer, payout, "done, paid", "unsent"]) {
        assert.include(text.stdout, part, text.stderr)
      }
      const table = yield* withdrawals("list", "--user", player.email, "--status", "paid")
      assert.include(table.stdout, id, table.stderr)
      assert.deepStrictEqual(yield* asJson("list", "--user", player.username, "--held"), [])
    }), 480_000)

  it.effect("lists what takes too long, and shows the player's as on its way out", () =>
    Effect.gen(function*() {
      const { advance, ddd } = yield* Site
      const { setDoubtful } = yield* Provider
      const player = yield* payee
      setDoubtful(true)
      const id = yield* withdraw(player.accessToken)
      const late = ["list", "--user", player.username, "--older-than", "1h"]
      assert.deepStrictEqual(yield* asJson(...late), [])
      yield* advance(hour)
      assert.strictEqual(at(yield* asJson(...late), 0, "id"), id)
      const user = yield* ddd(["user", "show", player.username])
      for (const part of [id, "$5.00", "ready acct_"]) assert.include(user.stdout, part, user.stderr)
      setDoubtful(false)
      yield* untilPaid(id)
    }), 480_000)

  it.effect("resolves a held one as absent, and the money is back", () =>
    Effect.gen(function*() {
      const { id, player } = yield* held
      assert.strictEqual(at(yield* asJson("list", "--held"), 0, "id"), id)
      const shown = yield* withdrawals("show", id)
      for (
        const part of ["pending, held", "the provider knows no transfer", `resolve ${id} absent`, `resolve ${id} again`]
      ) {
        assert.include(shown.stdout, part)
      }
      const resolved = yield* withdrawals("resolve", id, "absent")
      assert.strictEqual(resolved.code, 0, resolved.stderr)
      assert.include(resolved.stdout, "Decided: the money returns to the wallet.")
      assert.strictEqual(at(yield* asJson("show", id), "status"), "failed")
      assert.strictEqual(yield* balanceOf(player.id), "20.00")
    }), 480_000)

  it.effect("resolves a held one by asking for it again, and it is paid", () =>
    Effect.gen(function*() {
      const { id } = yield* held
      const resolved = yield* withdrawals("resolve", id, "again")
      assert.strictEqual(resolved.code, 0, resolved.stderr)
      yield* untilPaid(id)
      assert.strictEqual(at(yield* asJson("show", id), "transfer", "attempt"), 2)
    }), 480_000)

  it.effect("decides nothing against what the provider has", () =>
    Effect.gen(function*() {
      const { id, player } = yield* held
      yield* transferByHand(id)
      const found = yield* withdrawals("resolve", id, "absent")
      assert.strictEqual(found.code, 1, found.stderr)
      assert.include(found.stdout, "Nothing was decided")
      yield* untilPaid(id)
      assert.strictEqual(yield* balanceOf(player.id), "15.00")
    }), 480_000)

  it.effect(
    "refuses a decision that does not apply, and any while the provider cannot be asked",
    () =>
      Effect.gen(function*() {
        const { ddd } = yield* Site
        const { env } = yield* Provider
        const { id } = yield* held
        const senseless = yield* withdrawals("resolve", id, "go-on")
        assert.deepStrictEqual([senseless.code, senseless.stdout], [2, ""])
        assert.include(senseless.stderr, `resolve ${id} absent`)
        const alone = { ...env, STRIPE_API_BASE: "http://127.0.0.1:1" }
        const unasked = yield* ddd(["withdrawals", "resolve", id, "absent", ...sure], undefined, alone)
        assert.deepStrictEqual([unasked.code, unasked.stdout], [2, ""])
        assert.include(unasked.stderr, "nothing was decided")
        assert.isNotNull(at(yield* asJson("show", id), "held"))
        assert.strictEqual((yield* withdrawals("resolve", id, "absent")).code, 0)
        const over = yield* withdrawals("resolve", id, "absent")
        assert.strictEqual(over.code, 2)
        assert.include(over.stderr, "not held")
        for (const unknown of ["nonsense", "018f2d5e-7a1b-7cc0-9d3a-00000000000a"]) {
          for (const command of [["show", unknown], ["resolve", unknown, "absent"]]) {
            const { code, stderr } = yield* withdrawals(...command)
            assert.strictEqual(code, 2)
            assert.include(stderr, `There is no withdrawal ${unknown}`)
          }
        }
      }),
    480_000
  )

  it.effect(
    "holds what the bank sent back while the account lacks the money, and goes on once it is there",
    () =>
      Effect.gen(function*() {
        const { advance, servers } = yield* Site
        const { stripe } = yield* Provider
        const player = yield* payee
        const id = yield* withdraw(player.accessToken)
        yield* untilPaid(id)
        const shown = yield* asJson("show", id)
        const [account, payout] = [textAt(shown, "account"), textAt(shown, "payout", "objectId")]
        stripe.failPayout(payout)
        stripe.adjust(account, -500)
        yield* advance(25 * hour)
        yield* untilRow("the hold", id, ({ held_reason }) => held_reason?.includes("balance_insufficient") === true)
        assert.strictEqual(at(yield* asJson("list", "--held", "--user", player.username), 0, "id"), id)
        const reconciled = yield* withdrawals("reconcile")
        assert.strictEqual(reconciled.code, 1, reconciled.stderr)
        assert.match(reconciled.stdout, new RegExp(`${id}.*held: Stripe, asked for the reversal: balance_insufficient`))
        stripe.adjust(account, 500)
        yield* advance(hour)
        yield* untilRow("the return", id, ({ held_reason, status }) => held_reason === null && status === "returned")
        assert.strictEqual(yield* balanceOf(player.id), "20.00")
        const logged = servers.map(({ stderr, stdout }) => stdout() + stderr()).join("").split(
          `withdrawal ${id} is held for a person`
        )
        assert.strictEqual(logged.length, 2)
      }),
    480_000
  )

  it.effect(
    "decides and compares nothing without the provider that a withdrawal is with, and says what to set",
    () =>
      Effect.gen(function*() {
        const { ddd } = yield* Site
        const { env, stripe } = yield* Provider
        const { id, player } = yield* held
        assert.strictEqual(at(yield* asJson("show", id), "provider"), "stripe test acct_standin")
        const other = yield* StripeStandIn.make({ platform: "acct_other" })
        const shells = [{}, { ...env, STRIPE_API_BASE: other.url }]
        for (const shell of shells) {
          for (const decision of ["absent", "again"]) {
            const refused = yield* ddd(["withdrawals", "resolve", id, decision, ...sure], undefined, shell)
            assert.deepStrictEqual([refused.code, refused.stdout], [2, ""])
            for (const part of ["Stripe account acct_standin in test mode", "set STRIPE_SECRET_KEY"]) {
              assert.include(refused.stderr, part)
            }
          }
          const compared = yield* ddd(["withdrawals", "reconcile"], undefined, shell)
          assert.strictEqual(compared.code, 1, compared.stderr)
          assert.match(compared.stdout, new RegExp(`${id}.*not compared: .*acct_standin.*STRIPE_SECRET_KEY`))
          const server = yield* ddd(["serve"], undefined, { PORT: "0", ...shell })
          assert.strictEqual(server.code, 2, server.stderr)
          assert.include(server.stderr, "Stripe account acct_standin in test mode")
        }
        assert.isNotNull(at(yield* asJson("show", id), "held"))
        assert.strictEqual(yield* balanceOf(player.id), "15.00")
        assert.strictEqual(other.requests.filter(({ method }) => method === "POST").length, 0)
        assert.strictEqual(
          [...stripe.transfers.values()].filter(({ metadata }) => metadata["withdrawal"] === id).length,
          0
        )
        assert.strictEqual((yield* withdrawals("resolve", id, "absent")).code, 0)
      }),
    480_000
  )

  it.effect(
    "holds what an account that was closed on the way leaves unknown, and its player opens another account",
    () =>
      Effect.gen(function*() {
        const { advance, ask, ddd, post, signIn } = yield* Site
        const { env, stripe } = yield* Provider
        const player = yield* payee
        const id = yield* withdraw(player.accessToken)
        yield* untilRow("the transfer", id, ({ payout_status }) => payout_status === "done")
        const account = textAt(yield* asJson("show", id), "account")
        stripe.end(account, "disconnected")
        const status = (json: unknown) => at(json, "status")
        yield* advance(hour)
        yield* untilRow("the end", id, ({ held_reason, status }) => held_reason !== null || status === "paid")
        const token = textAt((yield* signIn(player.email)).json, "tokens", "accessToken")
        const { json } = yield* ask("GET", "/wallet/payout-account", { token })
        assert.strictEqual(status(json), "none")
        const opened = yield* post("/wallet/payout-account", undefined, { token })
        assert.strictEqual(opened.status, 201, opened.text)
        yield* get(textAt(opened.json, "url"))
        const again = yield* ask("GET", "/wallet/payout-account", { token })
        assert.strictEqual(status(again.json), "ready")
        if (status(yield* asJson("show", id)) === "pending") {
          const paid = yield* withdrawals("resolve", id, "paid")
          assert.strictEqual(paid.code, 0, paid.stderr)
        }
        assert.strictEqual(status(yield* asJson("show", id)), "paid")
        const unlinked = yield* ddd(
          ["user", "unlink-payout-account", player.username, "--json", ...sure],
          undefined,
          env
        )
        assert.strictEqual(at(JSON.parse(unlinked.stdout), "unlinked"), true, unlinked.stderr)
        const none = yield* ask("GET", "/wallet/payout-account", { token })
        assert.strictEqual(status(none.json), "none")
      }),
    480_000
  )

  it.effect("gives a frozen player's back that was not sent, and no other", () =>
    Effect.gen(function*() {
      const { ddd } = yield* Site
      const { stripe } = yield* Provider
      const player = yield* payee
      const platform = stripe.platformBalance()
      stripe.fund(-platform)
      const id = yield* withdraw(player.accessToken)
      yield* untilRow("the lack of funds", id, ({ problem }) => problem?.includes("balance_insufficient") === true)
      assert.strictEqual((yield* ddd(["user", "freeze", player.username, ...sure])).code, 0)
      stripe.fund(platform)
      yield* (yield* Site).advance(hour)
      yield* untilRow("the freeze", id, ({ problem }) => problem === "the account is frozen")
      assert.include((yield* withdrawals("show", id)).stdout, `withdrawals cancel ${id}`)
      const canceled = yield* withdrawals("cancel", id)
      assert.strictEqual(canceled.code, 0, canceled.stderr)
      assert.strictEqual(yield* balanceOf(player.id), "20.00")
      assert.strictEqual(
        [...stripe.transfers.values()].filter(({ metadata }) => metadata["withdrawal"] === id).length,
        0
      )
      const over = yield* withdrawals("cancel", id)
      assert.strictEqual(over.code, 2)
      assert.include(over.stderr, "is failed")
      const sent = yield* held
      const refused = yield* withdrawals("cancel", sent.id)
      assert.strictEqual(refused.code, 2)
      assert.include(refused.stderr, "nothing was changed")
      assert.strictEqual((yield* withdrawals("resolve", sent.id, "absent")).code, 0)
    }), 480_000)

  it.effect("reconciles with the provider, and says where books and provider differ", () =>
    Effect.gen(function*() {
      const agreed = yield* withdrawals("reconcile", "--days", "2")
      assert.strictEqual(agreed.code, 0, agreed.stdout)
      assert.match(agreed.stdout, /Books and provider agree: \d+ withdrawals of the last 2 days compared with Stripe/)
      const { id } = yield* held
      yield* transferByHand(id)
      const differing = yield* withdrawals("reconcile", "--json")
      assert.strictEqual(differing.code, 1, differing.stderr)
      const told: unknown = JSON.parse(differing.stdout)
      assert.strictEqual(at(told, "differences", "length"), 1)
      assert.strictEqual(at(told, "differences", 0, "withdrawal", "id"), id)
      assert.match(textAt(told, "differences", "0", "found"), /^transfer tr_/)
      yield* untilPaid(id)
      assert.strictEqual((yield* withdrawals("reconcile")).code, 0)
    }), 480_000)
})
