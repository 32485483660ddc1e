import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ddd } from "../support/Ddd.ts"
import { assertProblem, at, password, Site, textAt } from "../support/Site.ts"

layer(Layer.empty, { excludeTestServices: true })("MIN_AGE", (it) => {
  it.effect(
    "holds on PostgreSQL, for accounts that were opened before it was asked too",
    () =>
      Effect.gen(function*() {
        const { ask, deposit, newPlayer, post, sql, urls: [before = "", after = ""] } = yield* Site
        const signUp = (username: string, dateOfBirth?: string) =>
          post("/auth/sign-up", {
            email: `${username}@example.com`,
            username,
            password,
            ...dateOfBirth === undefined ? {} : { dateOfBirth }
          }, { at: after })
        const patch = (token: string, dateOfBirth: string) =>
          ask("PATCH", "/user/profile", { at: after, token, body: { dateOfBirth } })
        const buy = (url: string, token: string) => post("/lottery/purchase-ticket", {}, { at: url, token })

        assertProblem(yield* signUp("young"), 400, "invalid_request")
        assertProblem(yield* signUp("young", "2008-02-04"), 403, "under_age")
        const [kept] = yield* sql<{ readonly count: bigint }>`SELECT count(*) FROM users WHERE username = 'young'`
        assert.strictEqual(Number(kept?.count), 0)
        const opened = yield* signUp("young", "2008-02-03")
        assert.strictEqual(opened.status, 201, opened.text)

        const player = yield* newPlayer // on the server that asks for no age
        const { accessToken: token } = player
        yield* deposit(player, "10.00")
        assert.strictEqual((yield* buy(before, token)).status, 201)
        const tries = [
          buy(after, token),
          post("/rooms", { name: "a room" }, { at: after, token })
        ]
        for (const refused of yield* Effect.all(tries)) assertProblem(refused, 403, "date_of_birth_missing")
        assertProblem(yield* patch(token, "2010-01-01"), 403, "under_age")
        const said = yield* patch(token, "1996-02-29")
        assert.deepInclude(said.json, { dateOfBirth: "1996-02-29", ageVerified: false })
        for (const done of yield* Effect.all(tries)) assert.strictEqual(done.status, 201, done.text)
        assertProblem(yield* patch(token, "1996-02-28"), 403, "forbidden")
        const exported = yield* ask("GET", "/user/export", { token })
        assert.strictEqual(textAt(exported.json, "user", "dateOfBirth"), "1996-02-29")

        // a joiner, and a member's purchase in a room
        const guest = textAt(opened.json, "tokens", "accessToken")
        const code = textAt((yield* post("/rooms", { name: "another" }, { at: after, token })).json, "code")
        assert.strictEqual((yield* post(`/rooms/${code}/join`, { code }, { at: after, token: guest })).status, 200)
        const bought = yield* ask("POST", `/rooms/${code}/purchase-ticket`, { at: after, token })
        assert.strictEqual(bought.status, 201, bought.text)

        assert.strictEqual(at(said.json, "wallet", "bornOn"), undefined)
        const refused = yield* ddd(["serve"], { MIN_AGE: "12" })
        assert.match(refused.stderr, /MIN_AGE must be a whole number of years, 13 to 25, not "12"/)
      }).pipe(Effect.provide(Site.layer({ processes: [{}, { MIN_AGE: "18" }] }))),
    300_000
  )
})
