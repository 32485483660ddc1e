/** Identity checks over HTTP: the webhook of who checks, and the money that waits for it. */
import { cents } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { KycAbove } from "@ddd/core/ports/KycAbove"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { PrizesAwaitIdentityFrom } from "@ddd/core/ports/PrizesAwaitIdentityFrom"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { formatInstant, instant } from "@ddd/core/values/Instant"
import * as Webhooks from "@ddd/core/work/Webhooks"
import { auditClean, linkPayoutAccount } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import * as Checker from "../support/Checker.ts"
import { assertProblem, at, Client, layer as server, makePlayer, ports, runDue, textAt } from "../support/Server.ts"

const path = "/webhooks/kyc"

type Player = Effect.Success<ReturnType<typeof makePlayer>>

let messages = 0

/** The body of a message about a player, told of so many seconds from now, of which tests change a part. */
const bodyOf = Effect.fnUntraced(function*(
  { id }: Pick<Player, "id">,
  status: string,
  changed: Readonly<Record<string, unknown>> = {},
  seconds = 0
) {
  const now = yield* (yield* World).now
  const occurredAt = formatInstant(instant(now + seconds * 1_000))
  return JSON.stringify({ id: `msg_${++messages}`, userId: id, status, occurredAt, ...changed })
})

const send = (body: string, headers: Readonly<Record<string, string>>) =>
  Effect.flatMap(Client, ({ call }) => call("POST", path, { body, headers }))

/** Sends a body as who checks does, signed at the world's time, or as many seconds before. */
const tell = Effect.fnUntraced(function*(body: string, age = 0, secret?: string) {
  const now = yield* (yield* World).now
  return yield* send(body, { "X-KYC-Signature": Checker.signature(body, now - age * 1_000, secret) })
})

/** Every message that was kept, newest first. */
const kept = Effect.gen(function*() {
  const inbox = yield* WebhookInbox
  return (yield* inbox.list({ sender: "kyc" }, { limit: 100, cursor: null })).items
})

/** Does the jobs of every message that was kept, also of those that were acted on before: that must do no harm. */
const actOnAll = Effect.gen(function*() {
  for (const job of yield* (yield* World).jobs) {
    if (job._tag === "HandleWebhook") yield* Webhooks.handle(job.eventId)
  }
})

/** Tells something, and has it acted on; gives what came of it. */
const told = Effect.fnUntraced(function*(...message: Parameters<typeof bodyOf>) {
  const answer = yield* tell(yield* bodyOf(...message))
  assert.strictEqual(answer.status, 200, answer.text)
  assert.deepStrictEqual(answer.json, {})
  yield* actOnAll
  return (yield* kept)[0]?.state
})

const get = (url: string, { token }: Player) =>
  Effect.flatMap(Client, ({ call }) => Effect.map(call("GET", url, { token }), ({ json }) => json))

const profile = (player: Player) => get("/user/profile", player)

const withdraw = ({ token }: Player, amount: string) =>
  Effect.flatMap(Client, ({ call }) => call("POST", "/wallet/withdraw", { token, body: { amount } }))

const makePayable = Effect.fnUntraced(function*(balance: bigint) {
  const player = yield* makePlayer(cents(balance))
  const { account } = yield* linkPayoutAccount(player.id, `acct_${player.id}`)
  yield* (yield* PayoutAccounts).setStatus(account, "ready", "simulated")
  return player
})

