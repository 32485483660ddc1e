import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { eventually } from "../support/Ddd.ts"
import { described, percentile } from "../support/Distribution.ts"
import { connect } from "../support/Live.ts"
import { settled, statuses } from "../support/SessionEnds.ts"
import { assertProblem, at, type Player, Site, textAt, tokensOf } from "../support/Site.ts"

const another = "copper walrus dances"

/** Signs the player in once more. */
const signedIn = ({ email }: Player, userAgent?: string) =>
  Effect.gen(function*() {
    const { signIn } = yield* Site
    const headers = userAgent === undefined ? {} : { "user-agent": userAgent }
    return tokensOf(yield* signIn(email, undefined, { headers }))
  })

const alive = [200, 200, 200]
const over = [401, 401, 401]

const idOfCurrent = (token: string) =>
  Effect.gen(function*() {
    const { json } = yield* (yield* Site).ask("GET", "/auth/sessions", { token })
    const items = at(json, "items")
    const current = Array.isArray(items) ? items.find((item) => at(item, "current") === true) : undefined
    return textAt(current, "id")
  })

layer(Site.layer({ processes: [{}, {}] }), { excludeTestServices: true, timeout: "60 seconds" })(
  "sessions on two servers",
  (it) => {
    it.effect("end by signing out, which always succeeds", () =>
      Effect.gen(function*() {
        const { newPlayer, post } = yield* Site
        const player = yield* newPlayer
        const other = yield* signedIn(player)
        const out = yield* post("/auth/sign-out", { refreshToken: player.refreshToken })
        assert.strictEqual(out.status, 204, out.text)
        assert.strictEqual(out.text, "")
        assert.deepStrictEqual(yield* settled(player), over)
        assert.deepStrictEqual(yield* statuses(other), alive)
        for (const refreshToken of [player.refreshToken, "A".repeat(43), "none"]) {
          assert.strictEqual((yield* post("/auth/sign-out", { refreshToken })).status, 204)
        }
      }))

    it.effect("are listed for their player, and end one by one", () =>
      Effect.gen(function*() {
        const { ask, newPlayer } = yield* Site
        const player = yield* newPlayer
        const stranger = yield* newPlayer
        const phone = yield* signedIn(player, "Phone/1.0")
        const { json } = yield* ask("GET", "/auth/sessions", { token: phone.accessToken })
        const items = at(json, "items")
        assert.isTrue(Array.isArray(items) && items.length === 2, JSON.stringify(json))
        const [newest, oldest] = [at(items, 0), at(items, 1)]
        assert.sameMembers(Object.keys(Object(newest)), ["id", "createdAt", "lastUsedAt", "userAgent", "current"])
        assert.strictEqual(at(newest, "userAgent"), "Phone/1.0")
        assert.deepStrictEqual([at(newest, "current"), at(oldest, "current")], [true, false])

        const path = `/auth/sessions/${textAt(oldest, "id")}`
        assertProblem(yield* ask("DELETE", path, { token: stranger.accessToken }), 404, "not_found")
        assert.deepStrictEqual((yield* statuses(player)).slice(0, 2), [200, 200])
        const ended = yield* ask("DELETE", path, { token: phone.accessToken })
        assert.strictEqual(ended.status, 204, ended.text)
        assert.deepStrictEqual((yield* settled(player)).slice(0, 2), [401, 401])
        assertProblem(yield* ask("DELETE", path, { token: phone.accessToken }), 404, "not_found")
        assert.deepStrictEqual(yield* statuses(phone), alive)
      }))

    it.effect("end all by a reset of the password", () =>
      Effect.gen(function*() {
        const { mailbox, newPlayer, post } = yield* Site
        const player = yield* newPlayer
        const other = yield* signedIn(player)
        yield* post("/auth/reset-password", { email: player.email })
        const token = yield* mailbox.token(player.email, "reset-password")
        assert.strictEqual((yield* post("/auth/reset-password/confirm", { token, password: another })).status, 204)
        for (const tokens of [player, other]) assert.deepStrictEqual(yield* settled(tokens), over)
      }))

    it.effect(
      "that end are refused at once by the other server, and their WebSockets closed",
      () =>
        Effect.gen(function*() {
          const { ask, newPlayer, urls } = yield* Site
          const [, other = ""] = urls
          const player = yield* newPlayer
          const delays: Array<number> = []
          for (let end = 0; end < 60; end++) {
            const { accessToken } = yield* signedIn(player)
            const live = yield* connect(other, accessToken)
            assert.strictEqual(at(live.answer, "event"), "authenticated")
            const id = yield* idOfCurrent(accessToken)
            assert.strictEqual((yield* ask("GET", "/user/profile", { token: accessToken, at: other })).status, 200)
            const ended = yield* ask("DELETE", `/auth/sessions/${id}`, { token: accessToken })
            assert.strictEqual(ended.status, 204, ended.text)
            const answered = performance.now()
            let status = 200
            while (status !== 401) {
              assert.isBelow(performance.now() - answered, 20_000)
              status = (yield* ask("GET", "/user/profile", { token: accessToken, at: other })).status
            }
            delays.push(performance.now() - answered)
            assert.strictEqual(yield* live.closed, 1008)
            const late = yield* connect(other, accessToken)
            assert.strictEqual(at(late.answer, "event"), "error")
          }
          yield* Effect.sync(() =>
            process.stdout.write(
              `an ended session was refused by the other server within ${described(delays, 0.5, 0.99)}\n`
            )
          )
          assert.isBelow(percentile(delays, 0.5), 1_000)
        }),
      180_000
    )

    it.effect("that end while a server does not listen are refused by it all the same", () =>
      Effect.gen(function*() {
        const { newPlayer, post, superuser } = yield* Site
        for (let turn = 0; turn < 5; turn++) {
          const player = yield* newPlayer
          assert.deepStrictEqual((yield* statuses(player)).slice(0, 2), [200, 200])
          const listeners =
            "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ddd events'"
          yield* eventually(
            "both servers listen",
            Effect.orDie(superuser.unsafe(`SELECT 1 ${listeners}`)),
            (all) => all.length >= 2
          )
          yield* superuser.unsafe(`SELECT pg_terminate_backend(pid) ${listeners}`)
          yield* post("/auth/sign-out", { refreshToken: player.refreshToken })
          assert.deepStrictEqual(yield* settled(player), over)
        }
      }))
  }
)
