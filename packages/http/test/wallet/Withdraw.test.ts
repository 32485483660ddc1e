import { cents } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { userId } from "@ddd/core/values/Ids"
import { linkPayoutAccount } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { connect, type Socket } from "node:net"
import { tokenFor } from "../support/Keys.ts"
import { assertProblem, at, Client, layer as server, makePlayer, ports, runDue, textAt } from "../support/Server.ts"

const path = "/wallet/withdraw"

const withdraw = (token: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(Client, ({ call }) => call("POST", path, { token, body, headers }))

const key = (text: string) => ({ "Idempotency-Key": text })

type Player = Effect.Success<ReturnType<typeof makePlayer>>

/** Gives a player an account that money can be sent to. */
const makeReady = Effect.fnUntraced(function*({ id }: Player) {
  const accounts = yield* PayoutAccounts
  const { account } = yield* linkPayoutAccount(id, `acct_${id}`)
  yield* accounts.setStatus(account, "ready", "simulated")
})

const makeReadyPlayer = Effect.fnUntraced(function*(balance: bigint) {
  const player = yield* makePlayer(cents(balance))
  yield* makeReady(player)
  return player
})

const balanceOf = ({ token }: Player) =>
  Effect.flatMap(Client, ({ call }) => call("GET", "/user/profile", { token })).pipe(
    Effect.map(({ json }) => [textAt(json, "wallet", "balance"), textAt(json, "wallet", "pendingWithdrawal")])
  )

/** Lets the present draw end, and the next begin. */
const nextDay = Effect.gen(function*() {
  yield* (yield* World).advance(86_400_000)
  yield* (yield* Draws).publishAhead
  yield* runDue
})

/** Sends requests on a connection each: first all but the last byte of every one, then the last bytes at once. */
const atOnce = async (url: string, requests: ReadonlyArray<string>): Promise<ReadonlyArray<number>> => {
  const port = Number(new URL(url).port)
  const sockets = await Promise.all(requests.map((request) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(request.slice(0, -1), () => resolve(socket)))
      socket.once("error", reject)
    })
  ))
  return Promise.all(sockets.map((socket, n) =>
    new Promise<number>((resolve, reject) => {
      let received = ""
      socket.setEncoding("utf8").on("data", (text) => {
        received += text
      })
      socket.once("error", reject).once("close", () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1])))
      socket.write(requests[n]?.slice(-1) ?? "")
    })
  ))
}

