/** What the client is told live: true whenever it is not said to be stale, through whatever happens to the connection. */
import type {
  Client,
  DrawStatus,
  DrawUpdate,
  LiveView,
  Presence,
  RoomUpdate,
  SessionChange,
  WalletUpdate
} from "@ddd/client"
import { badNetwork } from "@ddd/sim/providers/BadNetwork"
import { TickClock } from "@ddd/sim/providers/TickClock"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { randomInt } from "node:crypto"
import { device, ManualClock, newAccount, until } from "../support/Device.ts"
import { Site } from "../support/Site.ts"

/** The views of a channel, in their order. */
class Views<A> {
  readonly all: Array<LiveView<A>> = []
  readonly take = (view: LiveView<A>): void => void this.all.push(view)

  get last(): LiveView<A> {
    return this.all.at(-1) ?? { data: null, isStale: true, isRefused: false }
  }

  fresh(what: string, holds: (data: A | null) => boolean = () => true): Promise<void> {
    return until(what, () => !this.last.isStale && holds(this.last.data))
  }
}

/** A player with money, on the site's server. */
const player = Effect.gen(function*() {
  const { deposit, urls: [url = ""] } = yield* Site
  const client = device(url)()
  const account = newAccount()
  const { id } = yield* Effect.promise(() => client.auth.signUp(account))
  yield* deposit({ id }, "100.00")
  return { account, client }
})

/** The same player's app behind a network that fails as it is told. */
const behindNetwork = (account: ReturnType<typeof newAccount>) =>
  Effect.gen(function*() {
    const { urls: [url = ""] } = yield* Site
    const network = yield* badNetwork([Number(new URL(url).port)], () => 1)
    let tell: (presence: Presence) => void = () => {}
    const trouble = { isOn: false }
    // quick where there is nothing to come but timers, and slow where the server may be
    const clock = new TickClock(() => trouble.isOn || client.live.state === "waiting" ? 50 : 4)
    const client: Client = device(url, {
      clock,
      // requests go their own way: what is told live is looked at
      fetch: (request, init) => clock.during(fetch(request, init)),
      WebSocket: class extends WebSocket {
        constructor() {
          super(`ws://127.0.0.1:${network.port}/ws`)
        }
      },
      presence: (given) => {
        tell = given
        return () => {}
      }
    })()
    yield* Effect.addFinalizer(() => Effect.sync(() => client.close()))
    // what was silenced stays so, and is given up
    client.live.onState((state) => {
      if (state === "connecting") trouble.isOn = false
    })
    yield* Effect.promise(() => client.auth.signIn(account))
    return {
      client,
      clock,
      network,
      tell: (presence: Presence) => tell(presence),
      /** Nothing passes, or everything does. */
      silence: (isSilent: boolean) => {
        if (isSilent) trouble.isOn = true
        network.silence(isSilent)
      }
    }
  })

const isTrueDraw = async (client: Client, data: DrawUpdate | null): Promise<boolean> => {
  const { id, prizePool, totalEntries } = await client.lottery.currentDraw()
  return data?.drawId === id && data.prizePool === prizePool && data.totalEntries === totalEntries
}

