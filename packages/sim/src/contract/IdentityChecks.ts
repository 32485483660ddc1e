/** What every adapter of `IdentityChecks` must do. What money does that waits for a check: `IdentityMoney`. */
import { zero } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { IdentityChecks } from "@ddd/core/ports/IdentityChecks"
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { houseUserId, userId } from "@ddd/core/values/Ids"
import { type Day, dayMillis, formatInstant, instant, parseDay } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { pagesOf } from "../scenario/Pages.ts"
import { advance, present, signUp } from "../scenario/Steps.ts"
import { now, stateOf, told, verify, waitingIds } from "./Checked.ts"
import { walletOf } from "./Money.ts"
import { eventsOf, exportOf, jobsOf, newPlayer, origin } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")

const day = (text: string): Day => present(parseDay(text))

const tagOf = <A, E extends { readonly _tag: string }, R>(failing: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(failing), ({ _tag }) => _tag)

export const identityChecksContract = (subject: Subject): void => {
  contract("identity checks", subject, (it) => {
    it(
      "stand as was told newest, whatever comes later of before; each change is written down, and the last mailed",
      Effect.gen(function*() {
        const { id } = yield* newPlayer("ada")
        const at = yield* now
        const none = { status: "none", at: null, reference: null, isAgeVerified: false } as const
        assert.deepStrictEqual(yield* stateOf(id), { ...none, awaitingIdentity: zero, withdrawn: 0n })
        yield* told(id, "pending", { occurredAt: instant(at - 1_000), reference: "chk_1" })
        const verified = { status: "verified", at, reference: "chk_1" } as const
        const tell = told(id, "verified", { occurredAt: at, reference: "chk_1" })
        assert.deepStrictEqual(yield* tell, verified)
        assert.isNull(yield* tell)
        assert.isNull(yield* told(id, "rejected", { occurredAt: instant(at - 1) }))
        assert.deepInclude(yield* stateOf(id), verified)
        assert.strictEqual((yield* (yield* Accounts).profile(id))?.kycStatus, "verified")
        assert.deepStrictEqual(yield* eventsOf(id), ["signed_up", "identity_checked", "identity_checked"])
        assert.deepStrictEqual(yield* jobsOf("MailIdentity"), [
          { _tag: "MailIdentity", userId: id, status: "verified" }
        ])
        const user = present(yield* exportOf(id))["user"]
        assert.deepInclude(user, { kycStatus: "verified", kycAt: formatInstant(at), kycReference: "chk_1" })
        assert.strictEqual(
          yield* tagOf(told(id, "rejected", { occurredAt: instant(at + dayMillis) })),
          "IdentityRefused"
        )
      })
    )

    it(
      "told by a clock that is ahead of ours are of when they were received, and hide nothing that is told after them",
      Effect.gen(function*() {
        const { id } = yield* newPlayer("ada")
        const at = yield* now
        const ahead = { occurredAt: instant(at + 299_000) }
        const received = present(yield* told(id, "verified", ahead))
        assert.isTrue(received.at !== null && received.at >= at && received.at <= (yield* now))
        yield* advance(1_000)
        assert.deepInclude(yield* told(id, "rejected"), { status: "rejected" })
        // the same message, acted on once more: of when it came first
        const again = { userId: id, status: "verified", bornOn: null, reference: null, ...ahead } as const
        assert.isNull(yield* IdentityChecks.use((checks) => checks.record(again, at)))
        assert.deepInclude(yield* stateOf(id), { status: "rejected" })
      })
    )

    it(
      "confirm when a player was born, in place of what they said, which they change no more",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const play = yield* PlayControls
        yield* play.sayBirth(ada, day("2001-01-01"), origin)
        yield* told(ada, "verified", { bornOn: day("1990-05-01") })
        const bornOn = Effect.map(walletOf(ada), (wallet) => wallet.bornOn)
        assert.strictEqual(yield* bornOn, "1990-05-01")
        assert.isTrue(present(yield* (yield* Accounts).profile(ada)).ageVerified)
        assert.strictEqual(yield* tagOf(play.sayBirth(ada, day("1991-01-01"), origin)), "BirthRefused")
        const checks = yield* IdentityChecks
        yield* checks.set(ada, { status: "verified", bornOn: day("1990-05-11") }, byAnn)
        assert.strictEqual(yield* bornOn, "1990-05-11")
        const unborn = checks.set(ada, { status: "verified", bornOn: day("2999-01-01") }, byAnn)
        assert.strictEqual(yield* tagOf(unborn), "IdentityRefused")
        yield* verify(ada)
        yield* advance(1)
        yield* told(ada, "rejected")
        assert.isFalse(present(yield* (yield* Accounts).profile(ada)).ageVerified)
        assert.strictEqual(yield* bornOn, "1990-05-11")
      })
    )

    it(
      "are set by an operator, who is written down once, and whose word is later than what was told before",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const checks = yield* IdentityChecks
        const at = yield* now
        yield* told(ada, "rejected", { occurredAt: at, reference: "chk_2" })
        const set = checks.set(ada, { status: "verified", bornOn: null }, byAnn)
        const said = present(yield* set)
        assert.deepInclude(said, { status: "verified", reference: "chk_2" })
        assert.isAbove(said.at ?? 0, at)
        assert.isNull(yield* set)
        assert.isNull(yield* told(ada, "rejected", { occurredAt: at }))
        const { items } = yield* (yield* OperatorLog).list({ subject: ada }, { limit: 10, cursor: null })
        assert.deepStrictEqual(items.map(({ details }) => details), [
          { status: "verified", was: "rejected", isDateOfBirthSet: false }
        ])
      })
    )

    it(
      "are nobody's who is unknown, erased, or the house",
      Effect.gen(function*() {
        const checks = yield* IdentityChecks
        const ada = yield* signUp("ada")
        yield* told(ada, "pending", { reference: "chk_3" })
        assert.deepStrictEqual(yield* waitingIds, [ada])
        yield* (yield* Accounts).erase(ada, byAnn)
        for (const player of [ada, nobody, houseUserId]) {
          assert.strictEqual(yield* tagOf(told(player, "verified")), "UnknownUser")
          assert.strictEqual(yield* tagOf(stateOf(player)), "UnknownUser")
          const set = checks.set(player, { status: "verified", bornOn: null }, byAnn)
          assert.strictEqual(yield* tagOf(set), "UnknownUser")
        }
        assert.deepStrictEqual(yield* waitingIds, [])
      })
    )

    it(
      "that are pending are listed a page at a time, each once, until they are decided",
      Effect.gen(function*() {
        const players = yield* Effect.forEach(["ada", "bob", "eve", "dan"], signUp)
        const before = yield* now
        yield* Effect.forEach(players, (player) => told(player, "pending"))
        const after = yield* now
        yield* advance(dayMillis)
        const pages = yield* pagesOf(2, (page) => IdentityChecks.use((checks) => checks.waiting(page)))
        assert.deepStrictEqual(pages.flat().map(({ user }) => user.id), players.toSorted())
        for (const { since, status } of pages.flat()) {
          assert.strictEqual(status, "pending")
          assert.isTrue(since >= before && since <= after)
        }
        const [first, second] = players
        yield* verify(present(first))
        yield* advance(1)
        yield* told(present(second), "rejected")
        assert.deepStrictEqual(yield* waitingIds, players.slice(2).toSorted())
      })
    )
  })
}
