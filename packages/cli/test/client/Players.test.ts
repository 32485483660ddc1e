/** Two players on one device: what one asks for is never done as the other, in whichever tab they sign in. */
import type { Client, ClientError, SessionChange } from "@ddd/client"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { device, failure, IdleClock, newAccount, type Sent, unluckyFetch, until } from "../support/Device.ts"
import { Site } from "../support/Site.ts"

/** A device with Ann signed in, and Bob, who each have ten dollars; what `held` picks waits until `letGo`. */
const shared = (held: (request: Sent) => boolean = () => false) =>
  Effect.gen(function*() {
    const { deposit, urls: [url = ""] } = yield* Site
    const [ann, bob] = [newAccount(), newAccount()]
    const clock = new IdleClock()
    let [isHeld, letGo] = [false, () => {}]
    const gone = new Promise<void>((resolve) => letGo = resolve)
    const { fetch, sent } = unluckyFetch(clock, () => "good")
    const open = device(url, {
      clock,
      fetch: async (request, init) => {
        const { pathname: path } = new URL(request.url)
        if (held({ method: request.method, path, key: null, body: "" })) {
          isHeld = true
          await gone
        }
        return await fetch(request, init)
      }
    })
    const [bobs, client] = [device(url)(), open()]
    const { id: annId } = yield* Effect.promise(() => client.auth.signUp(ann))
    const { id: bobId } = yield* Effect.promise(() => bobs.auth.signUp(bob))
    yield* deposit({ id: annId }, "10.00")
    yield* deposit({ id: bobId }, "10.00")
    return {
      ann: { ...ann, id: annId },
      bob: { ...bob, id: bobId },
      /** Bob's other device. */
      bobs,
      client,
      open,
      sent,
      letGo,
      untilHeld: () => until("the request", () => isHeld)
    }
  })

/** What becomes of a request of Ann's in a window that has not heard that Bob has signed in. */
const asks: ReadonlyArray<readonly [string, (client: Client) => Promise<unknown>]> = [
  ["a purchase", ({ lottery }) => lottery.purchaseTicket({ quantity: 3 })],
  ["a withdrawal", ({ user }) => user.withdraw("5.00")],
  ["a self-exclusion", ({ user }) => user.excludeSelf(180)],
  ["a time-out", ({ user }) => user.takeTimeOut(24)],
  ["new limits", ({ user }) => user.changeLimits({ dailySpend: "1.00" })],
  ["a new name", ({ user }) => user.changeProfile({ username: "SomebodyElse" })],
  ["a payout account", ({ user }) => user.openPayoutAccount()],
  ["a room", ({ rooms }) => rooms.create({ name: "Whose" })],
  ["the end of every session", ({ auth }) => auth.signOutEverywhere()],
  ["the wallet", ({ user }) => user.wallet()],
  ["the tickets", ({ lottery }) => lottery.tickets()]
]

layer(Site.layer(), { excludeTestServices: true, timeout: "90 seconds" })("where two players share a device", (it) => {
  it.effect("what one asks for in a window is not done as the other, who has signed in in another window", () =>
    Effect.gen(function*() {
      const { ann, bob, bobs, client, open } = yield* shared()
      yield* Effect.promise(async () => {
        const before = { ...await bobs.user.profile(), ...await bobs.user.wallet(), ...await bobs.user.limits() }
        const windows = asks.map(([what, ask]) => ({ what, ask, window: open() }))
        for (const { window } of windows) assert.strictEqual((await window.auth.current())?.userId, ann.id)
        await client.auth.signOut()
        await client.auth.signIn(bob)
        for (const { ask, what, window } of windows) {
          const changes: Array<SessionChange> = []
          window.auth.onChange((change) => changes.push(change))
          assert.strictEqual((await failure(ask(window))).code, "signed_out", what)
          assert.deepStrictEqual(changes, [{ type: "signedIn", userId: bob.id }], what)
          assert.strictEqual((await window.auth.current())?.userId, bob.id, what)
        }
        const after = { ...await bobs.user.profile(), ...await bobs.user.wallet(), ...await bobs.user.limits() }
        assert.deepStrictEqual(after, before)
        assert.lengthOf((await bobs.lottery.tickets()).items, 0)
        assert.lengthOf((await bobs.rooms.rooms()).items, 0)
        await client.user.wallet()
      })
    }))

  it.effect("what was on its way when one left is not done as the other", () =>
    Effect.gen(function*() {
      const { bob, bobs, client, letGo, untilHeld } = yield* shared(({ path }) => path.endsWith("/purchase-ticket"))
      yield* Effect.promise(async () => {
        const buying = failure(client.lottery.purchaseTicket({ quantity: 2 }))
        await untilHeld()
        await client.auth.signOut()
        await client.auth.signIn(bob)
        letGo()
        assert.strictEqual((await buying).code, "signed_out")
        assert.lengthOf((await bobs.lottery.tickets()).items, 0)
      })
    }))

  it.effect("what waited for the draw on sale when one left is not sent as the other", () =>
    Effect.gen(function*() {
      const { bob, bobs, client, letGo, sent, untilHeld } = yield* shared(({ path }) => path.endsWith("/current-draw"))
      yield* Effect.promise(async () => {
        const buying = failure(client.lottery.purchaseTicket())
        await untilHeld()
        await client.auth.signOut()
        await client.auth.signIn(bob)
        letGo()
        assert.strictEqual((await buying).code, "signed_out")
        assert.isEmpty(sent.filter(({ path }) => path.endsWith("/purchase-ticket")))
        assert.lengthOf((await bobs.lottery.tickets()).items, 0)
        assert.deepStrictEqual(await client.requests.list(), [])
      })
    }))

  it.effect("what one's answer says is not given to who has signed in since", () =>
    Effect.gen(function*() {
      const { ann, bob, client, letGo, open, untilHeld } = yield* shared(({ path }) => path === "/wallet")
      yield* Effect.promise(async () => {
        const window = open()
        assert.strictEqual((await window.auth.current())?.userId, ann.id)
        const asked: Promise<ClientError> = failure(client.user.wallet())
        await untilHeld()
        // over Ann's session, which the server ends
        await client.auth.signIn(bob)
        letGo()
        assert.strictEqual((await asked).code, "signed_out")
        // the window signs Ann out, and finds Bob
        await window.auth.signOut()
        assert.strictEqual((await window.auth.current())?.userId, bob.id)
        assert.strictEqual((await client.user.profile()).username, bob.username)
      })
    }))
})