layer(Site.layer(), { excludeTestServices: true, timeout: "90 seconds" })("what the client is told live", (it) => {
  it.effect("is the draw on sale to everybody, and a room to its members", () =>
    Effect.gen(function*() {
      const [{ client: host }, { client: stranger }] = [yield* player, yield* player]
      yield* Effect.promise(async () => {
        const room = await host.rooms.create({ name: "Friday night" })
        const [draw, lobby, refused] = [new Views<DrawUpdate>(), new Views<RoomUpdate>(), new Views<RoomUpdate>()]
        assert.strictEqual(host.live.state, "idle")
        const ends = [
          host.live.watchDraw(draw.take),
          host.live.watchRoom(room.id, lobby.take),
          stranger.live.watchRoom(room.id, refused.take)
        ]
        assert.deepStrictEqual(draw.all, [{ data: null, isStale: true, isRefused: false }])
        await draw.fresh("the draw")
        await lobby.fresh("the room")
        assert.isTrue(host.time.isKnown)
        const before = draw.last.data?.totalEntries ?? 0
        await host.lottery.purchaseTicket({ quantity: 2 })
        await host.rooms.purchaseTicket(room.id)
        await draw.fresh("the tickets", (data) => data?.totalEntries === before + 2)
        await lobby.fresh("the room's ticket", (data) => data?.participants[0]?.hasTicket === true)
        await until("the refusal", () => refused.last.isRefused)
        // the stranger is let in, and looks again
        await stranger.rooms.join(room.code)
        stranger.live.watchRoom(room.id, refused.take)
        await refused.fresh("the room", (data) => data?.participants.length === 2)
        for (const end of ends) end()
        for (const client of [host, stranger]) client.close()
        assert.strictEqual(host.live.state, "idle")
      })
    }))

  it.effect("is the wallet of who is signed in, and never that of who was before", () =>
    Effect.gen(function*() {
      const { deposit } = yield* Site
      const { account, client } = yield* player
      const wallet = new Views<WalletUpdate>()
      const other = newAccount()
      const id = yield* Effect.promise(async () => {
        client.live.watchWallet(wallet.take)
        await wallet.fresh("the wallet", (data) => data?.balance === "100.00")
        await client.lottery.purchaseTicket()
        await wallet.fresh("the purchase", (data) => data?.balance === "99.00")
        await client.auth.signOut()
        assert.deepStrictEqual(wallet.last, { data: null, isStale: true, isRefused: false })
        wallet.all.length = 0
        const user = await client.auth.signUp(other)
        await wallet.fresh("the other wallet", (data) => data?.balance === "0.00")
        return user.id
      })
      yield* deposit({ id }, "3.00")
      yield* Effect.promise(async () => {
        await wallet.fresh("the deposit", (data) => data?.balance === "3.00")
        assert.isEmpty(wallet.all.filter(({ data }) => data?.balance === "99.00"))
        await client.auth.signIn(account)
        await wallet.fresh("the first wallet", (data) => data?.balance === "99.00")
        client.close()
      })
    }))

  it.effect("is said to be stale where nobody answers, before it is wrong for half a minute", () =>
    Effect.gen(function*() {
      const { account } = yield* player
      const { client, clock, silence } = yield* behindNetwork(account)
      yield* Effect.promise(async () => {
        const draw = new Views<DrawUpdate>()
        let staleAt = 0
        client.live.watchDraw((view) => {
          draw.take(view)
          if (view.isStale) staleAt = clock.now()
        })
        await draw.fresh("the draw")
        const silentAt = clock.now()
        silence(true)
        await until("staleness", () => draw.last.isStale)
        assert.isBelow(staleAt - silentAt, 30_000)
        silence(false)
        await draw.fresh("the draw again")
      })
    }).pipe(Effect.scoped))

  it.effect("is the true state after each of many disconnections of every kind", () =>
    Effect.gen(function*() {
      const { account, client: buyer } = yield* player
      const { client, network, silence, tell } = yield* behindNetwork(account)
      yield* Effect.promise(async () => {
        const room = await client.rooms.create({ name: "Through thick and thin" })
        const [draw, lobby] = [new Views<DrawUpdate>(), new Views<RoomUpdate>()]
        client.live.watchDraw(draw.take)
        client.live.watchRoom(room.id, lobby.take)
        await draw.fresh("the draw")
        const kinds = ["reset", "closed", "silent", "offline", "asleep"] as const
        for (let step = 0; step < 30; step++) {
          const kind = kinds[randomInt(kinds.length)] ?? "reset"
          draw.all.length = 0
          if (kind === "reset") network.reset()
          if (kind === "closed") network.close(true)
          if (kind === "offline") tell("offline")
          if (kind === "silent" || kind === "asleep") silence(true)
          if (step % 4 === 0) await buyer.lottery.purchaseTicket()
          await until(`staleness by ${kind}`, () => draw.all.some(({ isStale }) => isStale))
          network.close(false)
          silence(false)
          if (kind === "offline") tell("online")
          if (kind === "asleep") tell("active")
          if (step % 8 === 0) await buyer.lottery.purchaseTicket()
          await draw.fresh(`the draw after ${kind}`)
          // what is on its way comes; nothing is bought meanwhile
          while (!(await isTrueDraw(buyer, draw.last.data))) await draw.fresh("the truth")
          await lobby.fresh(`the room after ${kind}`)
          assert.lengthOf(lobby.last.data?.participants ?? [], 1)
        }
      })
    }).pipe(Effect.scoped))

  it.effect("goes on past the end of the token that the connection knew", () =>
    Effect.gen(function*() {
      const { advance, urls: [url = ""] } = yield* Site
      const { account } = yield* player
      const clock = new ManualClock()
      let asked = 0
      const client = device(url, {
        clock,
        fetch: async (request, init) => {
          asked++
          return await fetch(request, init).finally(() => asked--)
        }
      })()
      const lobby = new Views<RoomUpdate>()
      const room = yield* Effect.promise(async () => {
        await client.auth.signIn(account)
        const made = await client.rooms.create({ name: "All night" })
        client.live.watchRoom(made.id, lobby.take)
        await lobby.fresh("the room")
        return made
      })
      yield* advance(850_000)
      yield* Effect.promise(async () => {
        lobby.all.length = 0
        for (let passed = 0; passed < 870; passed += 10) {
          clock.advance(10_000)
          await new Promise((resolve) => setTimeout(resolve, 5))
          await until("answers", () => asked === 0)
        }
      })
      yield* advance(120_000)
      yield* Effect.promise(async () => {
        await client.rooms.purchaseTicket(room.id)
        // where the machine is so slow that the connection was given up, it is made again
        const passing = setInterval(() => clock.advance(100), 20)
        await lobby.fresh("the ticket", (data) => data?.participants[0]?.hasTicket === true)
          .finally(() => clearInterval(passing))
        assert.isEmpty(lobby.all.filter(({ isRefused }) => isRefused))
        client.close()
      })
    }))

  it.effect("ends with the session, which is reported once, without anything being asked", () =>
    Effect.gen(function*() {
      const { urls: [url = ""] } = yield* Site
      const { account, client } = yield* player
      yield* Effect.promise(async () => {
        const room = await client.rooms.create({ name: "Locked out" })
        const lobby = new Views<RoomUpdate>()
        const changes: Array<SessionChange> = []
        client.auth.onChange((change) => changes.push(change))
        client.live.watchRoom(room.id, lobby.take)
        await lobby.fresh("the room")
        const elsewhere = device(url)()
        await elsewhere.auth.signIn(account)
        await elsewhere.auth.signOutEverywhere()
        await until("the end", () => changes.length > 0)
        assert.deepStrictEqual(changes.map(({ type }) => type), ["ended"])
        await until("staleness", () => lobby.last.isStale)
        await client.auth.signIn(account)
        await lobby.fresh("the room again")
        client.close()
      })
    }))

  it.effect("tells that a draw locks, with its record, and which one is on sale next", () =>
    Effect.gen(function*() {
      const { advance } = yield* Site
      const { client } = yield* player
      const told: Array<DrawStatus> = []
      const before = yield* Effect.promise(async () => {
        client.live.onDrawStatus((status) => told.push(status))
        await until("a connection", () => client.live.state === "open")
        return await client.lottery.currentDraw()
      })
      yield* advance(14 * 3_600_000)
      yield* Effect.promise(async () => {
        await until("the lock", () => told.some(({ drawId, status }) => drawId === before.id && status === "locked"))
        assert.match(told.find(({ status }) => status === "locked")?.lock ?? "", /^ddd\/lock\/v1\n/)
        await until("the next draw", () => told.some(({ status }) => status === "open"))
        client.close()
      })
    }))
})

layer(Site.layer({ processes: [{ RATE_LIMITS: "read-user=2/15s" }] }), {
  excludeTestServices: true,
  timeout: "90 seconds"
})("what the client asks for too often", (it) => {
  it.effect("is asked for again later, and told then", () =>
    Effect.gen(function*() {
      const { client } = yield* player
      yield* Effect.promise(async () => {
        const room = await client.rooms.create({ name: "Friday night" })
        const [draw, lobby, wallet] = [new Views<DrawUpdate>(), new Views<RoomUpdate>(), new Views<WalletUpdate>()]
        client.live.watchWallet(wallet.take)
        client.live.watchRoom(room.id, lobby.take)
        await wallet.fresh("the wallet")
        await lobby.fresh("the room")
        const other = new Views<RoomUpdate>()
        const { id } = await client.rooms.create({ name: "Saturday night" })
        client.live.watchRoom(id, other.take)
        client.live.watchDraw(draw.take)
        await other.fresh("the other room")
        await draw.fresh("the draw")
        for (const { all } of [wallet, lobby, other]) assert.isFalse(all.some(({ isRefused }) => isRefused))
        client.close()
      })
    }), 180_000)
})
