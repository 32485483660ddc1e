/** What every adapter of `Sessions` must do. */
import { refreshTokenMillis, repeatMillis } from "@ddd/core/accounts/Refresh"
import type { Refreshed } from "@ddd/core/accounts/Refresh"
import { type EndedSession, openSessionsMax, sessionId } from "@ddd/core/accounts/Session"
import { Accounts } from "@ddd/core/ports/Accounts"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Sessions } from "@ddd/core/ports/Sessions"
import { assert } from "@effect/vitest"
import { Effect, Fiber, Option, Schedule, Stream } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { advance, hashOf, present, times } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { eventsOf, newPlayer, origin, signInAgain } from "./Players.ts"
import { contract, patience, type Subject } from "./Subject.ts"

const nobodys = sessionId("01900000-0000-7000-8000-00000000dead")

/** Refreshes by a token: `ada` is followed by `ada+`, that by `ada++`. */
const refresh = Effect.fnUntraced(function*(token: string) {
  return yield* (yield* Sessions).refresh(hashOf(token), hashOf(`${token}+`), origin)
})
const tagOf = Effect.map((refreshed: Refreshed) => refreshed._tag)

export const sessionsContract = (subject: Subject): void =>
  contract("Sessions", subject, (it) => {
    it(
      "rotates a refresh token at each use",
      Effect.gen(function*() {
        const { id: userId, session: sessionId } = yield* newPlayer("ada")
        for (const token of ["ada", "ada+", "ada++"]) {
          assert.deepStrictEqual(yield* refresh(token), { _tag: "Refreshed", userId, sessionId })
        }
        assert.strictEqual(yield* tagOf(refresh("ada++++")), "Unknown")
        assert.strictEqual(yield* tagOf(refresh("never made")), "Unknown")
      })
    )

    it(
      "answers the same to a client that lost the answer, for ten seconds and while the successor is unused",
      Effect.gen(function*() {
        const world = yield* World
        const { session } = yield* newPlayer("ada")
        const first = yield* refresh("ada")
        yield* world.advance(repeatMillis - 2_000)
        assert.deepStrictEqual(yield* refresh("ada"), first)
        yield* world.advance(2_001)
        assert.strictEqual(yield* tagOf(refresh("ada")), "Reused")
        assert.isTrue(yield* (yield* Sessions).hasEnded(session))
      })
    )

    it(
      "ends the whole session where a rotated token is used again, and says so in the log",
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const { id, session } = yield* newPlayer("ada")
        const other = yield* signInAgain(id, "other")
        yield* refresh("ada")
        yield* refresh("ada+")
        assert.strictEqual(yield* tagOf(refresh("ada")), "Reused")
        for (const token of ["ada", "ada+", "ada++"]) assert.strictEqual(yield* tagOf(refresh(token)), "Unknown")
        assert.isTrue(yield* sessions.hasEnded(session))
        assert.isFalse(yield* sessions.hasEnded(other))
        assert.strictEqual(yield* tagOf(refresh("other")), "Refreshed")
        assert.strictEqual((yield* eventsOf(id)).at(-1), "refresh_reused")
      })
    )

    it(
      "takes a token whose successor is another one than it stored for a copy",
      Effect.gen(function*() {
        const sessions = yield* Sessions
        yield* newPlayer("ada")
        yield* refresh("ada")
        assert.strictEqual(yield* tagOf(sessions.refresh(hashOf("ada"), hashOf("of another key"), origin)), "Reused")
      })
    )

    it(
      "gives twenty refreshes by one token at the same time the same successor",
      Effect.gen(function*() {
        const { id: userId, session: sessionId } = yield* newPlayer("ada")
        for (const refreshed of yield* times(20, refresh("ada"))) {
          assert.deepStrictEqual(refreshed, { _tag: "Refreshed", userId, sessionId })
        }
        assert.strictEqual(yield* tagOf(refresh("ada+")), "Refreshed")
      })
    )

    it(
      "ends a session once, however many copies of a token are used at the same time",
      Effect.gen(function*() {
        const { id } = yield* newPlayer("ada")
        yield* refresh("ada")
        yield* refresh("ada+")
        const tags = (yield* times(20, refresh("ada"))).map(({ _tag }) => _tag)
        assert.strictEqual(tags.filter((tag) => tag === "Reused").length, 1)
        assert.strictEqual(tags.filter((tag) => tag === "Unknown").length, 19)
        assert.strictEqual((yield* eventsOf(id)).filter((type) => type === "refresh_reused").length, 1)
      })
    )

    it(
      "keeps a refresh token for 60 days, by the world's clock",
      Effect.gen(function*() {
        const world = yield* World
        yield* newPlayer("ada")
        yield* world.advance(refreshTokenMillis - 60_000)
        assert.strictEqual(yield* tagOf(refresh("ada")), "Refreshed")
        yield* world.advance(refreshTokenMillis)
        assert.strictEqual(yield* tagOf(refresh("ada+")), "Unknown")
      })
    )

    it(
      "lists a player's living sessions, newest first, with when each was last used",
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const world = yield* World
        const { id, session } = yield* newPlayer("ada")
        yield* newPlayer("bob")
        const second = yield* signInAgain(id, "second")
        const third = yield* signInAgain(id, "third")
        yield* world.advance(60_000)
        yield* refresh("ada")
        assert.isTrue(yield* sessions.end(id, second, origin))
        const listed = yield* sessions.list(id)
        assert.deepStrictEqual(listed.map((living) => living.id), [third, session])
        const first = present(listed[1])
        assert.strictEqual(first.userAgent, "a browser")
        assert.isTrue(first.lastUsedAt - first.createdAt >= 60_000)
      })
    )

    it(
      "keeps so many sessions of a player open: one more ends the one that was unused for longest, which is told and written down",
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const { id, session } = yield* newPlayer("ada")
        const { session: bobs } = yield* newPlayer("bob")
        yield* advance(1_000)
        const second = yield* signInAgain(id, "second")
        yield* advance(1_000)
        yield* Effect.forEach(
          Array.from({ length: openSessionsMax - 2 }, (_, n) => `more ${n}`),
          (token) => signInAgain(id, token),
          { discard: true }
        )
        assert.lengthOf(yield* sessions.list(id), openSessionsMax)
        // the first is the oldest, and was used since the second was
        yield* refresh("ada")
        const ended = yield* Effect.forkChild(Stream.runHead(sessions.ended), { startImmediately: true })
        const newest = yield* signInAgain(id, "newest")
        assert.deepStrictEqual(Option.getOrNull(yield* Fiber.join(ended)), { sessionId: second, userId: id })
        assert.isTrue(yield* sessions.hasEnded(second))
        const living = yield* sessions.list(id)
        assert.lengthOf(living, openSessionsMax)
        assert.includeMembers(living.map((each) => each.id), [session, newest])
        assert.strictEqual(yield* tagOf(refresh("second")), "Unknown")
        const events = yield* (yield* SecurityLog).of(id, 2)
        assert.deepStrictEqual(events.map(({ type }) => type).toReversed(), ["signed_in", "session_ended"])
        assert.isFalse(yield* sessions.hasEnded(bobs))
      })
    )

    it(
      "ends one session of a player, once, and nobody else's",
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const { id, session } = yield* newPlayer("ada")
        const { id: bob } = yield* newPlayer("bob")
        assert.isFalse(yield* sessions.end(bob, session, origin))
        assert.isFalse(yield* sessions.end(id, nobodys, origin))
        assert.isFalse(yield* sessions.hasEnded(session))
        assert.isTrue(yield* sessions.end(id, session, origin))
        assert.isTrue(yield* sessions.hasEnded(session))
        assert.isFalse(yield* sessions.end(id, session, origin))
        assert.isFalse(yield* sessions.hasEnded(nobodys))
        assert.deepStrictEqual(yield* eventsOf(id), ["signed_up", "session_ended"])
        assert.deepStrictEqual(yield* eventsOf(bob), ["signed_up"])
      })
    )

    it(
      "signs out by any token of the session, and everywhere at once",
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const { id, session } = yield* newPlayer("ada")
        const others = [yield* signInAgain(id, "second"), yield* signInAgain(id, "third")]
        yield* refresh("ada")
        yield* sessions.endByToken(hashOf("ada+"), origin)
        yield* sessions.endByToken(hashOf("ada+"), origin)
        yield* sessions.endByToken(hashOf("never made"), origin)
        assert.isTrue(yield* sessions.hasEnded(session))
        for (const other of others) assert.isFalse(yield* sessions.hasEnded(other))
        yield* sessions.endAll(id, "everywhere", origin)
        for (const other of others) assert.isTrue(yield* sessions.hasEnded(other))
        assert.deepStrictEqual(yield* sessions.list(id), [])
        assert.deepStrictEqual((yield* eventsOf(id)).slice(3), ["signed_out", "sessions_ended"])
      })
    )

    it(
      "tells once of each session that ends, whoever ended it",
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const accounts = yield* Accounts
        const heard: Array<EndedSession> = []
        yield* Stream.runForEach(sessions.ended, (ended) => Effect.sync(() => heard.push(ended))).pipe(
          Effect.forkScoped
        )
        const { id: userId, session } = yield* newPlayer("ada")
        // a subscription takes a while to stand: sessions are ended until one is heard of
        let made = 0
        yield* Effect.suspend(() => signInAgain(userId, `token ${made++}`)).pipe(
          Effect.flatMap((opened) => sessions.end(userId, opened, origin)),
          Effect.andThen(Effect.sleep("20 millis")),
          Effect.repeat({ until: () => heard.length > 0 }),
          Effect.timeout(patience)
        )
        const second = yield* signInAgain(userId, "second")
        yield* accounts.freeze(userId, byAnn)
        const hears = (id: typeof session) => heard.some(({ sessionId }) => sessionId === id)
        yield* Effect.sync(() => hears(session) && hears(second)).pipe(
          Effect.repeat({ until: (all) => all, schedule: Schedule.spaced("10 millis") }),
          Effect.timeout(patience)
        )
        assert.strictEqual(new Set(heard.map(({ sessionId }) => sessionId)).size, heard.length)
        assert.isTrue(heard.every((ended) => ended.userId === userId))
      })
    )
  })
