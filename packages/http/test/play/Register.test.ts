/** A register of people who are excluded everywhere, where one is provided: here one that is written by hand. */
import { ExclusionRegister } from "@ddd/core/ports/ExclusionRegister"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { get, player, post, signIn, signUp, trySignIn } from "../support/Players.ts"
import { assertProblem, at, layer as server, ports } from "../support/Server.ts"

const listed = new Map<string, Instant>()
const register = { isDown: false }
const until = instant(Date.UTC(2030, 0, 1))

const withRegister = Layer.fresh(ports.pipe(Layer.provideMerge(Layer.succeed(ExclusionRegister, {
  excludedUntil: ({ email }) =>
    register.isDown
      ? Effect.fail(new Unavailable({ message: "the register does not answer", retryAfter: 10 }))
      : Effect.succeed(listed.get(email) ?? null)
}))))

layer(server({}, withRegister), { excludeTestServices: true })("a register of exclusions", (it) => {
  it.effect("lets nobody sign up whom it lists, and says nothing of others", () =>
    Effect.gen(function*() {
      listed.set("lea@example.com", until)
      assertProblem(yield* post("/auth/sign-up", player("lea")), 409, "email_taken")
      listed.set("max@example.com", instant(Date.UTC(2026, 0, 1)))
      for (const name of ["max", "mia"]) {
        const { token } = yield* signUp(name)
        assert.deepInclude((yield* get("/user/profile", token)).json, { excludedUntil: null })
      }
    }))

  it.effect("excludes who signs in and is listed since, and lets them in to withdraw", () =>
    Effect.gen(function*() {
      const ada = yield* signUp("ada")
      listed.set(ada.email, until)
      const { token } = yield* signIn(ada.email)
      assert.strictEqual(at((yield* get("/user/profile", token)).json, "excludedUntil"), "2030-01-01T00:00:00.000Z")
      assertProblem(yield* post("/lottery/purchase-ticket", {}, { token }), 403, "timed_out")
    }))

  it.effect("that does not answer lets nobody sign up, and everybody in", () =>
    Effect.gen(function*() {
      const eve = yield* signUp("eve")
      register.isDown = true
      assertProblem(yield* post("/auth/sign-up", player("ned")), 503, "unavailable")
      assert.strictEqual((yield* trySignIn(eve.email)).status, 200)
      register.isDown = false
    }))
})
