/** The client's session: tokens that are refreshed once at a time, lost answers, and sessions that end. */
import { memoryStorage, type SessionChange } from "@ddd/client"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { device, failure, IdleClock, type Luck, newAccount, type Sent, unluckyFetch } from "../support/Device.ts"
import { Site } from "../support/Site.ts"

const isRefresh = ({ path }: Sent): boolean => path === "/auth/refresh"

/** Access tokens are good for a quarter of an hour. */
const tokenMillis = 900_000

/** A player's device on the site's server, with a clock that goes on with the server's and counted requests. */
const signedUp = (luck: (request: Sent) => Luck = () => "good") =>
  Effect.gen(function*() {
    const { advance, urls: [url = ""] } = yield* Site
    const clock = new IdleClock()
    const { fetch, sent } = unluckyFetch(clock, luck)
    const open = device(url, { clock, fetch })
    const client = open()
    const account = newAccount()
    const user = yield* Effect.promise(() => client.auth.signUp(account))
    return {
      account,
      client,
      open,
      user,
      clock,
      sent,
      /** The refresh tokens that were sent, in their order. */
      spent: () => sent.filter(isRefresh).map(({ body }) => body),
      /** Time passes, for the server and the device. */
      pass: (millis: number) => Effect.andThen(advance(millis), Effect.sync(() => clock.advance(millis)))
    }
  })

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("a session of the client", (it) => {
  it.effect("goes on in two tabs that refresh at once, for an hour: one refresh each time, and nobody is signed out", () =>
    Effect.gen(function*() {
      const { client, open, pass, spent } = yield* signedUp()
      const tabs = [client, open()]
      const changes: Array<SessionChange> = []
      for (const tab of tabs) tab.auth.onChange((change) => changes.push(change))
      for (let quarter = 1; quarter <= 4; quarter++) {
        yield* pass(tokenMillis + 1_000)
        yield* Effect.promise(() =>
          Promise.all(
            tabs.flatMap((tab) => [tab.user.wallet(), tab.user.profile(), tab.transactions.transactions()])
          )
        )
        assert.lengthOf(spent(), quarter)
      }
      assert.strictEqual(new Set(spent()).size, 4)
      assert.deepStrictEqual(changes, [])
    }))

  it.effect("survives the loss of a refresh's answer, by the same token at once, and spends no token twice otherwise", () =>
    Effect.gen(function*() {
      let unlucky = 0
      const { client, open, pass, spent } = yield* signedUp((request) =>
        isRefresh(request) && unlucky-- > 0 ? "unanswered" : "good"
      )
      yield* pass(tokenMillis)
      unlucky = 2
      yield* Effect.promise(() => client.user.wallet())
      assert.lengthOf(spent(), 3)
      assert.strictEqual(new Set(spent()).size, 1)
      yield* pass(tokenMillis)
      yield* Effect.promise(() => open().user.wallet())
      assert.strictEqual(new Set(spent()).size, 2)
      assert.lengthOf(spent(), 4)
    }))

  it.effect("is still there after a long time without a network", () =>
    Effect.gen(function*() {
      let isAway = false
      const { client, pass } = yield* signedUp(() => isAway ? "lost" : "good")
      isAway = true
      yield* pass(tokenMillis)
      assert.strictEqual((yield* Effect.promise(() => failure(client.user.wallet()))).code, "network")
      assert.isNotNull(yield* Effect.promise(() => client.auth.current()))
      yield* pass(6 * 3_600_000)
      isAway = false
      yield* Effect.promise(() => client.user.wallet())
    }))

  it.effect("that was ended elsewhere is reported once, to however many requests", () =>
    Effect.gen(function*() {
      const { account, client, open, user } = yield* signedUp()
      const { urls: [url = ""] } = yield* Site
      const changes: Array<SessionChange> = []
      client.auth.onChange((change) => changes.push(change))
      yield* Effect.promise(async () => {
        const elsewhere = device(url)()
        await elsewhere.auth.signIn(account)
        await elsewhere.auth.signOutEverywhere()
        const errors = await Promise.all(
          Array.from({ length: 5 }, () => failure(client.user.wallet()))
        )
        assert.deepStrictEqual([...new Set(errors.map(({ code }) => code))], ["signed_out"])
        assert.strictEqual((await failure(client.user.profile())).code, "signed_out")
        assert.deepStrictEqual(changes.map(({ type }) => type), ["ended"])
        assert.isNull(await open().auth.current())
        await client.auth.signIn(account)
        assert.deepStrictEqual(changes.slice(1), [{ type: "signedIn", userId: user.id }])
        await client.user.wallet()
      })
    }))

  it.effect("is followed by a tab that is looked at again", () =>
    Effect.gen(function*() {
      const { client, open } = yield* signedUp()
      yield* Effect.promise(async () => {
        let look: (presence: "active") => void = () => {}
        const changes: Array<SessionChange> = []
        const other = open({
          presence: (tell) => {
            look = tell
            return () => {}
          }
        })
        other.auth.onChange((change) => changes.push(change))
        assert.isNotNull(await other.auth.current())
        await client.auth.signOut()
        look("active")
        await new Promise<void>((resolve) => {
          const wait = () => changes.length > 0 ? resolve() : void setTimeout(wait, 5)
          wait()
        })
        assert.deepStrictEqual(changes, [{ type: "signedOut" }])
        assert.isNull(await other.auth.current())
      })
    }))

  it.effect("that was left without a network is ended by the server once there is one, after a restart too", () =>
    Effect.gen(function*() {
      let isAway = false
      const { account, client, open } = yield* signedUp(() => isAway ? "lost" : "good")
      const { urls: [url = ""] } = yield* Site
      yield* Effect.promise(async () => {
        const elsewhere = device(url)()
        await elsewhere.auth.signIn(account)
        assert.lengthOf(await elsewhere.auth.sessions(), 2)
        isAway = true
        await client.auth.signOut()
        assert.isNull(await client.auth.current())
        assert.lengthOf(await elsewhere.auth.sessions(), 2)
        isAway = false
        await open().requests.settle()
        while ((await elsewhere.auth.sessions()).length > 1) await new Promise((resolve) => setTimeout(resolve, 20))
      })
    }))

  it.effect("that somebody signs in over is ended by the server", () =>
    Effect.gen(function*() {
      const { account, client } = yield* signedUp()
      const { urls: [url = ""] } = yield* Site
      yield* Effect.promise(async () => {
        const elsewhere = device(url)()
        await elsewhere.auth.signIn(account)
        await client.auth.signUp(newAccount())
        while ((await elsewhere.auth.sessions()).length > 1) await new Promise((resolve) => setTimeout(resolve, 20))
        await client.user.wallet()
      })
    }))

  it.effect("is left at once where the storage cannot be read, and stays so where nothing can be removed from it", () =>
    Effect.gen(function*() {
      const { urls: [url = ""] } = yield* Site
      yield* Effect.promise(async () => {
        const broken = () => {
          throw new Error("denied")
        }
        let isUnreadable = false
        const unreadable = memoryStorage()
        const one = device(url, {
          storage: { ...unreadable, getItem: (key) => isUnreadable ? broken() : unreadable.getItem(key) }
        })()
        await one.auth.signUp(newAccount())
        isUnreadable = true
        const changes: Array<SessionChange> = []
        one.auth.onChange((change) => changes.push(change))
        await one.auth.signOut()
        assert.deepStrictEqual(changes, [{ type: "signedOut" }])
        assert.isNull(await one.auth.current())
        assert.strictEqual((await failure(one.user.wallet())).code, "signed_out")
        const open = device(url, { storage: { ...memoryStorage(), removeItem: broken } })
        const other = open()
        await other.auth.signUp(newAccount())
        await other.auth.signOut()
        assert.isNull(await open().auth.current())
      })
    }))

  it.effect("that neither device nor server could end is said to be so, and is left all the same", () =>
    Effect.gen(function*() {
      const { urls: [url = ""] } = yield* Site
      const [clock, storage] = [new IdleClock(), memoryStorage()]
      let isBroken = false
      const { fetch } = unluckyFetch(clock, () => isBroken ? "lost" : "good")
      const broken = <A>(work: () => A): A => {
        if (isBroken) throw new Error("denied")
        return work()
      }
      const client = device(url, {
        clock,
        fetch,
        storage: {
          getItem: (key) => storage.getItem(key),
          setItem: (key, value) => broken(() => storage.setItem(key, value)),
          removeItem: (key) => broken(() => storage.removeItem(key))
        }
      })()
      yield* Effect.promise(async () => {
        await client.auth.signUp(newAccount())
        isBroken = true
        assert.strictEqual((await failure(client.auth.signOut())).code, "storage")
        assert.isNull(await client.auth.current())
      })
    }))

  it.effect("lasts for as long as the app where the device keeps nothing", () =>
    Effect.gen(function*() {
      const { urls: [url = ""], advance } = yield* Site
      const clock = new IdleClock()
      const { fetch } = unluckyFetch(clock, () => "good")
      const full = () => Promise.reject(new Error("the storage is full"))
      const client = device(url, { clock, fetch, storage: { ...memoryStorage(), setItem: full } })()
      yield* Effect.promise(() => client.auth.signUp(newAccount()))
      for (let nth = 0; nth < 2; nth++) {
        yield* advance(tokenMillis)
        clock.advance(tokenMillis)
        yield* Effect.promise(() => client.user.wallet())
      }
      assert.strictEqual((yield* Effect.promise(() => failure(client.lottery.purchaseTicket()))).code, "storage")
    }))
})
