/** How processes know of sessions that ended: told at the commit, and right while nobody tells them. */
import type { SessionId } from "@ddd/core/accounts/Session"
import { Sessions } from "@ddd/core/ports/Sessions"
import { newPlayer, origin, signInAgain } from "@ddd/sim/contract/Players"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schedule, Stream } from "effect"
import { performance } from "node:perf_hooks"
import * as SessionEnds from "../../src/accounts/SessionEnds.ts"
import * as SessionsPg from "../../src/accounts/SessionsPg.ts"
import { Listener } from "../../src/database/Listener.ts"
import * as NowPg from "../../src/database/NowPg.ts"
import { session } from "../../src/database/Provision.ts"
import * as Ports from "../../src/Ports.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

/** Sessions as another process on the same database knows them. */
const inAnotherProcess = Effect.map(
  Layer.build(
    Layer.fresh(
      Ports.layer({ clock: { remeasure: "50 millis" } }).pipe(Layer.provide(PgWorld.keys), Layer.provide(PgWorld.app))
    )
  ),
  (context) => Context.get(context, Sessions)
)

/** The same, of a process that is told by `listener`. */
const toldBy = (listener: Listener["Service"]) =>
  Effect.map(
    Layer.build(
      Layer.fresh(
        SessionsPg.layer.pipe(
          Layer.provide(SessionEnds.layer),
          Layer.provide(Layer.succeed(Listener, listener)),
          Layer.provide(NowPg.layer()),
          Layer.provide(PgWorld.keys),
          Layer.provide(PgWorld.app)
        )
      )
    ),
    (context) => Context.get(context, Sessions)
  )

/** Waits until a process listens: what it hears of proves it. */
const untilListening = Effect.fnUntraced(function*(sessions: Sessions["Service"]) {
  const { id } = yield* newPlayer("early bird")
  const heard = new Set<SessionId>()
  yield* Stream.runForEach(sessions.ended, ({ sessionId }) => Effect.sync(() => heard.add(sessionId))).pipe(
    Effect.forkScoped
  )
  let made = 0
  yield* Effect.suspend(() => signInAgain(id, `early ${made++}`)).pipe(
    Effect.flatMap((opened) => Effect.flatMap(Sessions, ({ end }) => end(id, opened, origin))),
    Effect.andThen(Effect.sleep("20 millis")),
    Effect.repeat({ until: () => heard.size > 0, times: 250 })
  )
  assert.isAbove(heard.size, 0, "must be listening")
})

/** Milliseconds until `sessions` knows that a session has ended. */
const untilKnown = Effect.fnUntraced(function*(sessions: Sessions["Service"], id: SessionId) {
  const from = performance.now()
  yield* sessions.hasEnded(id).pipe(
    Effect.repeat({ until: (ended) => ended, schedule: Schedule.spaced("1 millis") }),
    Effect.timeout("45 seconds")
  )
  return performance.now() - from
})

describe("a session's end", () => {
  it.live(
    "is known to its own process at once, and told to another one long before that looks by itself",
    () =>
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const others = yield* inAnotherProcess
        yield* untilListening(others)
        const { id } = yield* newPlayer("ada")
        const delays: Array<number> = []
        for (let i = 0; i < 100; i++) {
          const opened = yield* signInAgain(id, `token ${i}`)
          assert.isFalse(yield* others.hasEnded(opened))
          yield* sessions.end(id, opened, origin)
          assert.isTrue(yield* sessions.hasEnded(opened))
          delays.push(yield* untilKnown(others, opened))
        }
        delays.sort((a, b) => a - b)
        yield* Effect.logInfo(`ends known after ${delays[49]?.toFixed(1)} ms (p50), ${delays[98]?.toFixed(1)} ms (p99)`)
        assert.isBelow(delays[49] ?? Infinity, 1_000)
      }).pipe(Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live("is known whatever becomes of the listening connection", () =>
    Effect.gen(function*() {
      const sessions = yield* Sessions
      const others = yield* inAnotherProcess
      yield* untilListening(others)
      const { admin } = yield* TestDatabase
      const sql = yield* session(admin)
      const { id } = yield* newPlayer("ada")
      const delays: Array<number> = []
      for (let i = 0; i < 10; i++) {
        const opened = yield* signInAgain(id, `token ${i}`)
        yield* sql`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE 'LISTEN%ddd_sessions%'`
        yield* sessions.end(id, opened, origin)
        delays.push(yield* untilKnown(others, opened))
        assert.isTrue(yield* sessions.hasEnded(opened))
      }
      assert.isBelow(delays.sort((a, b) => a - b)[4] ?? Infinity, 1_000)
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)

  it.live("is read from the database by a process that does not listen", () =>
    Effect.gen(function*() {
      const sessions = yield* Sessions
      const deaf = yield* toldBy(Listener.of({ listen: () => Effect.void }))
      const { id, session } = yield* newPlayer("ada")
      assert.isFalse(yield* deaf.hasEnded(session))
      yield* sessions.end(id, session, origin)
      assert.isTrue(yield* deaf.hasEnded(session))
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live(
    "is known at the start, and a few seconds late where its notification was lost",
    () =>
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const { id, session } = yield* newPlayer("ada")
        yield* sessions.end(id, session, origin)
        // believes to listen, and hears nothing
        const half = yield* toldBy(Listener.of({ listen: (_, { listening }) => Effect.orDie(listening) }))
        assert.isTrue(yield* half.hasEnded(session))
        const late = yield* signInAgain(id, "second")
        yield* sessions.end(id, late, origin)
        assert.isFalse(yield* half.hasEnded(late))
        assert.isBelow(yield* untilKnown(half, late), 40_000)
      }).pipe(Effect.provide(PgWorld.layer())),
    180_000
  )
})

describe("endedOf", () => {
  it("reads what was told, and nothing else", () => {
    const [a, b] = ["01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"]
    assert.deepStrictEqual(SessionEnds.endedOf(`${a} ${b}`), { sessionId: a, userId: b })
    for (const payload of ["", a, `${a} x`, `x ${a}`]) assert.isUndefined(SessionEnds.endedOf(payload))
  })
})
