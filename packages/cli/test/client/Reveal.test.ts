/** Draws that a device follows to their winner, which it computes itself: whatever the server says, and whatever it says falsely. */
import { type Client, memoryStorage, type Ports, type SocketPort } from "@ddd/client"
import { type DrawReveal, Proofs } from "@ddd/client/proof"
import { houseUserId } from "@ddd/core/values/Ids"
import * as Relay from "@ddd/sim/providers/BeaconRelayStandIn"
import { hash, signRound } from "@ddd/sim/providers/BeaconStandIn"
import { assert, layer } from "@effect/vitest"
import { Context, Deferred, Effect, Layer } from "effect"
import { device, ManualClock, newAccount, until } from "../support/Device.ts"
import { Site } from "../support/Site.ts"

/** Whether the beacon's relay has rounds. */
class Beacon extends Context.Service<Beacon, { isThere: boolean }>()("@ddd/cli/test/Beacon") {}

/** Two servers on one database, which ask a relay for the rounds of the development beacon. */
const site = Layer.unwrap(Effect.gen(function*() {
  const beacon = { isThere: false }
  const { url } = yield* Relay.start({ behave: () => beacon.isThere ? "done" : "absent" })
  const own = { BEACON: "dev", DRAND_URLS: url.href }
  return Layer.merge(Site.layer({ processes: [own, own] }), Layer.succeed(Beacon, beacon))
}))

const day = "2026-02-03"

/** What a device has of the draw of the day, from now on. */
const following = (client: Client, keys: string, storage = memoryStorage(), at = "2026-02-03T10:30:00.000Z") => {
  const clock = new ManualClock()
  clock.advance(Date.parse(at) - clock.now())
  const shown: Array<DrawReveal> = []
  const failures: Array<unknown> = []
  const proofs = new Proofs({ client, storage, keys, clock, chainHash: hash })
  const end = proofs.followDraw(day, (reveal) => shown.push(reveal), (error) => failures.push(error))
  const untilIs = (...phases: ReadonlyArray<DrawReveal["phase"]>) =>
    until(phases.join(" or "), () => phases.some((phase) => shown.at(-1)?.phase === phase)).then(() => shown.at(-1))
  return { clock, end, failures, proofs, shown, untilIs }
}

/** A WebSocket and a fetch through which everything that the server says comes changed. */
const through = (change: (text: string) => string): Partial<Ports> => ({
  fetch: async (request, init) => {
    const response = await fetch(request, init)
    const text = await response.text()
    return new Response(text === "" ? null : change(text), response)
  },
  WebSocket: class implements SocketPort {
    readonly #socket: WebSocket

    constructor(url: string) {
      this.#socket = new WebSocket(url)
    }

    addEventListener(...[type, listener]: Parameters<SocketPort["addEventListener"]>): void {
      if (type === "message") {
        this.#socket.addEventListener("message", ({ data }) => listener({ data: change(String(data)) }))
      } else if (type === "close") this.#socket.addEventListener("close", ({ code }) => listener({ code }))
      else this.#socket.addEventListener(type, () => listener({}))
    }

    send(text: string): void {
      this.#socket.send(text)
    }

    close(): void {
      this.#socket.close()
    }
  }
})

