/** Where play is offered, over real sockets. */
import { readNetworks } from "@ddd/core/accounts/ClientAddress"
import { cents } from "@ddd/core/money/Money"
import { placeOfText, readPlaceList, territoryOf } from "@ddd/core/play/Places"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { HttpApi } from "effect/http-api"
import { Api } from "../../src/Api.ts"
import { OfferedHere } from "../../src/requests/OfferedHere.ts"
import { player } from "../support/Players.ts"
import { type Answer, assertProblem, at, Client, layer as server, makePlayer, textAt } from "../support/Server.ts"

/** What changes something and can be asked for from anywhere, with the reason. A new endpoint is named here, or carries `OfferedHere`. */
const fromAnywhere: Readonly<Record<string, string>> = {
  "POST /auth/sign-in": "who has money here must come in to withdraw it",
  "POST /auth/refresh": "as signing in",
  "POST /auth/sign-out": "ends something",
  "POST /auth/sign-out-everywhere": "ends something",
  "DELETE /auth/sessions/:id": "ends something",
  "POST /auth/change-password": "keeps the account safe",
  "POST /auth/reset-password": "keeps the account safe",
  "POST /auth/reset-password/confirm": "keeps the account safe",
  "POST /auth/verify-email": "withdrawing wants it",
  "POST /auth/verify-email/resend": "withdrawing wants it",
  "PATCH /user/profile": "opens nothing",
  "DELETE /user": "ends something",
  "PUT /user/devices/:deviceId": "opens nothing",
  "DELETE /user/devices/:deviceId": "ends something",
  "PUT /user/limits": "responsible play",
  "POST /user/limits/confirm": "it is the purchase that is refused",
  "POST /user/time-out": "responsible play",
  "POST /user/self-exclusion": "responsible play",
  "POST /wallet/deposit": "asked by machines of ours, of money that was paid",
  "POST /wallet/withdraw": "withdrawing is never closed",
  "POST /wallet/payout-account": "withdrawing wants it",
  "DELETE /wallet/payout-account": "ends something",
  "POST /webhooks/revenuecat": "asked by machines, of money that was paid",
  "POST /webhooks/stripe": "asked by machines",
  "POST /webhooks/kyc": "asked by machines",
  "POST /rooms/:id/leave": "ends something",
  "POST /rooms/:id/close": "ends something, and refunds",
  "POST /rooms/:id/start-draw": "tickets that were bought are drawn",
  "POST /rooms/:id/execute-draw": "tickets that were bought are drawn"
}

const here = readNetworks("127.0.0.1") ?? []
const elsewhere = readNetworks("192.0.2.0/24") ?? []
const territory = territoryOf({ allowed: readPlaceList("DE,US-NY") }, true) ?? assert.fail("no list")
const country = "x-country"

type Player = Effect.Success<ReturnType<typeof makePlayer>>

const from = (place: string) => (method: string, path: string, token?: string, body?: unknown) =>
  Effect.flatMap(Client, ({ call }) =>
    call(method, path, {
      headers: place === "" ? {} : { [country]: place },
      ...token === undefined ? {} : { token },
      ...body === undefined ? {} : { body }
    }))

/** Everything that is refused elsewhere, asked for by a player who may. */
const refusedElsewhere = (place: string, { token }: Player, code: string) => {
  const ask = from(place)
  return Effect.all([
    ask("POST", "/auth/sign-up", undefined, player("somebody")),
    ask("POST", "/lottery/purchase-ticket", token, {}),
    ask("POST", "/rooms", token, { name: "a room" }),
    ask("POST", `/rooms/${code}/join`, token, { code }),
    ask("POST", `/rooms/${code}/purchase-ticket`, token),
    ask("POST", "/wallet/checkout", token, { amount: "5.00" })
  ])
}

