/** What every adapter of `Devices` must do. */
import { sessionId } from "@ddd/core/accounts/Session"
import { Devices } from "@ddd/core/ports/Devices"
import { Sessions } from "@ddd/core/ports/Sessions"
import { devicesMax } from "@ddd/core/push/Device"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { advance, dollars, fundedPlayer } from "../scenario/Steps.ts"
import { deviceOf, put, tokenOf, tokensOf } from "./Phones.ts"
import { newPlayer, origin, signInAgain } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

export const devicesContract = (subject: Subject): void =>
  contract("Devices", subject, (it) => {
    it(
      "keeps one row a device, as it was put last, until it is removed",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(1))
        for (const [number, token] of [[1, "old"], [2, "other"], [1, "new"]] as const) {
          assert.isTrue(yield* put(ada, number, token))
        }
        assert.deepStrictEqual(yield* tokensOf(ada), ["new", "other"])
        const bob = yield* fundedPlayer("bob", dollars(1))
        const devices = yield* Devices
        yield* devices.remove(bob, deviceOf(1))
        assert.deepStrictEqual(yield* tokensOf(ada), ["new", "other"])
        yield* devices.remove(ada, deviceOf(1))
        yield* devices.remove(ada, deviceOf(1))
        assert.deepStrictEqual(yield* tokensOf(ada), ["other"])
      })
    )

    it(
      "gives a token to whoever puts it last, also where several do at once",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(1))
        const bob = yield* fundedPlayer("bob", dollars(1))
        yield* put(ada, 1, "phone")
        yield* put(bob, 1, "phone")
        assert.deepStrictEqual([yield* tokensOf(ada), yield* tokensOf(bob)], [[], ["phone"]])
        const players = [ada, bob, ada, bob, ada, bob]
        yield* Effect.forEach(players, (player, nth) => put(player, nth % 2, "phone"), { concurrency: "unbounded" })
        assert.lengthOf([...yield* tokensOf(ada), ...yield* tokensOf(bob)], 1)
        // a device that had another token has it no more beside the new one
        yield* put(ada, 7, "one")
        yield* put(ada, 8, "one")
        assert.deepStrictEqual((yield* tokensOf(ada)).filter((token) => token === "one"), ["one"])
      })
    )

    it(
      "forgets the device that was put longest ago where there are too many",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(1))
        for (let number = 1; number <= devicesMax; number++) {
          yield* put(ada, number, `t${number}`)
          yield* advance(1_000)
        }
        yield* put(ada, 1, "t1")
        yield* advance(1_000)
        yield* put(ada, 99, "new")
        const tokens = yield* tokensOf(ada)
        assert.lengthOf(tokens, devicesMax)
        assert.includeMembers(tokens, ["t1", "new"])
        assert.notInclude(tokens, "t2")
      })
    )

    it(
      "keeps a device as long as its session lives, and takes none of one that has ended",
      Effect.gen(function*() {
        const { id: ada, session: first } = yield* newPlayer("ada")
        yield* put(ada, 1, "first")
        yield* advance(1_000)
        const second = yield* signInAgain(ada, "again")
        yield* put(ada, 2, "second")
        const sessions = yield* Sessions
        yield* sessions.end(ada, first, origin)
        assert.deepStrictEqual(yield* tokensOf(ada), ["second"])
        const devices = yield* Devices
        const late = { deviceId: deviceOf(3), pushToken: tokenOf("late"), platform: "android", locale: "es" } as const
        assert.isFalse(yield* devices.put(ada, first, late))
        const bob = yield* fundedPlayer("bob", dollars(1))
        assert.isFalse(yield* devices.put(bob, second, late))
        assert.isFalse(yield* devices.put(ada, sessionId("01900000-0000-7000-8000-00000000dead"), late))
        yield* sessions.endAll(ada, "everywhere", origin)
        assert.deepStrictEqual(yield* tokensOf(ada), [])
      })
    )
  })
