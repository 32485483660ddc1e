/** What every adapter of `Throttles` must do. */
import { ruleOf, throttleRules } from "@ddd/core/accounts/Throttle"
import { type Attempt, Throttles } from "@ddd/core/ports/Throttles"
import { dayMillis } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { times } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { contract, type Subject } from "./Subject.ts"

const ada: Attempt = { act: "sign_in", account: "ada@example.com", ip: "192.0.2.7" }
/** A player with an id, who tries codes of rooms. */
const guest: Attempt = { act: "room_code", account: "0190e1a2-0000-7000-8000-00000000000a", ip: "192.0.2.7" }
const { free } = throttleRules.account_and_network

const admit = Effect.fnUntraced(function*(attempt: Attempt) {
  return yield* (yield* Throttles).admit(attempt)
})
/** What refused an attempt; null: nothing did. */
const refusedBy = Effect.fnUntraced(function*(attempt: Attempt) {
  const admission = yield* admit(attempt)
  return admission._tag === "Throttled" ? admission.kind : null
})
/** Failed attempts on Ada's account, each from a network of its own. */
const attackFromEverywhere = (count: number) =>
  Effect.forEach(Array.from({ length: count }, (_, i) => `203.0.${i}.1`), (ip) => refusedBy({ ...ada, ip }))