const assertRefused = (answers: ReadonlyArray<Answer>, detail: string) => {
  for (const answer of answers) {
    assertProblem(answer, 403, "not_available_here")
    assert.strictEqual(
      at(answer.json, "detail"),
      `${detail} Nothing was changed. Signing in, withdrawing, and closing the account work from anywhere.`
    )
  }
}

describe("every endpoint that changes something", () => {
  it("is refused where play is not offered, or is named with the reason why it is not", () => {
    const found: Record<"refused" | "open", Array<string>> = { refused: [], open: [] }
    HttpApi.reflect(Api, {
      onGroup: () => {},
      onEndpoint: ({ endpoint: { method, middlewares, path } }) => {
        const isRefused = [...middlewares].some(({ key }) => key === OfferedHere.key)
        if (method === "GET") assert.isFalse(isRefused, path)
        else found[isRefused ? "refused" : "open"].push(`${method} ${path}`)
      }
    })
    assert.deepStrictEqual(found.open.toSorted(), Object.keys(fromAnywhere).toSorted())
    assert.deepStrictEqual(found.refused.toSorted(), [
      "POST /auth/sign-up",
      "POST /lottery/purchase-ticket",
      "POST /rooms",
      "POST /rooms/:id/join",
      "POST /rooms/:id/purchase-ticket",
      "POST /wallet/checkout"
    ])
  })
})

