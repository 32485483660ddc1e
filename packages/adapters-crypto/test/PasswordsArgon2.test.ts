import { type HashingBusy, Passwords } from "@ddd/core/ports/Passwords"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Redacted, Result } from "effect"
import * as PasswordsArgon2 from "../src/PasswordsArgon2.ts"

const password = Redacted.make("tea at ten with 3 cats")
const other = Redacted.make("tea at ten with 4 cats")

// phc-winner-argon2, src/test.c: argon2id, t=2, m=65536, p=1, "password", "somesalt"
const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

const busyAmong = (results: ReadonlyArray<Result.Result<string, HashingBusy>>): ReadonlyArray<HashingBusy> =>
  results.filter(Result.isFailure).map((result) => result.failure)

layer(PasswordsArgon2.layer())("PasswordsArgon2", (it) => {
  it.effect("knows a password by its hash, and no other", () =>
    Effect.gen(function*() {
      const { hash, verify } = yield* Passwords
      const stored = yield* hash(password)
      assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
      assert.isTrue(yield* verify(password, stored))
      assert.isFalse(yield* verify(other, stored))
      assert.notStrictEqual(yield* hash(password), stored)
    }))

  it.effect("reads the reference implementation's hash, and would make it anew", () =>
    Effect.gen(function*() {
      const { needsRehash, verify } = yield* Passwords
      assert.isTrue(yield* verify(Redacted.make("password"), reference))
      assert.isFalse(yield* verify(Redacted.make("Password"), reference))
      assert.isTrue(needsRehash(reference))
    }))

  it.effect("would make anew exactly what was made under other parameters", () =>
    Effect.gen(function*() {
      const { hash, needsRehash } = yield* Passwords
      const stored = yield* hash(password)
      assert.isFalse(needsRehash(stored))
      for (const [from, to] of [["m=19456", "m=19457"], ["t=2", "t=3"], ["p=1", "p=2"]] as const) {
        assert.isTrue(needsRehash(stored.replace(from, to)))
      }
      const [salt = "", tag = ""] = stored.split("$").slice(4)
      assert.isTrue(needsRehash(stored.replace(salt, "c29tZXNhbHQ")))
      assert.isTrue(needsRehash(stored.replace(tag, "CTFhFdXPJO1aFaMaO6Mm5Q")))
    }))

  it.effect("knows a character however it was typed", () =>
    Effect.gen(function*() {
      const { hash, verify } = yield* Passwords
      const stored = yield* hash(Redacted.make("crème brûlée à 4".normalize("NFD")))
      assert.isTrue(yield* verify(Redacted.make("crème brûlée à 4".normalize("NFC")), stored))
    }))

  it.effect("lets nobody in by a stored text that is no hash", () =>
    Effect.gen(function*() {
      const { verify } = yield* Passwords
      for (
        const stored of [
          "",
          "!",
          "tea at ten with 3 cats",
          reference.replace("argon2id", "argon2i"),
          reference.replace("v=19", "v=16"),
          reference.replace("m=65536", "m=065536"),
          reference.replace("m=65536", "m=4294967295"),
          reference.replace("m=65536", "m=7"),
          reference.replace("m=65536", "m=4294901760"),
          reference.replace("t=2", "t=200"),
          reference.replace("p=1", "p=0"),
          reference.replace("p=1", "p=1,keyid=AA"),
          reference.replace("c29tZXNhbHQ", "c29tZXNhbHR"),
          reference.replace("c29tZXNhbHQ", "c29tZXNhbHQ=="),
          `${reference}\n`,
          `${reference}$`
        ]
      ) assert.isFalse(yield* verify(Redacted.make("password"), stored), stored)
    }))

  it.effect("works as long for an account that does not exist", () =>
    Effect.gen(function*() {
      const { hash, verify, verifyAbsent } = yield* Passwords
      const stored = yield* hash(password)
      const took = { known: 0, unknown: 0, unusable: 0 }
      for (let i = 0; i < 3; i++) {
        const start = performance.now()
        assert.isFalse(yield* verify(other, stored))
        const known = performance.now()
        assert.isFalse(yield* verifyAbsent(other))
        const unknown = performance.now()
        assert.isFalse(yield* verify(other, "!"))
        took.known += known - start
        took.unknown += unknown - known
        took.unusable += performance.now() - unknown
      }
      // one that skipped the work would take a thousandth
      assert.isAbove(took.unknown, took.known / 20)
      assert.isAbove(took.unusable, took.known / 20)
    }))

  it.effect("dies on a password that callers had to refuse", () =>
    Effect.gen(function*() {
      const { hash, verify, verifyAbsent } = yield* Passwords
      const long = Redacted.make("x".repeat(129))
      assert.isTrue(Exit.hasDies(yield* Effect.exit(hash(long))))
      assert.isTrue(Exit.hasDies(yield* Effect.exit(verify(long, reference))))
      assert.isTrue(Exit.hasDies(yield* Effect.exit(verifyAbsent(long))))
      assert.isTrue(yield* verify(Redacted.make("password"), reference), "and goes on")
    }))
})

