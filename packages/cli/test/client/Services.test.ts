/** The typed client on a real server: every service, and what its errors say. */
import { amountOf, centsOf, type Ports } from "@ddd/client"
import { TickClock } from "@ddd/sim/providers/TickClock"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { device, failure, newAccount } from "../support/Device.ts"
import { password, Site } from "../support/Site.ts"

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("the client", (it) => {
  it.effect("plays: signs up, buys, reads its wallet, tickets and movements, and signs out", () =>
    Effect.gen(function*() {
      const { deposit, urls: [url = ""] } = yield* Site
      const client = device(url)()
      const account = newAccount()
      const { id } = yield* Effect.promise(() => client.auth.signUp(account))
      yield* deposit({ id }, "5.00")
      yield* Effect.promise(async () => {
        const { draw, tickets, wallet } = await client.lottery.purchaseTicket({ quantity: 3 })
        assert.strictEqual(wallet.balance, "2.00")
        assert.strictEqual(amountOf(centsOf(wallet.balance) - 50n), "1.50")
        const current = await client.lottery.currentDraw()
        assert.deepStrictEqual(
          { id: current.id, prizePool: current.prizePool, totalEntries: current.totalEntries },
          draw
        )
        const page = await client.lottery.tickets({ limit: 2 })
        assert.lengthOf(page.items, 2)
        const rest = await client.lottery.tickets({ cursor: page.nextCursor ?? "" })
        assert.sameMembers(
          [...page.items, ...rest.items].map(({ ticketId }) => ticketId),
          tickets.map(({ ticketId }) => ticketId)
        )
        const [ticket] = tickets
        assert.isTrue((await client.lottery.checkTicket(ticket?.ticketId ?? "")).sealValid)
        assert.strictEqual((await client.user.profile()).spentToday, "3.00")
        assert.strictEqual((await client.user.wallet()).balance, "2.00")
        const { items: [movement] } = await client.transactions.transactions({ type: "ticket_purchase", limit: 1 })
        assert.strictEqual(movement?.amount, "-1.00")
        assert.strictEqual((await client.transactions.statement("2026-02")).closingBalance, "2.00")
        assert.match(await client.transactions.statementText("2026-02", "csv"), /^line,/)
        assert.deepStrictEqual((await client.lottery.drawHistory()).items, [])
        assert.deepStrictEqual(await client.lottery.lastWinner(), { draw: null, winner: null })
        assert.deepInclude(await client.lottery.site(), { currency: "USD", ticketPrice: "1.00", houseShare: "0.05" })
        assert.strictEqual((await client.lottery.drawByDate("2026-02-03")).id, current.id)
        assert.isNull((await client.lottery.records("2026-02-03")).lock)
        assert.match(await client.lottery.proof("2026-02-03"), /^\{"format":"ddd\/proof\/v1"/)
        const deviceId = randomUUID()
        await client.user.putDevice(deviceId, {
          pushToken: "ExponentPushToken[client-test]",
          platform: "ios",
          locale: "en"
        })
        await client.user.removeDevice(deviceId)
        assert.include(await client.user.exportData(), account.email)
        await client.auth.signOut()
        assert.isNull(await client.auth.current())
        assert.strictEqual((await failure(client.user.wallet())).code, "signed_out")
      })
    }))

  it.effect("plays in a room of its own", () =>
    Effect.gen(function*() {
      const { deposit, urls: [url = ""] } = yield* Site
      const [host, friend] = [device(url)(), device(url)()]
      for (const client of [host, friend]) {
        const { id } = yield* Effect.promise(() => client.auth.signUp(newAccount()))
        yield* deposit({ id }, "2.00")
      }
      yield* Effect.promise(async () => {
        const { code, id } = await host.rooms.create({ name: "Friday night", maxParticipants: 3 })
        await friend.rooms.join(code)
        assert.strictEqual((await failure(friend.rooms.join(code))).code, "already_member")
        for (const client of [host, friend]) {
          const { ticket, wallet } = await client.rooms.purchaseTicket(id)
          assert.strictEqual(wallet.balance, "1.00")
          assert.deepStrictEqual(await client.rooms.ticket(id), ticket)
        }
        assert.strictEqual((await failure(host.rooms.purchaseTicket(id))).code, "already_has_ticket")
        assert.strictEqual((await failure(friend.rooms.startDraw(id))).code, "forbidden")
        assert.strictEqual((await host.rooms.startDraw(id)).status, "locked")
        assert.strictEqual((await host.rooms.executeDraw(id)).status, "drawn")
        assert.strictEqual((await friend.rooms.room(id)).prizePool, "1.90")
        assert.lengthOf((await friend.rooms.rooms()).items, 1)
        assert.include(await friend.rooms.proof(id), id)
      })
    }))

  it.effect("tells errors apart by their code, with what else the server says of them", () =>
    Effect.gen(function*() {
      const { urls: [url = ""] } = yield* Site
      const client = device(url)()
      const account = newAccount()
      yield* Effect.promise(async () => {
        await client.auth.signUp(account)
        const taken = await failure(client.auth.signUp({ ...newAccount(), email: account.email }))
        assert.deepInclude({ ...taken }, { code: "email_taken", status: 409 })
        assert.match(taken.requestId ?? "", /^[\w.:-]+$/)
        const invalid = await failure(client.auth.signUp({ ...account, email: "none" }))
        assert.deepStrictEqual(invalid.errors.map(({ path }) => path), ["email"])
        assert.strictEqual((await failure(client.lottery.purchaseTicket())).code, "insufficient_funds")
        assert.deepStrictEqual(await client.requests.list(), [])
        assert.strictEqual((await failure(client.lottery.purchaseTicket({ quantity: 101 }))).code, "invalid_request")
        const { until } = await client.user.takeTimeOut(24)
        const refused = await failure(client.lottery.purchaseTicket())
        assert.deepInclude({ ...refused }, { code: "timed_out", until })
        assert.strictEqual((await failure(client.user.erase("wrong-password"))).code, "invalid_credentials")
        await client.user.erase(password)
        assert.isNull(await client.auth.current())
      })
    }))

  it("rejects with an error of its own whatever is answered, or is not", async () => {
    type Answer = Readonly<{ status: number; type: string; body: string; headers?: Record<string, string> }>
    const answers: Record<string, Answer | "cut" | "half"> = {
      captive: { status: 200, type: "text/html", body: "<html>Sign in to the network</html>" },
      other: { status: 200, type: "application/json", body: "{\"items\":[]}" },
      empty: { status: 200, type: "application/json", body: "" },
      array: { status: 200, type: "application/json", body: "[]" },
      gateway: { status: 502, type: "text/html", body: "<h1>Bad Gateway</h1>" },
      unknown: { status: 409, type: "application/problem+json", body: "{\"code\":\"new_code\",\"detail\":\"New.\"}" },
      busy: {
        status: 503,
        type: "application/problem+json",
        body: "{\"code\":\"unavailable\",\"detail\":\"Not now.\",\"requestId\":\"r-1\"}",
        headers: { "retry-after": "7" }
      },
      cut: "cut",
      half: "half"
    }
    const server = createServer(({ url = "" }, response) => {
      const answer = answers[url.split("/")[1] ?? ""]
      if (answer === undefined) return // says nothing
      if (answer === "cut") return void response.destroy()
      if (answer === "half") {
        response.writeHead(200, { "content-type": "application/json", "content-length": "100" })
        response.write("{\"id\":")
        return void setTimeout(() => response.destroy(), 20)
      }
      response.writeHead(answer.status, { "content-type": answer.type, ...answer.headers }).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const ask = (name: string, own: Partial<Ports> = {}) =>
      failure(device(`${origin}/${name}`, own)().lottery.currentDraw())
    try {
      for (const name of ["captive", "other", "empty", "array", "gateway", "unknown"]) {
        assert.strictEqual((await ask(name)).code, "unreadable", name)
      }
      assert.deepInclude({ ...(await ask("unknown")) }, { serverCode: "new_code", status: 409 })
      assert.deepInclude({ ...(await ask("busy")) }, { code: "unavailable", retryAfter: 7, requestId: "r-1" })
      assert.strictEqual((await ask("cut")).code, "network")
      assert.strictEqual((await ask("half")).code, "network")
      assert.strictEqual((await ask("silent", { clock: new TickClock(() => 100) })).code, "timeout")
    } finally {
      server.closeAllConnections()
      server.close()
    }
    assert.strictEqual((await ask("gone")).code, "network")
  })
})