for (const engine of ["uws", "node"] as const) {
  const proxies = { networks: here, from: "x-forwarded-for" as const }
  const places = { _tag: "Header" as const, name: country, proxies }

  layer(server({ engine, territory, proxies, places }), { excludeTestServices: true })(
    `play, where a trusted proxy names the country, over ${engine}`,
    (it) => {
      it.effect("is refused where it is not offered, with the place as it was seen, and nothing is changed", () =>
        Effect.gen(function*() {
          const [ada, bob] = [yield* makePlayer(cents(1_000n)), yield* makePlayer()]
          const room = yield* from("US-NY")("POST", "/rooms", bob.token, { name: "a room" })
          assert.strictEqual(room.status, 201, room.text)
          const code = textAt(room.json, "code")
          const unseen =
            "It cannot be told from which country this request comes, and play is offered in known ones alone."
          for (
            const [place, detail] of [
              ["FR", "Play is not offered where this request comes from, which is seen as FR."],
              ["us-nj", "Play is not offered where this request comes from, which is seen as US-NJ."],
              ["US", "Play is not offered where this request comes from, which is seen as US."],
              ["", unseen],
              ["XX", unseen],
              ["T1", unseen],
              ["DE, FR", unseen]
            ] as const
          ) assertRefused(yield* refusedElsewhere(place, ada, code), detail)
          const { json } = yield* from("FR")("GET", "/user/profile", ada.token)
          assert.deepInclude(json, { spentToday: "0.00", country: null })
          assert.deepStrictEqual(at((yield* from("FR")("GET", "/rooms", ada.token)).json, "items"), [])
        }))

      it.effect("is refused where two lines name two countries", () =>
        Effect.gen(function*() {
          const { call } = yield* Client
          const headers = { [country]: "DE", "X-Country": "DE" }
          const { token } = yield* makePlayer(cents(100n))
          assertProblem(
            yield* call("POST", "/lottery/purchase-ticket", { token, body: {}, headers }),
            403,
            "not_available_here"
          )
        }))

      it.effect("goes on where it is offered, and the country is kept with the account that is opened there", () =>
        Effect.gen(function*() {
          const ask = from("US-NY")
          const signedUp = yield* ask("POST", "/auth/sign-up", undefined, player(`new_${engine}`))
          assert.strictEqual(signedUp.status, 201, signedUp.text)
          const token = textAt(signedUp.json, "tokens", "accessToken")
          assert.strictEqual(at((yield* from("FR")("GET", "/user/profile", token)).json, "country"), "US")
          const ada = yield* makePlayer(cents(1_000n))
          for (const place of ["DE", "de", "US-NY"]) {
            const bought = yield* from(place)("POST", "/lottery/purchase-ticket", ada.token, {})
            assert.strictEqual(bought.status, 201, bought.text)
          }
        }))

      it.effect("leaves withdrawing, limits, rooms that one is in, and closing the account alone, wherever one is", () =>
        Effect.gen(function*() {
          const [ada, bob] = [yield* makePlayer(cents(1_000n)), yield* makePlayer(cents(1_000n))]
          const room = yield* from("DE")("POST", "/rooms", bob.token, { name: "a room" })
          const code = textAt(room.json, "code")
          assert.strictEqual((yield* from("DE")("POST", `/rooms/${code}/join`, ada.token, { code })).status, 200)
          for (const place of ["FR", ""]) {
            const ask = from(place)
            for (
              const [method, path, body, status] of [
                ["GET", "/lottery/current-draw", undefined, 200],
                ["GET", "/wallet/transactions", undefined, 200],
                ["PUT", "/user/limits", { dailySpend: "5.00" }, 200],
                ["POST", "/user/time-out", { hours: 24 }, 200]
              ] as const
            ) {
              const answer = yield* ask(method, path, ada.token, body)
              assert.strictEqual(answer.status, status, answer.text)
            }
            // refused for what they are, not for where they come from
            assertProblem(
              yield* ask("POST", "/wallet/withdraw", ada.token, { amount: "1.00" }),
              409,
              "payout_account_missing"
            )
            assertProblem(
              yield* ask("DELETE", "/user", ada.token, { currentPassword: "wrong wrong wrong" }),
              401,
              "invalid_credentials"
            )
            assertProblem(
              yield* ask("POST", "/auth/sign-in", undefined, { email: "nobody@example.com", password: "wrong wrong" }),
              401,
              "invalid_credentials"
            )
          }
          assert.strictEqual((yield* from("FR")("POST", `/rooms/${code}/leave`, ada.token)).status, 204)
          assert.strictEqual((yield* from("FR")("POST", `/rooms/${code}/close`, bob.token)).status, 200)
        }))
    }
  )

  layer(server({ engine, territory, places: { ...places, proxies: { networks: elsewhere } } }), {
    excludeTestServices: true
  })(`a country that is named by a client, over ${engine}`, (it) => {
    it.effect("is nobody's word: it is not known", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(100n))
        assertProblem(yield* from("DE")("POST", "/lottery/purchase-ticket", token, {}), 403, "not_available_here")
      }))
  })

  const asked: Array<string> = []
  const placeOf = (address: string) => {
    asked.push(address)
    return placeOfText(address === "198.51.100.4" ? "DE" : "FR")
  }
  layer(server({ engine, territory, proxies, places: { _tag: "Addresses", placeOf } }), { excludeTestServices: true })(
    `play, where the country is looked up, over ${engine}`,
    (it) => {
      it.effect("goes by the client's address, not by the proxy's, nor by what clients say", () =>
        Effect.gen(function*() {
          const { call } = yield* Client
          const { token } = yield* makePlayer(cents(500n))
          const buy = (forwarded?: string) =>
            call("POST", "/lottery/purchase-ticket", {
              token,
              body: {},
              headers: { [country]: "DE", ...forwarded === undefined ? {} : { "x-forwarded-for": forwarded } }
            })
          assert.strictEqual((yield* buy("198.51.100.4")).status, 201)
          assertRefused(
            [yield* buy("198.51.100.4, 198.51.100.5"), yield* buy()],
            "Play is not offered where this request comes from, which is seen as FR."
          )
          assert.deepStrictEqual(asked, ["198.51.100.4", "198.51.100.5", "127.0.0.1"])
        }))
    }
  )

  layer(server({ engine }), { excludeTestServices: true })(`play without a list, over ${engine}`, (it) => {
    it.effect("is offered everywhere", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(100n))
        assert.strictEqual((yield* from("FR")("POST", "/lottery/purchase-ticket", token, {})).status, 201)
      }))
  })
}
