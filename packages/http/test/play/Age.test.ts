/** A least age, over real sockets. */
import { cents } from "@ddd/core/money/Money"
import { MinAge } from "@ddd/core/ports/MinAge"
import { parseDay } from "@ddd/core/values/Instant"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { get, player, post } from "../support/Players.ts"
import { assertProblem, at, Client, layer as server, makePlayer, ports, runDue, textAt } from "../support/Server.ts"

const dayMillis = 86_400_000

const patch = (token: string, body: unknown) =>
  Effect.flatMap(Client, ({ call }) => call("PATCH", "/user/profile", { token, body }))
const buy = (token: string) => post("/lottery/purchase-ticket", {}, { token })
const signUp = (name: string, dateOfBirth?: unknown) =>
  post("/auth/sign-up", { ...player(name), ...dateOfBirth === undefined ? {} : { dateOfBirth } })

const ofAge = (minAge: number | null) => Layer.fresh(ports.pipe(Layer.provideMerge(Layer.succeed(MinAge, minAge))))

for (const engine of ["uws", "node"] as const) {
  layer(server({ engine }, ofAge(18)), { excludeTestServices: true })(`a least age, over ${engine}`, (it) => {
    it.effect("is asked for at sign-up: nothing is kept of who is too young, or says nothing that can be", () =>
      Effect.gen(function*() {
        const missing = yield* signUp("young")
        assertProblem(missing, 400, "invalid_request")
        assert.deepStrictEqual(at(missing.json, "errors"), [{ path: "dateOfBirth", message: "is required" }])
        for (const date of ["2026-02-04", "1850-01-01", "2000-02-30", "3 February 2000", "", 20_000_203, null]) {
          const refused = yield* signUp("young", date)
          assertProblem(refused, 400, "invalid_request")
          assert.strictEqual(at(refused.json, "errors", 0, "path"), "dateOfBirth")
        }
        const young = yield* signUp("young", "2008-02-04")
        assertProblem(young, 403, "under_age")
        assert.strictEqual(
          at(young.json, "detail"),
          "Who plays here is 18 years old, or older. No account was opened."
        )
        const opened = yield* signUp("young", "2008-02-03")
        assert.strictEqual(opened.status, 201, opened.text)
        const { json } = yield* get("/user/profile", textAt(opened.json, "tokens", "accessToken"))
        assert.deepInclude(json, { dateOfBirth: "2008-02-03", ageVerified: false })
      }))

    it.effect("is asked of players whose accounts are older, before they play on, once", () =>
      Effect.gen(function*() {
        const [ada, bob] = [yield* makePlayer(cents(1_000n)), yield* makePlayer(cents(1_000n))]
        assert.strictEqual((yield* patch(bob.token, { dateOfBirth: "1990-01-01" })).status, 200)
        const room = yield* post("/rooms", { name: "a room" }, { token: bob.token })
        assert.strictEqual(room.status, 201, room.text)
        const code = textAt(room.json, "code")
        const tries = [
          buy(ada.token),
          post("/rooms", { name: "another" }, { token: ada.token }),
          post(`/rooms/${code}/join`, { code }, { token: ada.token })
        ]
        for (const refused of yield* Effect.all(tries)) assertProblem(refused, 403, "date_of_birth_missing")
        // and what is no playing goes on
        assertProblem(
          yield* post("/wallet/withdraw", { amount: "1.00" }, { token: ada.token }),
          409,
          "payout_account_missing"
        )
        assertProblem(yield* patch(ada.token, { dateOfBirth: "2010-01-01" }), 403, "under_age")
        assertProblem(yield* patch(ada.token, { dateOfBirth: "1990-01-01", username: "ada" }), 400, "invalid_request")
        assertProblem(yield* buy(ada.token), 403, "date_of_birth_missing")
        const said = yield* patch(ada.token, { dateOfBirth: "1996-02-29" })
        assert.deepInclude(said.json, { dateOfBirth: "1996-02-29", ageVerified: false })
        assert.strictEqual((yield* patch(ada.token, { dateOfBirth: "1996-02-29" })).status, 200)
        assertProblem(yield* patch(ada.token, { dateOfBirth: "1996-02-28" }), 403, "forbidden")
        for (const answer of yield* Effect.all(tries)) assert.isBelow(answer.status, 300, answer.text)
      }))
  })
}

layer(server({}, ofAge(21)), { excludeTestServices: true })("a least age that is raised", (it) => {
  it.effect("holds from then on, until the birthday: an account that is too young for it buys nothing", () =>
    Effect.gen(function*() {
      // said while a lower age, or none, was asked for
      const ada = yield* makePlayer(cents(1_000n), parseDay("2005-02-05"))
      const refused = yield* buy(ada.token)
      assertProblem(refused, 403, "under_age")
      assert.strictEqual(at(refused.json, "detail"), "Who plays here is 21 years old, or older. Nothing was bought.")
      yield* (yield* World).advance(2 * dayMillis)
      yield* runDue
      assert.strictEqual((yield* buy(ada.token)).status, 201)
    }))
})

layer(server({}, ofAge(null)), { excludeTestServices: true })("a date of birth where no age is asked for", (it) => {
  it.effect("may be said, and keeps nobody from playing", () =>
    Effect.gen(function*() {
      const opened = yield* signUp("child", "2015-01-01")
      assert.strictEqual(opened.status, 201, opened.text)
      const ada = yield* makePlayer(cents(100n))
      assert.strictEqual((yield* buy(ada.token)).status, 201)
    }))
})