layer(site, { excludeTestServices: true, timeout: "120 seconds" })("a device that follows a draw", (it) => {
  it.effect("is shown each phase, computes the winner as the seed is revealed, and finds out who lies", () =>
    Effect.gen(function*() {
      const beacon = yield* Beacon
      const { advance, ask, deposit, sql, untilDrawn, urls: [first = "", second = ""] } = yield* Site
      const { text: keys } = yield* ask("GET", "/log/vkey")
      const [account, storage] = [newAccount(), memoryStorage()]
      // what one process does the clients of the other hear of
      const [player, other] = [device(second, { storage })(), device(first)()]
      for (const [client, own] of [[player, account], [other, newAccount()]] as const) {
        const { id } = yield* Effect.promise(() => client.auth.signUp(own))
        yield* deposit({ id }, "9.00")
      }
      const { clock, failures, shown, untilIs } = following(player, keys, storage)
      const mine = yield* Effect.promise(async () => {
        assert.deepInclude(await untilIs("open"), { closesAt: "2026-02-04T00:00:00.000Z" })
        const { tickets } = await player.lottery.purchaseTicket({ quantity: 3 })
        await other.lottery.purchaseTicket({ quantity: 2 })
        return tickets.map(({ position }) => position)
      })
      yield* advance(13.5 * 3_600_000 + 1)
      const locked = yield* Effect.promise(() => untilIs("locked", "awaiting"))
      const fixed = {
        entries: 5,
        prizePool: "4.75",
        // the first round from half a minute after the close
        dueAt: "2026-02-04T00:00:32.000Z",
        hasBeacon: true,
        isWitnessed: true
      }
      assert.deepInclude(locked, fixed)
      // the round is due, says the server's clock, and no relay has it
      yield* advance(60_000)
      yield* Effect.promise(async () => {
        while (shown.at(-1)?.phase !== "awaiting") {
          clock.advance(30_000)
          await player.lottery.drawByDate(day)
          player.live.tell("online")
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      })
      // nobody is paid while the house's wallet is held: the seed stays secret, and nobody can change the winner any more
      const isSeen = yield* Deferred.make<void>()
      const isHeld = yield* Deferred.make<void>()
      const holding = sql`SELECT 1 FROM wallets WHERE user_id = ${houseUserId}::uuid FOR UPDATE`.pipe(
        Effect.andThen(Deferred.succeed(isHeld, undefined)),
        Effect.andThen(Deferred.await(isSeen)),
        sql.withTransaction,
        Effect.orDie
      )
      const seeing = Effect.gen(function*() {
        yield* Deferred.await(isHeld)
        beacon.isThere = true
        yield* Effect.promise(() => untilIs("fixed"))
        yield* Deferred.succeed(isSeen, undefined)
      })
      yield* Effect.all([holding, seeing], { concurrency: "unbounded" })
      yield* untilDrawn(day)
      const drawn = yield* Effect.promise(() => untilIs("drawn"))
      const truth = yield* Effect.promise(() => player.lottery.drawByDate(day))
      const onSale = yield* Effect.promise(() => player.lottery.currentDraw())
      const winner = truth.winningPosition
      assert(winner !== null)
      assert.deepStrictEqual(drawn, {
        ...fixed,
        phase: "drawn",
        winningPosition: winner,
        isMine: mine.includes(winner),
        agrees: true,
        next: onSale.id
      })
      const phases = shown.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1])
      assert.deepStrictEqual(
        phases.filter((phase) => phase !== "closed" && phase !== "unknown" && phase !== "locked"),
        ["open", "awaiting", "fixed", "drawn"]
      )
      assert.deepStrictEqual(failures, [])
      const kept = yield* Effect.promise(() => new Proofs({ client: player, storage, keys, chainHash: hash }).kept())
      assert.deepStrictEqual(kept.map(({ drawId }) => drawId), [truth.id])

      // who comes later, signed in or not, and who hears nothing live, finds out the same
      const late = { phase: "drawn", winningPosition: winner, agrees: true, isWitnessed: false } as const
      const deaf = through((text) => text.includes("draw:status") ? "{}" : text)
      for (const own of [{}, deaf]) {
        const visitor = device(first, own)()
        const { end, untilIs } = following(visitor, keys, memoryStorage(), "2026-02-04T01:00:00.000Z")
        assert.deepInclude(yield* Effect.promise(() => untilIs("drawn", "refuted")), { ...late, isMine: null })
        end()
        visitor.close()
      }

      const round = Number(truth.beacon?.round)
      const signature = Buffer.from(signRound(round)).toString("hex")
      const otherSignature = Buffer.from(signRound(round + 1)).toString("hex")
      const seed = String(truth.seed)
      const otherSeed = seed.replace(/^./, (digit) => digit === "0" ? "1" : "0")
      const lock = kept[0]?.lock ?? ""
      const otherLock = memoryStorage()
      yield* Effect.promise(async () =>
        otherLock.setItem("ddd.locks", JSON.stringify([{ ...kept[0], lock: lock.replace("entries 5", "entries 6") }]))
      )
      const stranger = "draws.example.com+2a03c5d8+Aawnxtg4B75l7Z0nkdNbY7nQNvxZ/ad+/DFKV5jBaV9n"
      const lies = [
        { what: "another signature", change: (text: string) => text.replaceAll(signature, otherSignature), check: 8 },
        { what: "another seed", change: (text: string) => text.replaceAll(seed, otherSeed), check: 4 },
        { what: "another lock than was kept", storage: otherLock, check: 12 },
        { what: "records that somebody else signed", keys: stranger, check: 2 }
      ]
      for (
        const { change = (text: string) => text, check, keys: known = keys, storage = memoryStorage(), what } of lies
      ) {
        const liar = device(first, through(change))()
        const { end, shown, untilIs } = following(liar, known, storage, "2026-02-04T01:00:00.000Z")
        assert.deepInclude(yield* Effect.promise(() => untilIs("refuted", "drawn")), { phase: "refuted", check }, what)
        assert.isEmpty(shown.filter(({ phase }) => phase === "drawn"), what)
        end()
        liar.close()
      }
      // of another winner than it follows from the records, the device's own is shown
      const otherWinner = winner % 5 + 1
      const liar = device(
        first,
        through((text) =>
          text.replaceAll(`"winningPosition":${winner},`, `"winningPosition":${otherWinner},`)
            .replaceAll(`winner ${winner} `, `winner ${otherWinner} `)
        )
      )()
      const lied = following(liar, keys, memoryStorage(), "2026-02-04T01:00:00.000Z")
      assert.deepInclude(yield* Effect.promise(() => lied.untilIs("drawn", "refuted")), { ...late, agrees: false })
      lied.end()
      for (const client of [player, other, liar]) client.close()
    }))
})