for (const engine of ["uws", "node"] as const) {
  layer(server({ engine }))(`the webhook of who checks identities, on ${engine}`, (it) => {
    it.effect("sets the state of a player's check, and when they were born", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        assert.deepInclude(yield* profile(player), { kycStatus: "none", dateOfBirth: null, ageVerified: false })
        assert.strictEqual(yield* told(player, "pending"), "done")
        assert.deepInclude(yield* profile(player), { kycStatus: "pending", ageVerified: false })
        yield* (yield* World).advance(1_000)
        assert.strictEqual(yield* told(player, "verified", { dateOfBirth: "1990-05-01" }), "done")
        const verified = { kycStatus: "verified", dateOfBirth: "1990-05-01", ageVerified: true }
        assert.deepInclude(yield* profile(player), verified)
        // nothing but the outcome is kept of what was told
        assert.deepStrictEqual((yield* kept).slice(0, 2).map(({ body }) => body), ["", ""])
      }))

    it.effect("takes a message once, and makes nothing of what is older", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        const before = (yield* kept).length
        const body = yield* bodyOf(player, "verified")
        const answers = yield* Effect.all(Array.from({ length: 10 }, () => tell(body)), { concurrency: "unbounded" })
        assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200])
        assert.lengthOf(yield* kept, before + 1)
        yield* actOnAll
        assert.strictEqual(yield* told(player, "rejected", {}, -1), "ignored")
        assert.deepInclude(yield* profile(player), { kycStatus: "verified" })
        yield* (yield* World).advance(1_000)
        assert.strictEqual(yield* told(player, "rejected"), "done")
        assert.deepInclude(yield* profile(player), { kycStatus: "rejected" })
      }))

    it.effect("answers 401 to a signature that is wrong, old, or missing, and keeps nothing", () =>
      Effect.gen(function*() {
        const before = (yield* kept).length
        const body = yield* bodyOf(yield* makePlayer(), "verified")
        const now = yield* (yield* World).now
        const signed = Checker.signature(body, now)
        const refused = [
          yield* send(body, {}),
          yield* send(`${body} `, { "X-KYC-Signature": signed }),
          yield* send(body, { "X-KYC-Signature": signed.slice(0, -1) }),
          yield* send(body, { "X-RevenueCat-Webhook-Signature": signed }),
          yield* tell(body, 301),
          yield* tell(body, -301),
          yield* tell(body, 0, "the secret of yesterday")
        ]
        for (const answer of refused) assertProblem(answer, 401, "unauthenticated")
        assert.lengthOf(yield* kept, before)
        assert.strictEqual((yield* tell(body, 0, Checker.secrets[1])).status, 200)
      }))

    it.effect("keeps what it cannot act on for a person to look at: junk, nobody's, of a time to come", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        const nobody = { userId: "018f2d5e-7a1b-7cc0-9d3a-00000000dead" }
        for (const body of ["{}", "null", "\u0000", "[".repeat(100_000), "{\"userId\":"]) {
          assert.strictEqual((yield* tell(body)).status, 200, body.slice(0, 10))
        }
        yield* actOnAll
        assert.deepStrictEqual([...new Set((yield* kept).slice(0, 5).map(({ state }) => state))], ["failed"])
        const impossible: ReadonlyArray<readonly [Readonly<Record<string, unknown>>, number]> = [
          [nobody, 0],
          [{ status: "passed" }, 0],
          [{ occurredAt: "yesterday" }, 0],
          [{ dateOfBirth: "2999-01-01" }, 0],
          [{}, 86_400]
        ]
        for (const [changed, seconds] of impossible) {
          assert.strictEqual(yield* told(player, "verified", changed, seconds), "failed", JSON.stringify(changed))
        }
        assert.deepInclude(yield* profile(player), { kycStatus: "none" })
      }))

    it.effect("makes nothing of a message outside the contract, though it is signed: a member twice, no name, no body", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        const body = yield* bodyOf(player, "verified")
        const twice = body.replace("\"status\":", "\"status\":\"rejected\",\"status\":")
        const named = (id: unknown) => bodyOf(player, "verified", { id })
        const wrong = [
          twice,
          body.replace("\"id\":", "\"id\":\"other\",\"id\":"),
          yield* named("a\0b"),
          yield* named("x".repeat(256)),
          yield* named(""),
          yield* named(5),
          body.replace("msg_", "\\ud800"),
          `\ufeff${body}`,
          ""
        ]
        const before = (yield* kept).length
        for (const each of wrong) assert.strictEqual((yield* tell(each)).status, 200)
        yield* actOnAll
        const messages = (yield* kept).slice(0, wrong.length)
        assert.lengthOf(yield* kept, before + wrong.length)
        for (const { outcome, state, type } of messages) {
          assert.deepStrictEqual([state, type], ["failed", "unreadable"], outcome ?? "")
        }
        assert.match(messages[0]?.outcome ?? "", /^it has no body: it came without one/)
        assert.deepInclude(yield* profile(player), { kycStatus: "none" })
      }))

    it.effect("takes what is dated ahead as of when it came, so that it hides nothing that is told after it", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer()
        assert.strictEqual(yield* told(player, "verified", {}, 280), "done")
        yield* (yield* World).advance(1_000)
        assert.strictEqual(yield* told(player, "rejected"), "done")
        assert.deepInclude(yield* profile(player), { kycStatus: "rejected" })
      }))

    it.effect("refuses a body one byte too long, and takes one that just fits", () =>
      Effect.gen(function*() {
        const body = yield* bodyOf(yield* makePlayer(), "pending")
        const padded = (bytes: number) => body + " ".repeat(bytes - body.length)
        assert.strictEqual((yield* tell(padded(1024 * 1024))).status, 200)
        assertProblem(yield* tell(padded(1024 * 1024 + 1)), 413, "payload_too_large")
      }))
  })
}