export const throttlesContract = (subject: Subject): void =>
  contract("Throttles", subject, (it) => {
    it(
      "makes attempts on an account from one network wait, longer each time",
      Effect.gen(function*() {
        const world = yield* World
        for (let i = 0; i <= free; i++) assert.strictEqual((yield* admit(ada))._tag, "Admitted")
        assert.deepStrictEqual(yield* admit(ada), { _tag: "Throttled", kind: "account_and_network", retryAfter: 1 })
        // nothing was counted: the wait is what it was
        yield* world.advance(1_000)
        assert.strictEqual((yield* admit(ada))._tag, "Admitted")
        assert.deepStrictEqual(yield* admit(ada), { _tag: "Throttled", kind: "account_and_network", retryAfter: 2 })
        yield* world.advance(throttleRules.account_and_network.forgetMillis)
        for (let i = 0; i <= free; i++) assert.strictEqual((yield* admit(ada))._tag, "Admitted")
      })
    )

    it(
      "counts a burst like attempts one by one",
      Effect.gen(function*() {
        const admissions = yield* times(20, admit(ada))
        assert.strictEqual(admissions.filter(({ _tag }) => _tag === "Admitted").length, free + 1)
      })
    )

    it(
      "takes addresses of one network for one",
      Effect.gen(function*() {
        for (let i = 0; i <= free; i++) {
          yield* admit({ ...ada, ip: `192.0.2.${i}` })
        }
        assert.strictEqual(yield* refusedBy({ ...ada, ip: "::ffff:192.0.2.200" }), "account_and_network")
        assert.isNull(yield* refusedBy({ ...ada, ip: "192.0.3.7" }))
        assert.isNull(yield* refusedBy({ ...ada, account: "bob@example.com" }))
      })
    )

    it(
      "makes a network wait that tries many accounts",
      Effect.gen(function*() {
        const guesses = Array.from({ length: throttleRules.network.free + 1 }, (_, i) => ({ ...ada, account: `${i}` }))
        for (const guess of guesses) assert.isNull(yield* refusedBy(guess))
        assert.strictEqual(yield* refusedBy(ada), "network")
        assert.isNull(yield* refusedBy({ ...ada, ip: "192.0.3.7" }))
      })
    )

    it(
      "never lets a stranger keep the owner out of networks they have signed in from",
      Effect.gen(function*() {
        const throttles = yield* Throttles
        const world = yield* World
        yield* admit(ada)
        yield* throttles.succeeded(ada)
        yield* world.advance(89 * dayMillis)
        yield* attackFromEverywhere(throttleRules.account.free + 1)
        assert.strictEqual(yield* refusedBy({ ...ada, ip: "198.51.100.1" }), "account")
        assert.isNull(yield* refusedBy(ada))
        yield* throttles.succeeded(ada)
        // the owner's own success takes nothing of the attack back
        assert.strictEqual(yield* refusedBy({ ...ada, ip: "198.51.100.1" }), "account")
      })
    )

    it(
      "never lets neighbours in the network keep the owner out of a home they have signed in or up from",
      Effect.gen(function*() {
        const throttles = yield* Throttles
        const [home, away] = [{ ...ada, ip: "192.0.2.7" }, { ...ada, ip: "2001:db8:0:4200::7" }]
        yield* throttles.remember(home)
        yield* admit(away)
        yield* throttles.succeeded(away)
        for (const near of ["192.0.2.8", "2001:db8:0:4300::8"]) {
          for (let i = 0; i <= throttleRules.network.free; i++) yield* admit({ ...ada, account: `${i}`, ip: near })
          for (let i = 0; i <= free; i++) yield* admit({ ...ada, ip: near })
          assert.isNotNull(yield* refusedBy({ ...ada, ip: near }))
        }
        assert.isNull(yield* refusedBy(home))
        // the same /56 is one household's
        assert.isNull(yield* refusedBy({ ...away, ip: "2001:db8:0:42ff::1" }))
        // the account's own failures from there bind
        for (let i = 0; i < free; i++) assert.isNull(yield* refusedBy(home))
        assert.strictEqual(yield* refusedBy(home), "account_and_home")
      })
    )

    it(
      "makes sign-ups of a network wait beyond a crowd, for a minute at most, and those of no other",
      Effect.gen(function*() {
        const world = yield* World
        const newcomer: Attempt = { act: "sign_up", account: "", ip: "192.0.2.7" }
        const rule = ruleOf("sign_up", "network")
        for (let i = 0; i <= rule.free; i++) assert.isNull(yield* refusedBy({ ...newcomer, ip: `192.0.2.${i}` }))
        assert.strictEqual(yield* refusedBy(newcomer), "network")
        assert.isNull(yield* refusedBy({ ...newcomer, ip: "198.51.100.7" }))
        // attempts to sign in from there are none of these
        assert.isNull(yield* refusedBy(ada))
        for (let i = 0; i < 50; i++) {
          yield* world.advance(rule.waitMillisMax)
          assert.isNull(yield* refusedBy(newcomer))
        }
        assert.isAtMost(rule.waitMillisMax, 60_000)
      })
    )

    it(
      "knows a network for 90 days",
      Effect.gen(function*() {
        const world = yield* World
        yield* (yield* Throttles).succeeded(ada)
        yield* world.advance(90 * dayMillis + 1)
        yield* attackFromEverywhere(throttleRules.account.free + 1)
        assert.strictEqual(yield* refusedBy(ada), "account")
      })
    )

    it(
      "forgets failures of an account from a network once the password was right",
      Effect.gen(function*() {
        const throttles = yield* Throttles
        for (let round = 0; round < 3; round++) {
          for (let i = 0; i < free; i++) assert.isNull(yield* refusedBy(ada))
          yield* throttles.succeeded(ada)
        }
      })
    )

    it(
      "counts no success against the network: many may sign in from one",
      Effect.gen(function*() {
        const throttles = yield* Throttles
        for (let i = 0; i < throttleRules.network.free + 5; i++) {
          const player = { ...ada, account: `player${i}` }
          assert.isNull(yield* refusedBy(player))
          yield* throttles.succeeded(player)
        }
      })
    )

    it(
      "counts wrong codes apart from wrong passwords",
      Effect.gen(function*() {
        for (let i = 0; i <= free; i++) assert.isNull(yield* refusedBy(guest))
        assert.strictEqual(yield* refusedBy(guest), "account_and_network")
        // the very same text may be an address that somebody signs in with
        assert.isNull(yield* refusedBy({ ...guest, act: "sign_in" }))
        for (let i = 0; i <= free; i++) yield* admit(ada)
        assert.strictEqual(yield* refusedBy(ada), "account_and_network")
        assert.isNull(yield* refusedBy({ ...ada, act: "room_code" }))
      })
    )

    it(
      "takes a right code back, and none of the wrong ones before it",
      Effect.gen(function*() {
        const throttles = yield* Throttles
        for (let i = 0; i < 3 * free; i++) {
          assert.isNull(yield* refusedBy(guest))
          yield* throttles.succeeded(guest)
        }
        for (let i = 0; i <= free; i++) {
          assert.isNull(yield* refusedBy(guest))
          if (i === 2) {
            assert.isNull(yield* refusedBy(guest))
            yield* throttles.succeeded(guest)
          }
        }
        assert.strictEqual(yield* refusedBy(guest), "account_and_network")
      })
    )

    it(
      "knows no network from which a player may try codes without end",
      Effect.gen(function*() {
        const throttles = yield* Throttles
        yield* admit(guest)
        yield* throttles.succeeded(guest)
        for (let i = 0; i <= throttleRules.account.free; i++) {
          assert.isNull(yield* refusedBy({ ...guest, ip: `203.0.${i}.1` }))
        }
        assert.strictEqual(yield* refusedBy(guest), "account")
      })
    )

    it(
      "lets a hundred friends in at once from behind one address, and no more wrong codes than a few of each",
      Effect.gen(function*() {
        for (let i = 0; i < 100; i++) assert.isNull(yield* refusedBy({ ...guest, account: `friend ${i}` }))
        for (let i = 0; i <= free; i++) assert.isNull(yield* refusedBy(guest))
        assert.strictEqual(yield* refusedBy(guest), "account_and_network")
      })
    )

    it(
      "makes a network wait that tries very many codes, and keeps that from sign-ins",
      Effect.gen(function*() {
        const { free: many } = ruleOf("room_code", "network")
        for (let i = 0; i <= many; i++) yield* admit({ ...guest, account: `guesser ${i}` })
        assert.strictEqual(yield* refusedBy({ ...guest, account: "another" }), "network")
        assert.isNull(yield* refusedBy({ ...ada, ip: guest.ip }))
      })
    )

    it(
      "takes back an attempt that was not made",
      Effect.gen(function*() {
        const throttles = yield* Throttles
        yield* throttles.takenBack(ada)
        for (let i = 0; i < 3 * free; i++) {
          assert.isNull(yield* refusedBy(ada))
          yield* throttles.takenBack(ada)
        }
      })
    )
  })
