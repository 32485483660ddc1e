/** What every adapter of `Draws`, `Sales` and `Rooms` must do of draws that name a beacon's chain which no setting names any more. */
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { Draws } from "@ddd/core/ports/Draws"
import { beaconDelayMillis } from "@ddd/core/proof/Beacon"
import { assert } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { chain, hash, signRound } from "../providers/BeaconStandIn.ts"
import { verdictOf } from "../scenario/Bundle.ts"
import { buyInRoom, closeRoom, refusedAs, roomOf, startDraw } from "../scenario/RoomSteps.ts"
import {
  advance,
  advancePast,
  auditClean,
  buy,
  catchUp,
  dollars,
  fundedPlayer,
  openSales,
  present,
  readDraw,
  refusalOf,
  together
} from "../scenario/Steps.ts"
import { walletOf } from "./Money.ts"
import { contract, type Subject } from "./Subject.ts"

export const unfollowedChainsContract = (subject: Subject): void =>
  contract("A draw whose beacon is not followed", {
    name: subject.name,
    // its draws name the chain, as those of before the settings changed do
    layer: Layer.provideMerge(subject.layer, Layer.succeed(BeaconChains, { forNewDraws: chain, followed: [] }))
  }, (it) => {
    it(
      "is not sold, of a day or in a room; a room is not started, and closed all the same",
      Effect.gen(function*() {
        const [ada, bob] = yield* together(["ada", "bob"].map((name) => fundedPlayer(name, dollars(5))))
        assert(ada !== undefined && bob !== undefined)
        yield* openSales
        const notFollowed = "BeaconNotFollowed"
        assert.strictEqual((yield* refusalOf(buy(ada, 1)))._tag, notFollowed)
        const room = yield* roomOf([ada, bob])
        assert.strictEqual(yield* refusedAs(buyInRoom(ada, room)), notFollowed)
        assert.strictEqual(yield* refusedAs(startDraw(ada, room)), notFollowed)
        assert.strictEqual((yield* closeRoom(ada, room)).status, "closed")
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(5))
        yield* auditClean
      })
    )

    it(
      "is decided and proved by the parameters that were kept with it",
      Effect.gen(function*() {
        const draw = yield* openSales
        yield* advancePast(draw)
        yield* catchUp
        yield* advance(beaconDelayMillis + 60_000)
        const [awaited] = yield* Draws.use((draws) => draws.awaitedRounds)
        const { round } = present(awaited)
        assert.deepStrictEqual(present(awaited).chain, chain)
        assert.strictEqual((yield* verdictOf(draw.id, { chainHash: hash })).verdict, "PENDING LOCKED")
        yield* Draws.use((draws) => draws.storeRound(hash, round, signRound(round)))
        yield* catchUp
        assert.strictEqual((yield* readDraw(draw.id)).status, "drawn")
        assert.strictEqual((yield* verdictOf(draw.id, { chainHash: hash })).verdict, "VALID BEACON")
        yield* auditClean
      })
    )
  })
