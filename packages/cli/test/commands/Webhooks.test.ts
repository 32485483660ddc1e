import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { eventually, sure } from "../support/Ddd.ts"
import { at, Site, textAt } from "../support/Site.ts"

const authorization = "Bearer of-the-tests"
const shop = { REVENUECAT_WEBHOOK_AUTH: authorization, PRODUCT_CATALOG: "{\"funds_5\": \"5.00\"}" }

let told = 0

/** What the shop tells of a purchase. */
const purchase = (buyer: string, product: string) => ({
  api_version: "1.0",
  event: {
    id: `event-${++told}`,
    type: "NON_RENEWING_PURCHASE",
    environment: "PRODUCTION",
    store: "APP_STORE",
    transaction_id: `20000000${told}`,
    product_id: product,
    app_user_id: buyer
  }
})

/** What the shop tells when it has given a purchase's price back. */
const refund = ({ event }: ReturnType<typeof purchase>) => ({
  api_version: "1.0",
  event: { ...event, id: `event-${++told}`, type: "CANCELLATION", cancel_reason: "CUSTOMER_SUPPORT", price: -5 }
})

const Shop = Site.layer({ processes: [shop] })

layer(Shop, { excludeTestServices: true, timeout: "60 seconds" })("ddd webhooks", (it) => {
  const tell = (body: unknown) =>
    Effect.gen(function*() {
      const { post } = yield* Site
      const answer = yield* post("/webhooks/revenuecat", body, { headers: { authorization } })
      assert.strictEqual(answer.status, 200, answer.text)
    })

  const listed = (...filter: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* (yield* Site).ddd(["webhooks", "list", "--json", ...filter])
      assert.strictEqual(code, 0, stderr)
      const events: unknown = JSON.parse(stdout)
      return events
    })

  const balanceOf = (who: string) =>
    Effect.gen(function*() {
      const { stdout } = yield* (yield* Site).ddd(["user", "show", who, "--json"])
      return at(JSON.parse(stdout), "wallet", "balance")
    })

  it.effect("lists what cannot be acted on, and shows why, with the body", () =>
    Effect.gen(function*() {
      const { ddd, newPlayer } = yield* Site
      const { id: buyer } = yield* newPlayer
      yield* tell(purchase(buyer, "funds_500"))
      const failed = yield* eventually(
        "the failed event",
        listed("--state", "failed"),
        (all) => at(all, "length") === 1
      )
      const id = textAt(failed, "0", "id")
      assert.strictEqual(at(failed, 0, "sender"), "revenuecat")
      assert.include(textAt(failed, "0", "outcome"), "funds_500")
      assert.strictEqual(at(yield* listed("--sender", "stripe"), "length"), 0)
      const table = yield* ddd(["webhooks", "list"])
      for (const part of [id, "NON_RENEWING_PURCHASE", "failed", "funds_500"]) assert.include(table.stdout, part)

      const text = yield* ddd(["webhooks", "show", id.toUpperCase()])
      assert.strictEqual(text.code, 0, text.stderr)
      assert.include(text.stdout, `    "app_user_id": "${buyer}"`)
      const shown: unknown = JSON.parse((yield* ddd(["webhooks", "show", id, "--json"])).stdout)
      assert.strictEqual(at(JSON.parse(textAt(shown, "body")), "event", "product_id"), "funds_500")
    }), 180_000)

  it.effect("acts on an event once more, which moves no money twice", () =>
    Effect.gen(function*() {
      const { ddd, newPlayer } = yield* Site
      const { id: buyer } = yield* newPlayer
      yield* tell(purchase(buyer, "funds_5"))
      const first = yield* eventually("the purchase", listed("--state", "done"), (all) => at(all, "length") === 1)
      assert.strictEqual(yield* balanceOf(buyer), "5.00")
      const id = textAt(first, "0", "id")
      const replayed = yield* ddd(["webhooks", "replay", id])
      assert.strictEqual(replayed.code, 0, replayed.stderr)
      assert.include(replayed.stdout, id)
      const again = yield* eventually(
        "the replay",
        listed("--state", "done"),
        (all) => String(at(all, 0, "outcome")).includes("before")
      )
      assert.strictEqual(at(again, 0, "id"), id)
      assert.strictEqual(yield* balanceOf(buyer), "5.00")
    }), 180_000)

  it.effect(
    "are acted on where a refund comes after the money was spent: the player is shown with a debt",
    () =>
      Effect.gen(function*() {
        const { buy, ddd, newPlayer } = yield* Site
        const { accessToken, id } = yield* newPlayer
        const bought = purchase(id, "funds_5")
        yield* tell(bought)
        yield* eventually("the purchase", balanceOf(id), (balance) => balance === "5.00")
        assert.strictEqual((yield* buy(accessToken, 2)).status, 201)
        yield* tell(refund(bought))
        yield* eventually("the refund", balanceOf(id), (balance) => balance === "0.00")
        const shown = yield* ddd(["user", "show", id])
        assert.match(shown.stdout, /^owes +\$2\.00$/m)
      }),
    180_000
  )

  it.effect(
    "lists a purchase that a person has to decide about, with why, and credits or dismisses it",
    () =>
      Effect.gen(function*() {
        const { ddd, newPlayer } = yield* Site
        const { id } = yield* newPlayer
        const three = purchase(id, "funds_5")
        const [held, unknown] = [
          { ...three, event: { ...three.event, quantity: 3, price: 15, currency: "USD" } },
          purchase("$RCAnonymousID:1", "funds_5")
        ]
        const references = [held, unknown].map(({ event }) => `app_store:${event.transaction_id}`)
        for (const body of [held, unknown]) yield* tell(body)
        const purchases = (...words: ReadonlyArray<string>) => ddd(["purchases", ...words])
        const open = Effect.map(purchases("list", "--json"), ({ stdout }): unknown => JSON.parse(stdout))
        const all = yield* eventually("both", open, (listed) => at(listed, "length") === 2)
        // two workers may act on them in either order
        assert.sameDeepMembers([0, 1].map((i) => [at(all, i, "reference"), at(all, i, "reason")]), [
          [references[0], "it is a purchase of 3 pieces, not of one"],
          [references[1], "none of its names is a player yet"]
        ])
        const table = (yield* purchases("list")).stdout
        for (const part of [...references, "3 pieces", "5.00", "$RCAnonymousID:1"]) assert.include(table, part)
        assert.strictEqual(at(yield* listed("--state", "waiting"), "length"), 2)

        // a third of its price goes back before anybody has decided
        yield* tell({ ...refund(three), event: { ...refund(three).event, price: -5, currency: "USD" } })
        const isHeld = (index: number, listing: unknown) => at(listing, index, "reference") === references[0]
        yield* eventually(
          "the refund",
          open,
          (listing) => [0, 1].some((i) => isHeld(i, listing) && at(listing, i, "refunded") !== "0.00")
        )
        const credited = yield* purchases("credit", references[0] ?? "", id, "--amount", "15.00", ...sure)
        assert.strictEqual(credited.code, 0, credited.stderr)
        assert.match(credited.stdout, /\$15\.00 credited to .*, of which \$5\.00 was refunded and is taken back\./)
        assert.strictEqual(yield* balanceOf(id), "10.00")
        const dismissed = yield* purchases("dismiss", references[1] ?? "", ...sure)
        assert.strictEqual(dismissed.code, 0, dismissed.stderr)
        assert.include((yield* purchases("list")).stdout, "Every purchase is credited or decided about.")
        assert.strictEqual(at(yield* listed("--state", "waiting"), "length"), 0)
        const refusals = [
          [["credit", references[0] ?? "", id], "and $5.00 of it taken back: there is nothing to decide"],
          [["dismiss", references[1] ?? ""], "was dismissed"],
          [["dismiss", "app_store:0"], "There is no purchase app_store:0"],
          [["credit", references[0] ?? "", "nobody"], "There is no player nobody"]
        ] as const
        for (const [words, why] of refusals) {
          const { code, stderr } = yield* purchases(...words, ...sure)
          assert.strictEqual(code, 2)
          assert.include(stderr, why)
        }
        assert.strictEqual(yield* balanceOf(id), "10.00")
      }),
    180_000
  )

  it.effect("lists a refund that came after its reversal, until a person has looked", () =>
    Effect.gen(function*() {
      const { ddd, newPlayer } = yield* Site
      const { id } = yield* newPlayer
      const bought = purchase(id, "funds_5")
      const reversal = { ...bought, event: { ...bought.event, id: `event-${++told}`, type: "REFUND_REVERSED" } }
      for (
        const [body, balance] of [[bought, "5.00"], [refund(bought), "0.00"], [reversal, "5.00"]] as const
      ) {
        yield* tell(body)
        yield* eventually("what was told", balanceOf(id), (now) => now === balance)
      }
      yield* tell(refund(bought))
      const failed = yield* eventually(
        "the second refund",
        listed("--state", "failed"),
        (all) => String(at(all, 0, "outcome")).includes("refunded once more, after its refund was reversed")
      )
      assert.strictEqual(yield* balanceOf(id), "5.00")
      const { code, stderr } = yield* ddd(["webhooks", "dismiss", textAt(failed, "0", "id"), ...sure])
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual(at(yield* listed("--state", "failed"), "length"), Number(at(failed, "length")) - 1)
    }), 180_000)

  it.effect("says so where there is no such event", () =>
    Effect.gen(function*() {
      const { ddd } = yield* Site
      for (
        const [command, id] of [["show", "nonsense"], ["dismiss", "nonsense"], [
          "replay",
          "018f2d5e-7a1b-7cc0-9d3a-00000000000a"
        ]] as const
      ) {
        const { code, stderr, stdout } = yield* ddd(["webhooks", command, id])
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.include(stderr, `There is no event ${id}`)
      }
    }), 180_000)
})
