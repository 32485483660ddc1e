/** What every adapter of `Retention` must do. */
import { type CountedChange, strangersEventsMax } from "@ddd/core/accounts/SecurityLogLimit"
import { Accounts } from "@ddd/core/ports/Accounts"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { Retention } from "@ddd/core/ports/Retention"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Sessions } from "@ddd/core/ports/Sessions"
import { type Attempt, Throttles } from "@ddd/core/ports/Throttles"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { utf8Bytes } from "@ddd/core/values/Bytes"
import { dayMillis } from "@ddd/core/values/Instant"
import { keptMillis, type RetainedKind, retainedKinds } from "@ddd/core/values/Retention"
import { pruneKind } from "@ddd/core/work/Pruning"
import { assert } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import {
  advance,
  auditClean,
  buy,
  catchUp,
  dollars,
  drawNow,
  fundedPlayer,
  hashOf,
  openSales,
  present
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { eventsOf, firstHash, newPlayer, origin, signInAgain } from "./Players.ts"
import { contract, patience, type Subject } from "./Subject.ts"

/** Gives how many rows went in one step. */
const prune = (kind: RetainedKind, limit = 1_000) =>
  Retention.use((retention) => Effect.map(retention.prune(kind, limit), ({ rows }) => rows))
const refresh = (token: string) =>
  Sessions.use((sessions) =>
    Effect.map(sessions.refresh(hashOf(token), hashOf(`${token}+`), origin), ({ _tag }) => _tag)
  )

export const retentionContract = (subject: Subject): void =>
  contract("Retention", subject, (it) => {
    it(
      "removes nothing of a world that is young",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        yield* buy(ada, 1, { key: "k" })
        for (const kind of retainedKinds) assert.strictEqual(yield* prune(kind), 0)
      })
    )

    it(
      "keeps an answer for thirty days, to the day, and the books hold without it",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(50))
        const first = yield* buy(ada, 1, { key: "k" })
        yield* advance(keptMillis["kept answers"] - 60_000)
        assert.strictEqual(yield* prune("kept answers"), 0)
        assert.deepStrictEqual((yield* buy(ada, 1, { key: "k" })).tickets, first.tickets)
        yield* advance(60_000)
        assert.strictEqual(yield* pruneKind("kept answers"), 1)
        // nobody announced a draw for today
        yield* catchUp
        yield* advance(dayMillis)
        yield* openSales
        yield* buy(ada, 1, { key: "k" })
        yield* drawNow
        yield* auditClean
      })
    )

    it(
      "removes so many at a time, the oldest first",
      Effect.gen(function*() {
        const throttles = yield* Throttles
        const attempt = (n: number): Attempt => ({ act: "room_code", account: `player ${n}`, ip: `203.0.${n}.1` })
        for (let n = 0; n < 4; n++) yield* throttles.admit(attempt(n))
        yield* advance(keptMillis.throttles)
        assert.deepStrictEqual([
          yield* prune("throttles", 5),
          yield* prune("throttles", 5),
          yield* prune("throttles", 5)
        ], [5, 5, 2])
      })
    )

    it(
      "still ends the session of a token that comes back two months after its use",
      Effect.gen(function*() {
        yield* newPlayer("ada")
        assert.strictEqual(yield* refresh("ada"), "Refreshed")
        yield* advance(40 * dayMillis)
        assert.strictEqual(yield* refresh("ada+"), "Refreshed")
        yield* advance(19 * dayMillis)
        yield* pruneKind("refresh tokens")
        yield* pruneKind("ended sessions")
        assert.strictEqual(yield* refresh("ada"), "Reused")
        assert.strictEqual(yield* refresh("ada++"), "Unknown")
      })
    )

    it(
      "forgets tokens that are long useless, and keeps the session that goes on",
      Effect.gen(function*() {
        const { id, session } = yield* newPlayer("ada")
        let token = "ada"
        for (let month = 0; month < 5; month++) {
          yield* advance(30 * dayMillis)
          assert.strictEqual(yield* refresh(token), "Refreshed")
          token += "+"
        }
        assert.strictEqual(yield* pruneKind("refresh tokens"), 2)
        // it was used five months ago, and is nobody's any more
        assert.strictEqual(yield* refresh("ada"), "Unknown")
        assert.deepStrictEqual((yield* (yield* Sessions).list(id)).map((listed) => listed.id), [session])
        assert.strictEqual(yield* refresh(token), "Refreshed")
      })
    )

    it(
      "forgets a session that nobody can refresh any more",
      Effect.gen(function*() {
        const { id } = yield* newPlayer("ada")
        yield* advance(keptMillis["refresh tokens"])
        const other = yield* signInAgain(id, "other")
        assert.strictEqual(yield* pruneKind("refresh tokens"), 1)
        assert.deepStrictEqual((yield* (yield* Sessions).list(id)).map((listed) => listed.id), [other])
      })
    )

    it(
      "forgets an ended session with its tokens after thirty days, and none that lives",
      Effect.gen(function*() {
        const sessions = yield* Sessions
        const { id, session } = yield* newPlayer("ada")
        const other = yield* signInAgain(id, "other")
        yield* refresh("ada")
        yield* sessions.end(id, session, origin)
        yield* advance(keptMillis["ended sessions"] - 60_000)
        assert.strictEqual(yield* prune("ended sessions"), 0)
        yield* advance(60_000)
        assert.strictEqual(yield* pruneKind("ended sessions"), 3)
        assert.strictEqual(yield* refresh("ada+"), "Unknown")
        assert.isTrue((yield* eventsOf(id)).includes("session_ended"))
        assert.deepStrictEqual((yield* sessions.list(id)).map((listed) => listed.id), [other])
      })
    )

    it(
      "forgets mailed tokens once they were used or replaced, and keeps the one that waits",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* accounts.askReset("ada@example.com", origin)
        yield* accounts.askReset("ada@example.com", origin)
        yield* advance(keptMillis["mailed tokens"])
        assert.strictEqual(yield* pruneKind("mailed tokens"), 1)
        // the address still waits to be verified
        yield* accounts.askVerification(id, origin)
        assert.strictEqual((yield* (yield* World).jobs).filter(({ _tag }) => _tag === "MailVerifyAddress").length, 1)
      })
    )

    it(
      "empties webhooks that were acted on long ago, and knows them still",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const events = [["done", "done"], ["failed", "failed"]] as const
        for (const [eventId, state] of events) {
          yield* inbox.receive({ sender: "revenuecat", eventId, type: "TEST", body: utf8Bytes("{}") })
          const [kept] = (yield* inbox.list({}, { limit: 1, cursor: null })).items
          yield* inbox.conclude(present(kept).id, { state, outcome: "…", reference: null })
        }
        yield* advance(keptMillis["webhook bodies"])
        assert.strictEqual(yield* pruneKind("webhook bodies"), 1)
        const { items } = yield* inbox.list({}, { limit: 10, cursor: null })
        assert.deepStrictEqual(items.map(({ body, eventId }) => [eventId, body]), [["failed", "{}"], ["done", ""]])
        assert.deepStrictEqual(
          yield* inbox.receive({ sender: "revenuecat", eventId: "done", type: "TEST", body: utf8Bytes("{}") }),
          { isNew: false }
        )
      })
    )

    it(
      "lets strangers write so much into the log of an account a day, and its owner go on",
      Effect.gen(function*() {
        const log = yield* SecurityLog
        const { id } = yield* newPlayer("ada")
        const fail = log.append("sign_in_failed", { userId: id }, origin)
        yield* Effect.forEach(Array.from({ length: strangersEventsMax + 3 }), () => fail, { discard: true })
        const failures = Effect.map(
          log.of(id, 1_000),
          (events) => events.filter(({ type }) => type === "sign_in_failed").length
        )
        assert.strictEqual(yield* failures, strangersEventsMax)
        yield* log.append("sign_in_throttled", { userId: id }, origin)
        yield* signInAgain(id, "again")
        assert.deepStrictEqual((yield* eventsOf(id)).slice(-2), ["sign_in_throttled", "signed_in"])
        yield* advance(dayMillis)
        // as soon as the adapter's clock knows
        yield* Effect.andThen(fail, failures).pipe(
          Effect.repeat({ until: (count) => count > strangersEventsMax, schedule: Schedule.spaced("10 millis") }),
          Effect.timeout(patience)
        )
      })
    )

    it(
      "lets a player do so often a day what is written into the log, and operators go on",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const controls = yield* PlayControls
        const { id, session } = yield* newPlayer("ada")
        const byPlayer = { _tag: "Player", origin } as const
        const password = { verified: firstHash, replacement: firstHash }
        let names = 0
        const acts: Readonly<
          Record<Exclude<CountedChange, "signed_in" | "exported">, Effect.Effect<unknown, { readonly _tag: string }>>
        > = {
          limits_changed: controls.changeLimits(id, { dailySpend: 100n }, origin),
          timed_out: controls.timeOut(id, 24, origin),
          self_excluded: controls.exclude(id, 180, byPlayer),
          password_changed: accounts.changePassword(id, session, password, origin),
          username_changed: Effect.suspend(() => accounts.changeProfile(id, { username: `ada${++names}` }, origin))
        }
        const done = Effect.map((yield* SecurityLog).of(id, 1_000), (events) => events.map(({ type }) => type))
        for (const [type, act] of Object.entries(acts)) {
          const tags: Array<string> = []
          for (let times = 0; times < 102; times++) {
            tags.push(yield* Effect.match(act, { onFailure: ({ _tag }) => _tag, onSuccess: () => "done" }))
          }
          assert.deepStrictEqual(tags.slice(99), ["done", "TooManyChanges", "TooManyChanges"], type)
          assert.lengthOf((yield* done).filter((each) => each === type), 100)
        }
        yield* controls.exclude(id, 365, { _tag: "Operator", act: byAnn })
        yield* advance(dayMillis)
        // as soon as the adapter's clock knows
        yield* Effect.forEach(Object.values(acts), (act) =>
          act.pipe(
            Effect.retry({ schedule: Schedule.spaced("10 millis") }),
            Effect.timeout(patience)
          ), { discard: true })
      })
    )
  })