layer(server({}, Layer.provideMerge(Checker.layer([]), ports)))("a server that has no secret of who checks", (it) => {
  it.effect("answers 503 to everything, and keeps nothing", () =>
    Effect.gen(function*() {
      const answer = yield* tell(yield* bodyOf(yield* makePlayer(), "verified"))
      assertProblem(answer, 503, "unavailable")
      assert.strictEqual(answer.headers.get("retry-after"), "300")
      assert.lengthOf(yield* kept, 0)
    }))
})

const lines: Array<Readonly<Record<string, unknown>>> = []
const collecting = Logger.layer([Logger.make(({ fiber, message }) => {
  lines.push({ message: [message].flat().join(" "), ...fiber.getRef(References.CurrentLogAnnotations) })
})])

layer(server().pipe(Layer.provide(collecting)))("a message that is refused", (it) => {
  it.effect("is told in the log with why, and a flood of it in one line a minute", () =>
    Effect.gen(function*() {
      for (let i = 0; i < 20; i++) yield* send("{}", {})
      const told = lines.filter((line) => line["path"] === path).map((line) => [line["status"], line["why"]])
      assert.deepStrictEqual(told, [[401, "it has no signature of the form t=…,v1=…"]])
    }))
})

const above = Layer.provide(
  server({ withdrawals: { withdrawDeposits: true } }),
  Layer.succeed(KycAbove, cents(1_000n))
)

layer(above)("withdrawals above KYC_ABOVE", (it) => {
  it.effect("are 403 until the player is verified: at the limit they are not, a cent more is", () =>
    Effect.gen(function*() {
      const player = yield* makePayable(5_000n)
      assert.strictEqual((yield* withdraw(player, "9.00")).status, 202)
      const refused = yield* withdraw(player, "1.01")
      assertProblem(refused, 403, "identity_unverified")
      assert.match(textAt(refused.json, "detail"), /more than 10\.00 in all .* 9\.00 was withdrawn before, and 1\.01/)
      assert.match(textAt(refused.json, "detail"), /identity check .* Nothing was withdrawn\.$/)
      assert.strictEqual((yield* withdraw(player, "1.00")).status, 202)
      assertProblem(yield* withdraw(player, "1.00"), 403, "identity_unverified")
      yield* told(player, "rejected")
      assertProblem(yield* withdraw(player, "1.00"), 403, "identity_unverified")
      yield* (yield* World).advance(1_000)
      yield* told(player, "verified")
      assert.strictEqual((yield* withdraw(player, "30.00")).status, 202)
      yield* auditClean
    }))

  it.effect("are decided one after the other, however many are asked for at once", () =>
    Effect.gen(function*() {
      const player = yield* makePayable(5_000n)
      const asked = yield* Effect.all(Array.from({ length: 5 }, () => withdraw(player, "4.00")), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(asked.map(({ status }) => status).toSorted((a, b) => a - b), [202, 202, 403, 403, 403])
      yield* auditClean
    }))
})

const awaiting = Layer.provide(
  server(),
  Layer.succeed(PrizesAwaitIdentityFrom, [{ from: null, amount: cents(190n) }])
)

layer(awaiting)("a prize that waits for the identity check", (it) => {
  it.effect("is shown beside what can be withdrawn, which it is once the player is verified", () =>
    Effect.gen(function*() {
      const player = yield* makePayable(200n)
      const { call } = yield* Client
      yield* call("POST", "/lottery/purchase-ticket", { token: player.token, body: { quantity: 2 } })
      yield* (yield* World).advance(86_400_000)
      yield* (yield* Draws).publishAhead
      yield* runDue
      const waits = { balance: "1.90", withdrawable: "0.00", maturing: "0.00", awaitingIdentity: "1.90" }
      assert.deepInclude(yield* get("/wallet", player), waits)
      assert.deepInclude(at(yield* profile(player), "wallet"), waits)
      const refused = yield* withdraw(player, "1.00")
      assertProblem(refused, 409, "not_withdrawable")
      assert.match(textAt(refused.json, "detail"), /1\.90 waits until your identity is verified: .* identity check/)
      const bought = yield* call("POST", "/lottery/purchase-ticket", { token: player.token, body: {} })
      assert.strictEqual(textAt(bought.json, "wallet", "awaitingIdentity"), "0.90")
      yield* told(player, "verified")
      assert.deepInclude(yield* get("/wallet", player), { withdrawable: "0.90", awaitingIdentity: "0.00" })
      yield* auditClean
    }))
})
