/** Draws that the app keeps records of, and verifies on the device. */
import { memoryStorage } from "@ddd/client"
import { Proofs } from "@ddd/client/proof"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { device, IdleClock, newAccount, until } from "../support/Device.ts"
import { Site } from "../support/Site.ts"

/** The site, and texts of it. */
const proofSite = Effect.map(Site, (site) => ({
  ...site,
  get: (path: string) => Effect.map(site.ask("GET", path), ({ text }) => text)
}))

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("the app", (it) => {
  it.effect("keeps the lock records of the draws that its player played, and verifies them and the player's ticket", () =>
    Effect.gen(function*() {
      const { advance, deposit, get, untilDrawn, urls: [url = ""] } = yield* proofSite
      const keys = yield* get("/log/vkey")
      const [storage, clock] = [memoryStorage(), new IdleClock()]
      // a draw of the site's own time is kept at that time
      clock.advance(Date.parse("2026-02-03T10:30:00.000Z") - clock.now())
      const client = device(url, { storage })()
      const proofs = new Proofs({ client, storage, keys, clock })
      const failures: Array<unknown> = []
      const end = proofs.start((error) => failures.push(error))
      const { id } = yield* Effect.promise(() => client.auth.signUp(newAccount()))
      yield* deposit({ id }, "5.00")
      yield* Effect.promise(async () => {
        await client.lottery.purchaseTicket({ quantity: 2 })
        assert.strictEqual((await proofs.verifyDraw("2026-02-03")).verdict, "PENDING OPEN")
        assert.deepStrictEqual(await proofs.kept(), [])
      })
      yield* advance(14 * 3_600_000)
      yield* untilDrawn("2026-02-03")
      yield* Effect.promise(async () => {
        const draw = await client.lottery.drawByDate("2026-02-03")
        let [kept] = await proofs.kept()
        for (; kept === undefined; [kept] = await proofs.kept()) await new Promise((resolve) => setTimeout(resolve, 20))
        assert.strictEqual(kept.drawId, draw.id)
        assert.strictEqual(kept.lock, (await client.lottery.records("2026-02-03")).lock)
        const verdict = await proofs.verifyDraw("2026-02-03")
        assert.strictEqual(verdict.verdict, "VALID SIGNED")
        assert.strictEqual(verdict.checks.find(({ id }) => id === 11)?.ok, true)
        // another list than the one that was kept is found out
        const other = memoryStorage()
        await other.setItem(
          "ddd.locks",
          JSON.stringify([{ ...kept, lock: kept.lock.replace("entries 2", "entries 3") }])
        )
        const found = await new Proofs({ client, storage: other, keys, clock }).verifyDraw("2026-02-03")
        assert.match(found.verdict, /^INVALID .*12/)
        // somebody else's key is not the operator's
        const stranger = "draws.example.com+2a03c5d8+Aawnxtg4B75l7Z0nkdNbY7nQNvxZ/ad+/DFKV5jBaV9n"
        const forged = await new Proofs({ client, storage, keys: stranger, clock }).verifyDraw("2026-02-03")
        assert.notMatch(forged.verdict, /^VALID SIGNED/)
        assert.deepStrictEqual(failures, [])
        end()
        // who was away finds what was missed
        const late = new Proofs({ client, storage: memoryStorage(), keys, clock })
        assert.strictEqual(await late.catchUp(), 1)
        assert.strictEqual(await late.catchUp(), 0)
        client.close()
      })
    }))

  it.effect("does the same of a room", () =>
    Effect.gen(function*() {
      const { deposit, get, urls: [url = ""] } = yield* proofSite
      const keys = yield* get("/log/vkey")
      const [host, friend] = [device(url)(), device(url)()]
      for (const client of [host, friend]) {
        const { id } = yield* Effect.promise(() => client.auth.signUp(newAccount()))
        yield* deposit({ id }, "1.00")
      }
      yield* Effect.promise(async () => {
        const proofs = new Proofs({ client: friend, storage: memoryStorage(), keys })
        const { code, id } = await host.rooms.create({ name: "Proved" })
        await friend.rooms.join(code)
        proofs.watchRoom(id)
        await until("a connection", () => friend.live.state === "open")
        for (const client of [host, friend]) await client.rooms.purchaseTicket(id)
        await host.rooms.startDraw(id)
        while ((await proofs.kept()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
        await host.rooms.executeDraw(id)
        const { checks, verdict } = await proofs.verifyRoom(id)
        assert.strictEqual(verdict, "VALID SIGNED")
        assert.strictEqual(checks.find(({ id }) => id === 11)?.ok, true)
        friend.close()
      })
    }))
})