for (const engine of ["uws", "node"] as const) {
  layer(server({ engine, withdrawals: { withdrawDeposits: true } }))(`withdrawing money, on ${engine}`, (it) => {
    it.effect("takes it out of the balance at once, and answers the pending transaction", () =>
      Effect.gen(function*() {
        const player = yield* makeReadyPlayer(500n)
        const answer = yield* withdraw(player.token, { amount: "2.50" })
        assert.strictEqual(answer.status, 202, answer.text)
        assert.isNull(answer.headers.get("idempotent-replayed"))
        const id = textAt(answer.json, "id")
        assert.deepStrictEqual({ ...(answer.json as object), createdAt: "" }, {
          id,
          type: "withdrawal",
          amount: "-2.50",
          balanceAfter: "2.50",
          status: "pending",
          referenceId: id,
          createdAt: ""
        })
        assert.deepStrictEqual(yield* balanceOf(player), ["2.50", "2.50"])
      }))

    it.effect("answers the same bytes under the same key, and says that it did", () =>
      Effect.gen(function*() {
        const player = yield* makeReadyPlayer(500n)
        const first = yield* withdraw(player.token, { amount: "2.00" }, key("w 1"))
        const again = yield* Effect.all(
          Array.from({ length: 20 }, () => withdraw(player.token, { amount: "2.00" }, key("w 1"))),
          { concurrency: "unbounded" }
        )
        for (const answer of again) {
          assert.strictEqual(answer.status, 202)
          assert.strictEqual(answer.text, first.text)
          assert.strictEqual(answer.headers.get("idempotent-replayed"), "true")
        }
        assert.deepStrictEqual(yield* balanceOf(player), ["3.00", "2.00"])
      }))

    it.effect("takes a key for one request to the byte, for one player, and not for a purchase as well", () =>
      Effect.gen(function*() {
        const { call } = yield* Client
        const [player, other] = [yield* makeReadyPlayer(500n), yield* makeReadyPlayer(500n)]
        assert.strictEqual((yield* withdraw(player.token, "{\"amount\":\"1.00\"}", key("w2"))).status, 202)
        const reused = [
          yield* withdraw(player.token, "{\"amount\":\"2.00\"}", key("w2")),
          yield* withdraw(player.token, "{\"amount\": \"1.00\"}", key("w2")),
          yield* call("POST", "/lottery/purchase-ticket", {
            token: player.token,
            body: { quantity: 1 },
            headers: key("w2")
          })
        ]
        for (const answer of reused) assertProblem(answer, 422, "idempotency_key_reused")
        assert.strictEqual((yield* withdraw(other.token, "{\"amount\":\"2.00\"}", key("w2"))).status, 202)
      }))

    it.effect("does not keep a refusal", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer(cents(500n))
        assertProblem(yield* withdraw(player.token, { amount: "1.00" }, key("w3")), 409, "payout_account_missing")
        yield* makeReady(player)
        const answer = yield* withdraw(player.token, { amount: "1.00" }, key("w3"))
        assert.strictEqual(answer.status, 202)
        assert.isNull(answer.headers.get("idempotent-replayed"))
      }))

    it.effect("#11 refuses amounts that are not money of at least a dollar", () =>
      Effect.gen(function*() {
        const player = yield* makeReadyPlayer(500n)
        const amounts = [
          "-1",
          "0",
          "0.5",
          "1e999",
          "9007199254740992",
          "1",
          "\"100\"",
          "\"1.001\"",
          "\"٣.00\"",
          "\"-1.00\"",
          "\"0.00\"",
          "\"0.99\"",
          "\"+1.00\"",
          "\" 1.00\"",
          "\"01.00\"",
          "\"1,00\"",
          "\"1e2\"",
          "\"10000000000.00\"",
          "null"
        ]
        for (const amount of amounts) {
          const answer = yield* withdraw(player.token, `{"amount":${amount}}`)
          assert.strictEqual(answer.status, 400, `${amount}: ${answer.text}`)
        }
        const little = yield* withdraw(player.token, { amount: "0.99" })
        assert.strictEqual(at(little.json, "errors", 0, "path"), "amount")
        assert.include(textAt(little.json, "errors", 0, "message"), "at least 1.00")
        assert.deepStrictEqual(yield* balanceOf(player), ["5.00", "0.00"])
      }))

    it.effect("refuses bodies and keys that are not what it takes", () =>
      Effect.gen(function*() {
        const { token } = yield* makeReadyPlayer(500n)
        for (const body of [{}, { amount: "1.00", account: "acct_1" }, "[]", "null"]) {
          assertProblem(yield* withdraw(token, body), 400, "invalid_request")
        }
        for (const body of ["", "{", "{\"amount\":\"1.00\",\"amount\":\"5.00\"}"]) {
          assertProblem(yield* withdraw(token, body), 400, "invalid_json")
        }
        assertProblem(yield* withdraw(token, { amount: "1.00" }, key("a\tb")), 400, "invalid_request")
        assertProblem(
          yield* withdraw(token, { amount: "1.00" }, { "content-type": "text/plain" }),
          415,
          "unsupported_media_type"
        )
      }))

    it.effect("#6 pays a full balance out once, to fifty requests whose last bytes come together", () =>
      Effect.gen(function*() {
        const { url } = yield* Client
        const player = yield* makeReadyPlayer(10_000n)
        const body = "{\"amount\":\"100.00\"}"
        const request =
          `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${player.token}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
        const statuses = yield* Effect.promise(() => atOnce(url, Array.from({ length: 50 }, () => request)))
        assert.deepStrictEqual(
          statuses.toSorted((a, b) => a - b),
          [202, ...Array.from({ length: 49 }, () => 402)]
        )
        assert.deepStrictEqual(yield* balanceOf(player), ["0.00", "100.00"])
      }))
  })
}

layer(server())("who may withdraw, and what", (it) => {
  it.effect("refuses who shows no token, a bad one, or one of nobody", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      assertProblem(yield* call("POST", path, { body: { amount: "1.00" } }), 401, "unauthenticated")
      assertProblem(yield* withdraw("nonsense", { amount: "1.00" }), 401, "unauthenticated")
      const nobody = tokenFor(userId("018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b"))
      assertProblem(yield* withdraw(nobody, { amount: "1.00" }), 401, "unauthenticated")
    }))

  it.effect("looks at the body first, then at the account, then at what can be withdrawn", () =>
    Effect.gen(function*() {
      const accounts = yield* PayoutAccounts
      const player = yield* makePlayer()
      assertProblem(yield* withdraw(player.token, { amount: "0.10" }), 400, "invalid_request")
      const none = yield* withdraw(player.token, { amount: "1.00" })
      assertProblem(none, 409, "payout_account_missing")
      assert.match(textAt(none.json, "detail"), /There is no account .*POST \/wallet\/payout-account opens one/)
      const { account } = yield* linkPayoutAccount(player.id, `acct_${player.id}`)
      const pending = yield* withdraw(player.token, { amount: "1.00" })
      assertProblem(pending, 409, "payout_account_missing")
      assert.match(textAt(pending.json, "detail"), /is not ready .*POST \/wallet\/payout-account/)
      yield* accounts.setStatus(account, "ready", "simulated")
      assertProblem(yield* withdraw(player.token, { amount: "1.00" }), 409, "not_withdrawable")
    }))

  it.effect("pays winnings out, and not what was bought as credit", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const player = yield* makeReadyPlayer(500n)
      const refused = yield* withdraw(player.token, { amount: "2.00" })
      assertProblem(refused, 409, "not_withdrawable")
      assert.match(
        textAt(refused.json, "detail"),
        /wallet's 5\.00, 0\.00 can be withdrawn; 2\.00 was asked for\. Only winnings/
      )
      const bought = yield* call("POST", "/lottery/purchase-ticket", { token: player.token, body: { quantity: 3 } })
      assert.strictEqual(bought.status, 201, bought.text)
      yield* nextDay
      const more = yield* withdraw(player.token, { amount: "2.86" })
      assertProblem(more, 409, "not_withdrawable")
      assert.include(textAt(more.json, "detail"), "wallet's 4.85, 2.85 can be withdrawn; 2.86 was asked for")
      assert.strictEqual((yield* withdraw(player.token, { amount: "2.85" })).status, 202)
      assert.deepStrictEqual(yield* balanceOf(player), ["2.00", "2.85"])
    }))

  it.effect("refuses who owes, naming what", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const [ledger, fundings] = [yield* Ledger, yield* Fundings]
      const player = yield* makeReadyPlayer(0n)
      const reference = "app_store:taken-back"
      yield* ledger.deposit({ userId: player.id, amount: cents(500n), referenceId: reference, metadata: null })
      yield* call("POST", "/lottery/purchase-ticket", { token: player.token, body: { quantity: 2 } })
      yield* fundings.record({ _tag: "Refunded", reference })
      const answer = yield* withdraw(player.token, { amount: "1.00" })
      assertProblem(answer, 409, "not_withdrawable")
      assert.include(textAt(answer.json, "detail"), "owes 2.00")
    }))

  it.effect("refuses a frozen account", () =>
    Effect.gen(function*() {
      const player = yield* makeReadyPlayer(500n)
      yield* (yield* World).freeze(player.id)
      assertProblem(yield* withdraw(player.token, { amount: "1.00" }), 403, "account_frozen")
      assert.strictEqual((yield* (yield* Ledger).wallet(player.id)).balance, cents(500n))
    }))
})

layer(server({ withdrawals: { withdrawDeposits: true } }))("where purchased credit can be withdrawn too", (it) => {
  it.effect("the balance is the limit", () =>
    Effect.gen(function*() {
      const player = yield* makeReadyPlayer(500n)
      const refused = yield* withdraw(player.token, { amount: "5.01" })
      assertProblem(refused, 402, "insufficient_funds")
      assert.include(textAt(refused.json, "detail"), "holds 5.00; 5.01 was asked for")
      assert.strictEqual((yield* withdraw(player.token, { amount: "5.00" })).status, 202)
    }))

  it.effect("every view of the wallet says what a withdrawal of now may take, to the cent", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const player = yield* makeReadyPlayer(500n)
      const bought = yield* call("POST", "/lottery/purchase-ticket", { token: player.token, body: { quantity: 1 } })
      const profile = yield* call("GET", "/user/profile", { token: player.token })
      const wallet = yield* call("GET", "/wallet", { token: player.token })
      const shown = [at(bought.json, "wallet", "withdrawable"), at(profile.json, "wallet", "withdrawable")]
      assert.deepStrictEqual([...shown, at(wallet.json, "withdrawable")], ["4.00", "4.00", "4.00"])
      assert.strictEqual((yield* withdraw(player.token, { amount: "4.01" })).status, 402)
      assert.strictEqual((yield* withdraw(player.token, { amount: "4.00" })).status, 202)
      assert.strictEqual(at((yield* call("GET", "/wallet", { token: player.token })).json, "withdrawable"), "0.00")
    }))
})

layer(server({ withdrawals: { enabled: false } }))("where nothing is paid out", (it) => {
  it.effect("a withdrawal that is in order is answered 503, and one that is not 400", () =>
    Effect.gen(function*() {
      const player = yield* makeReadyPlayer(500n)
      const answer = yield* withdraw(player.token, { amount: "1.00" })
      assertProblem(answer, 503, "unavailable")
      assert.strictEqual(answer.headers.get("retry-after"), "3600")
      assertProblem(yield* withdraw(player.token, { amount: "0.99" }), 400, "invalid_request")
      assert.deepStrictEqual(yield* balanceOf(player), ["5.00", "0.00"])
    }))
})

const failing = Layer.effect(
  Withdrawals,
  Effect.map(Withdrawals, (real) =>
    Withdrawals.of({
      ...real,
      ask: () => Effect.fail(new Unavailable({ message: "secret-host is gone", retryAfter: 1.2 }))
    }))
)

layer(server({}, Layer.provideMerge(failing, ports)))("when withdrawals cannot be kept", (it) => {
  it.effect("says when to try again, and never why", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const answer = yield* withdraw(token, { amount: "1.00" })
      assertProblem(answer, 503, "unavailable")
      assert.strictEqual(answer.headers.get("retry-after"), "2")
      assert.notInclude(answer.text, "secret")
    }))
})