describe("PasswordsArgon2 under load", () => {
  it.effect("leaves the event loop free", () =>
    Effect.gen(function*() {
      const { hash } = yield* Passwords
      const start = performance.now()
      yield* hash(password)
      const oneHash = performance.now() - start

      const gaps: Array<number> = []
      let last = performance.now()
      const timer = setInterval(() => {
        const now = performance.now()
        gaps.push(now - last)
        last = now
      }, 1)
      yield* Effect.all(Array.from({ length: 50 }, () => hash(password)), { concurrency: "unbounded" }).pipe(
        Effect.ensuring(Effect.sync(() => clearInterval(timer)))
      )
      const [median = Infinity] = gaps.toSorted((a, b) => a - b).slice(Math.floor(gaps.length / 2))
      // were it hashed on the loop, no two turns of it would be closer than a hash
      assert.isBelow(median, oneHash / 2, `milliseconds, among ${gaps.length} turns`)
    }).pipe(Effect.provide(PasswordsArgon2.layer({ waitingMax: 50 }))))

  it.effect("refuses at once what does not fit in the queue, and answers the rest", () =>
    Effect.gen(function*() {
      const { hash } = yield* Passwords
      const results = yield* Effect.all(Array.from({ length: 500 }, () => Effect.result(hash(password))), {
        concurrency: "unbounded"
      })
      const busy = busyAmong(results)
      assert.strictEqual(busy.length, 495)
      assert.isTrue(busy.every((error) => error._tag === "HashingBusy" && error.pendingMax === 5))
      assert.isTrue(Result.isSuccess(yield* Effect.result(hash(password))))
    }).pipe(Effect.provide(PasswordsArgon2.layer({ atOnceMax: 2, waitingMax: 3 }))))

  it.effect("gives the place of one who stops waiting to another", () =>
    Effect.gen(function*() {
      const { hash } = yield* Passwords
      const begin = Effect.forkChild(Effect.result(hash(password)), { startImmediately: true })
      const running = yield* begin
      const waiting = yield* begin
      assert.strictEqual(busyAmong([yield* Effect.result(hash(password))]).length, 1)
      yield* Fiber.interrupt(waiting)
      const next = yield* begin
      assert.isTrue(Result.isSuccess(yield* Fiber.join(running)))
      assert.isTrue(Result.isSuccess(yield* Fiber.join(next)))

      yield* Fiber.interrupt(yield* begin)
      const both = yield* Effect.all([hash(password), hash(password)], { concurrency: 2 })
      assert.strictEqual(both.length, 2)
    }).pipe(Effect.provide(PasswordsArgon2.layer({ atOnceMax: 1, waitingMax: 1 }))))

  it.effect("judges no more passwords at a time than it hashes, and none that does not fit in the queue", () =>
    Effect.gen(function*() {
      const { hash } = yield* Passwords
      const seen = { judged: 0, atOnce: 0, atOnceMost: 0 }
      const judge = Effect.acquireUseRelease(
        Effect.sync(() => {
          seen.judged++
          seen.atOnceMost = Math.max(seen.atOnceMost, ++seen.atOnce)
        }),
        () => Effect.andThen(Effect.promise(() => new Promise(setImmediate)), Effect.fail("weak" as const)),
        () => Effect.sync(() => seen.atOnce--)
      )
      const results = yield* Effect.all(Array.from({ length: 500 }, () => Effect.flip(hash(password, judge))), {
        concurrency: "unbounded"
      })
      assert.strictEqual(results.filter((error) => error === "weak").length, 5)
      assert.deepStrictEqual(seen, { judged: 5, atOnce: 0, atOnceMost: 2 })
      assert.isTrue(Result.isSuccess(yield* Effect.result(hash(password, Effect.void))))
    }).pipe(Effect.provide(PasswordsArgon2.layer({ atOnceMax: 2, waitingMax: 3 }))))
})
