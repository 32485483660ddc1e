/** Requests that move money: each is done once, whatever becomes of its answers, the app and the tabs. */
import { type Client, type KeyValueStorage, makeLock, memoryStorage } from "@ddd/client"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { device, failure, IdleClock, type Luck, newAccount, type Sent, unluckyFetch } from "../support/Device.ts"
import { Site } from "../support/Site.ts"

const isPurchase = ({ path }: Sent): boolean => path.endsWith("/purchase-ticket")

const ticketsOf = async (client: Client): Promise<number> => (await client.lottery.tickets({ limit: 100 })).items.length

/** A player with ten dollars, whose purchases meet with `luck`. */
const buyer = (luck: (request: Sent) => Luck, storage: KeyValueStorage = memoryStorage(), lock = makeLock()) =>
  Effect.gen(function*() {
    const { deposit, urls: [url = ""] } = yield* Site
    const clock = new IdleClock()
    const { fetch, sent } = unluckyFetch(clock, (request) => isPurchase(request) ? luck(request) : "good")
    const open = device(url, { fetch, storage, lock, clock })
    const client = open()
    const account = newAccount()
    const { id } = yield* Effect.promise(() => client.auth.signUp(account))
    yield* deposit({ id }, "10.00")
    return { account, client, open, keys: () => sent.filter(isPurchase).map(({ key }) => key) }
  })

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("a purchase of the client", (it) => {
  it.effect("whose answers are lost is asked for again under its key, and is one", () =>
    Effect.gen(function*() {
      let unlucky = 3
      const { client, keys } = yield* buyer(() => unlucky-- > 0 ? "unanswered" : "good")
      yield* Effect.promise(async () => {
        const { wallet } = await client.lottery.purchaseTicket()
        assert.strictEqual(wallet.balance, "9.00")
        assert.lengthOf(keys(), 4)
        assert.strictEqual(new Set(keys()).size, 1)
        assert.match(keys()[0] ?? "", /^[0-9a-f]{32}$/)
        assert.deepStrictEqual(await client.requests.list(), [])
        await client.lottery.purchaseTicket()
        assert.strictEqual(new Set(keys()).size, 2)
        assert.strictEqual(await ticketsOf(client), 2)
      })
    }))

  it.effect("that is not known is told as such, and settled by the app's next start, under the same key", () =>
    Effect.gen(function*() {
      let luck: Luck = "unanswered"
      const { client, keys, open } = yield* buyer(() => luck)
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket({ quantity: 2 }))).code, "unsettled")
        luck = "good"
        const restarted = open()
        const [request] = await restarted.requests.list()
        assert.deepInclude({ ...request?.input }, { quantity: 2 })
        const heard: Array<unknown> = []
        restarted.requests.onSettled((settled) => heard.push(settled))
        const settled = await restarted.requests.settle()
        assert.deepStrictEqual(heard, [...settled])
        const [only] = settled
        assert.isTrue(only?.done)
        assert.strictEqual(new Set(keys()).size, 1)
        assert.strictEqual(await ticketsOf(restarted), 2)
        assert.deepStrictEqual(await restarted.requests.settle(), [])
      })
    }))

  it.effect("is not refused by whoever else answers, once it may be done", () =>
    Effect.gen(function*() {
      const lucks: Array<Luck> = ["unanswered", "hotel"]
      let rest: Luck = "hotel"
      const { client } = yield* buyer(() => lucks.shift() ?? rest)
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "unsettled")
        rest = "good"
        const [settled] = await client.requests.settle()
        assert.isTrue(settled?.done)
        assert.strictEqual(await ticketsOf(client), 1)
      })
    }))

  it.effect("that is asked for again while it is not known is the same, and the next one another", () =>
    Effect.gen(function*() {
      let luck: Luck = "unanswered"
      const { client, keys } = yield* buyer(() => luck)
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "unsettled")
        luck = "good"
        assert.strictEqual((await client.lottery.purchaseTicket()).wallet.balance, "9.00")
        assert.strictEqual(new Set(keys()).size, 1)
        assert.strictEqual((await client.lottery.purchaseTicket()).wallet.balance, "8.00")
        assert.strictEqual(await ticketsOf(client), 2)
      })
    }))

  it.effect("that was kept and never sent is bought after the restart", () =>
    Effect.gen(function*() {
      let luck: Luck = "lost"
      const { client, open } = yield* buyer(() => luck)
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "unsettled")
        assert.strictEqual(await ticketsOf(client), 0)
        luck = "good"
        assert.lengthOf(await open().requests.settle(), 1)
        assert.strictEqual(await ticketsOf(client), 1)
      })
    }))

  it.effect("is settled by one of two tabs that start at once", () =>
    Effect.gen(function*() {
      let luck: Luck = "lost"
      const { client, keys, open } = yield* buyer(() => luck)
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "unsettled")
        luck = "good"
        const before = keys().length
        const settled = await Promise.all([open().requests.settle(), open().requests.settle()])
        assert.lengthOf(settled.flat(), 1)
        assert.lengthOf(keys(), before + 1)
        assert.strictEqual(await ticketsOf(client), 1)
      })
    }))

  it.effect("of each of two tabs at once is one of its own", () =>
    Effect.gen(function*() {
      const { client, keys, open } = yield* buyer(() => "good")
      yield* Effect.promise(async () => {
        await Promise.all([client, open(), client].map((tab) => tab.lottery.purchaseTicket()))
        assert.strictEqual(new Set(keys()).size, 3)
        assert.strictEqual(await ticketsOf(client), 3)
      })
    }))

  it.effect("that is refused is forgotten, and nothing is sent that cannot be kept", () =>
    Effect.gen(function*() {
      const storage = memoryStorage()
      let isFull = false
      const { client, keys } = yield* buyer(() => "good", {
        ...storage,
        setItem: (name, value) => isFull ? Promise.reject(new Error("full")) : storage.setItem(name, value)
      })
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket({ quantity: 11 }))).code, "insufficient_funds")
        assert.deepStrictEqual(await client.requests.list(), [])
        assert.lengthOf(keys(), 1)
        isFull = true
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "storage")
        assert.lengthOf(keys(), 1)
        isFull = false
        await client.lottery.purchaseTicket()
      })
    }))

  it.effect("is another one where the answer of the one before could not be struck off the device's list", () =>
    Effect.gen(function*() {
      const storage = memoryStorage()
      let writes = Infinity
      const { client, keys, open } = yield* buyer(() => "good", {
        ...storage,
        setItem: (name, value) =>
          name === "ddd.requests" && writes-- <= 0 ? Promise.reject(new Error("full")) : storage.setItem(name, value)
      })
      yield* Effect.promise(async () => {
        writes = 1
        await client.lottery.purchaseTicket()
        writes = Infinity
        await client.lottery.purchaseTicket()
        assert.strictEqual(new Set(keys()).size, 2)
        await open().requests.settle()
        assert.strictEqual(await ticketsOf(client), 2)
      })
    }))

  it.effect("is never asked for with another player's token", () =>
    Effect.gen(function*() {
      let luck: Luck = "lost"
      const { account, client, keys } = yield* buyer(() => luck)
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "unsettled")
        luck = "good"
        const before = keys().length
        await client.auth.signOut()
        await client.auth.signUp(newAccount())
        assert.deepStrictEqual(await client.requests.list(), [])
        assert.deepStrictEqual(await client.requests.settle(), [])
        assert.lengthOf(keys(), before)
        await client.auth.signOut()
        await client.auth.signIn(account)
        assert.lengthOf(await client.requests.settle(), 1)
        assert.strictEqual(await ticketsOf(client), 1)
      })
    }))

  it.effect("that another tab does not let go of is not said to be refused", () =>
    Effect.gen(function*() {
      let luck: Luck = "unanswered"
      const lock = makeLock()
      const { client, open } = yield* buyer(() => luck, memoryStorage(), lock)
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "unsettled")
        luck = "good"
        const impatient = open({
          lock: {
            hold: (name, work) =>
              name.startsWith("ddd.request.") ? Promise.reject(new Error("another tab")) : lock.hold(name, work)
          }
        })
        assert.deepStrictEqual(await impatient.requests.settle(), [])
        assert.strictEqual((await failure(impatient.lottery.purchaseTicket())).code, "unsettled")
        assert.lengthOf(await impatient.requests.list(), 1)
        const [settled] = await client.requests.settle()
        assert.isTrue(settled?.done)
        assert.strictEqual(await ticketsOf(client), 1)
      })
    }))

  it.effect("is refused without being sent once 64 are not known", () =>
    Effect.gen(function*() {
      const storage = memoryStorage()
      const { client, keys } = yield* buyer(() => "lost", storage)
      yield* Effect.promise(async () => {
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "unsettled")
        const [request] = await client.requests.list()
        const many = Array.from(
          { length: 64 },
          (_, nth) => ({ ...request, key: `key-${nth}`, input: { quantity: nth } })
        )
        await storage.setItem("ddd.requests", JSON.stringify(many))
        const before = keys().length
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "unsettled")
        assert.lengthOf(keys(), before)
      })
    }))

  it.effect("that waits until another day buys nothing in that day's draw", () =>
    Effect.gen(function*() {
      const { advance, untilDrawn } = yield* Site
      let luck: Luck = "lost"
      const { client, open } = yield* buyer(() => luck)
      assert.strictEqual(
        (yield* Effect.promise(() => failure(client.lottery.purchaseTicket()))).code,
        "unsettled"
      )
      luck = "good"
      yield* advance(14 * 3_600_000)
      yield* untilDrawn("2026-02-03")
      yield* Effect.promise(async () => {
        const [settled] = await open().requests.settle()
        assert.strictEqual(settled?.done === false ? settled.error.code : "done", "draw_closed")
        assert.strictEqual((await client.user.wallet()).balance, "10.00")
        assert.deepStrictEqual(await client.requests.list(), [])
        const { tickets: [ticket] } = await client.lottery.purchaseTicket()
        assert.strictEqual(ticket?.drawDate, "2026-02-04")
      })
    }))
})
