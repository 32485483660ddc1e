import { securityEventTypes } from "@ddd/core/accounts/SecurityEvent"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { sure } from "../support/Ddd.ts"
import { addressIn, at, password, Site, textAt, tokensOf } from "../support/Site.ts"

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("security events", (it) => {
  it.effect(
    "are written of all that happens to an account, with time, player, address and user agent",
    () =>
      Effect.gen(function*() {
        const { advance, ask, ddd, mailbox, newPlayer, post, signIn } = yield* Site
        const player = yield* newPlayer
        const { accessToken: token, email } = player
        const by = { from: addressIn(7), headers: { "user-agent": "Browser/7.0" } }
        const shown = Effect.gen(function*() {
          const { stderr, stdout } = yield* ddd(["user", "show", email, "--json"])
          const events = at(JSON.parse(stdout), "events")
          assert.isTrue(Array.isArray(events), stderr)
          const list: ReadonlyArray<unknown> = Array.isArray(events) ? events : []
          return list
        })
        // each event, with a request that causes it, in order
        yield* signIn(email, "a wrong guess of mine", by)
        // however long each takes: the waits grow until one is to wait
        yield* Effect.repeat(signIn(email, "a wrong guess of mine", by), {
          until: ({ status }) => status === 429,
          times: 50
        })
        // the newest twenty each time; the oldest of all, of another client, and what ends a player stand elsewhere
        const events = (yield* shown).filter((event) => at(event, "type") !== "signed_up")
        yield* advance(3_600_000)
        const again = tokensOf(yield* signIn(email, undefined, by))
        const third = tokensOf(yield* signIn(email, undefined, by))
        const fourth = tokensOf(yield* signIn(email, undefined, by))
        const tokenBy = { ...by, token: again.accessToken }
        assert.notStrictEqual(token, again.accessToken)
        yield* post("/auth/sign-out", { refreshToken: third.refreshToken }, by)
        const next = tokensOf(yield* post("/auth/refresh", { refreshToken: fourth.refreshToken }, by))
        yield* post("/auth/refresh", { refreshToken: next.refreshToken }, by)
        assert.strictEqual((yield* post("/auth/refresh", { refreshToken: fourth.refreshToken }, by)).status, 401)
        const sessions = yield* ask("GET", "/auth/sessions", tokenBy)
        const oldest = textAt(sessions.json, "items", "1", "id")
        assert.strictEqual((yield* ask("DELETE", `/auth/sessions/${oldest}`, tokenBy)).status, 204)
        yield* post("/auth/verify-email", { token: yield* mailbox.token(email, "verify-email") }, by)
        yield* ask("PATCH", "/user/profile", {
          ...tokenBy,
          body: { email: `new.${email}`, username: "Renamed", currentPassword: password }
        })
        yield* post("/auth/change-password", { currentPassword: password, password: "copper walrus dances" }, tokenBy)
        yield* post("/auth/reset-password", { email }, by)
        const reset = yield* mailbox.token(email, "reset-password")
        yield* post("/auth/reset-password/confirm", { token: reset, password }, by)
        const last = tokensOf(yield* signIn(email, undefined, by))
        yield* post("/auth/sign-out-everywhere", undefined, { ...by, token: last.accessToken })
        for (const command of [["freeze", ...sure], ["unfreeze", ...sure], ["export"]]) {
          assert.strictEqual((yield* ddd(["user", ...command, email])).code, 0)
        }

        assert.strictEqual((yield* ddd(["kyc", "set", email, "verified", ...sure])).code, 0)
        events.push(...yield* shown)
        const rested = { ...by, token: tokensOf(yield* signIn(email, undefined, by)).accessToken }
        yield* ask("PATCH", "/user/profile", { ...rested, body: { dateOfBirth: "1990-02-03" } })
        for (const dailySpend of ["2.00", "4.00"]) {
          yield* ask("PUT", "/user/limits", { ...rested, body: { dailySpend } })
        }
        yield* advance(25 * 3_600_000)
        const nextDay = { ...by, token: tokensOf(yield* signIn(email, undefined, by)).accessToken }
        yield* ask("POST", "/user/limits/confirm", nextDay)
        yield* ask("POST", "/user/time-out", { ...nextDay, body: { hours: 24 } })
        yield* ask("POST", "/user/self-exclusion", { ...nextDay, body: { days: 365 } })
        events.push(...yield* shown)
        const types = new Set(events.map((event) => at(event, "type")))
        assert.deepStrictEqual(securityEventTypes.filter((type) => !types.has(type)), ["signed_up", "erased"])
        for (const event of events) {
          assert.match(textAt(event, "at"), /^2026-02-0[34]T/)
          assert.strictEqual(at(event, "userId"), player.id)
          const byOperator = ["frozen", "unfrozen", "exported", "identity_checked"].includes(textAt(event, "type"))
          assert.deepStrictEqual(
            at(event, "origin"),
            byOperator ? { ip: null, userAgent: null } : { ip: addressIn(7), userAgent: "Browser/7.0" },
            textAt(event, "type")
          )
        }
      }),
    180_000
  )

  it.effect("are never changed or removed, whoever asks the database", () =>
    Effect.gen(function*() {
      const { newPlayer, sql } = yield* Site
      yield* newPlayer
      for (
        const statement of [
          "UPDATE security_events SET type = 'signed_in'",
          "DELETE FROM security_events",
          "TRUNCATE security_events"
        ]
      ) {
        const error = yield* Effect.flip(sql.unsafe(statement))
        assert.strictEqual(error._tag, "SqlError", statement)
      }
    }), 180_000)
})
