/** The hooks in a React app in a real browser, and two of its tabs. */
import { afterAll, assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { rolldown } from "rolldown"
import { Browser, chromiumPath, needsChromium, untilShown, visit } from "../support/Browser.ts"
import { device, newAccount } from "../support/Device.ts"
import { Site } from "../support/Site.ts"

/** The app as one script. */
const built = async (): Promise<string> => {
  const bundle = await rolldown({
    logLevel: "silent",
    input: join(import.meta.dirname, "../../../client/test/ReactApp.ts"),
    platform: "browser",
    transform: { define: { "process.env.NODE_ENV": JSON.stringify("production") } }
  })
  const { output: [{ code }] } = await bundle.generate({ format: "iife", codeSplitting: false })
  await bundle.close()
  return code
}

let app: Promise<string> | undefined

/** Serves the app's page, on an origin of its own. */
const host = createServer((_, response) => {
  const page = (script: string) =>
    `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><div id="app"></div><script>${script}</script>`
  ;(app ??= built()).then(
    (script) => response.writeHead(200, { "content-type": "text/html" }).end(page(script)),
    (error: unknown) => response.writeHead(500).end(String(error))
  )
})
await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve))
afterAll(() => {
  host.closeAllConnections()
  host.close()
})
const port = (host.address() as AddressInfo).port

const machine = "http://127.0.0.1"
const site = Site.layer({ processes: [{ CORS_ORIGINS: `${machine}:${port}` }] })
const appOn = (url: string, query = ""): string => `:${port}/?api=${encodeURIComponent(url)}${query}`

const credentials = (account: ReturnType<typeof newAccount>): string =>
  JSON.stringify({ email: account.email, password: account.password })

describe.skipIf(chromiumPath === undefined)("in Chromium", needsChromium, () => {
  layer(Layer.mergeAll(site, Browser.layer), { excludeTestServices: true, timeout: "90 seconds" })(
    "an app on the hooks",
    (it) => {
      it.effect(
        "shows the draw, the wallet and the tickets as they come to be, and is stale while it is offline",
        () =>
          Effect.gen(function*() {
            const { deposit, urls: [url = ""] } = yield* Site
            const account = newAccount()
            const [player, other] = [device(url)(), device(url)()]
            const [{ id }, { id: otherId }] = yield* Effect.promise(() =>
              Promise.all([player.auth.signUp(account), other.auth.signUp(newAccount())])
            )
            yield* deposit({ id }, "5.00")
            yield* deposit({ id: otherId }, "5.00")
            const room = yield* Effect.promise(() => player.rooms.create({ name: "In the browser" }))
            yield* visit(machine, appOn(url, `&room=${room.id}`), async (page) => {
              await untilShown(page, "#session", "nobody")
              await untilShown(page, "#draw", "0.00 of 0 live")
              assert.strictEqual(await page.locator("#wallet").textContent(), "none stale")
              await page.evaluate(`client.auth.signIn(${credentials(account)})`)
              await untilShown(page, "#session", id)
              await untilShown(page, "#wallet", "5.00 live")
              await untilShown(page, "#room", "waiting 1 live")
              await page.locator("#buy").click()
              await untilShown(page, "#wallet", "4.00")
              await untilShown(page, "#tickets", "1 tickets")
              await untilShown(page, "#draw", "0.95 of 1 live")
              await other.lottery.purchaseTicket()
              await other.rooms.join(room.code)
              // the player's other device
              await player.lottery.purchaseTicket()
              await untilShown(page, "#wallet", "3.00 live")
              await untilShown(page, "#draw", "2.85 of 3 live")
              await untilShown(page, "#room", "2 live")
              await page.context().setOffline(true)
              await untilShown(page, "#draw", "2.85 of 3 stale")
              await page.locator("#buy").click()
              await other.lottery.purchaseTicket()
              await page.context().setOffline(false)
              await untilShown(page, "#draw", "4.75 of 5 live")
              await untilShown(page, "#wallet", "2.00 live")
              await untilShown(page, "#tickets", "3 tickets")
              assert.strictEqual(await page.locator("#error").textContent(), "no error")
              assert.strictEqual(await page.locator("#unsettled").textContent(), "0 unsettled")
              await page.evaluate("client.auth.signOut()")
              await untilShown(page, "#session", "nobody")
              await untilShown(page, "#wallet", "none")
            }, { expected: /ERR_INTERNET_DISCONNECTED|WebSocket/ })
          })
      )

      it.effect(
        "follows the draw of the day to the winner that the browser computes",
        () =>
          Effect.gen(function*() {
            const { advance, deposit, untilDrawn, urls: [url = ""] } = yield* Site
            const account = newAccount()
            const player = device(url)()
            const { id } = yield* Effect.promise(() => player.auth.signUp(account))
            yield* deposit({ id }, "2.00")
            const { closesAt, drawDate } = yield* Effect.promise(() => player.lottery.currentDraw())
            assert(closesAt !== null && drawDate !== null)
            const runs = yield* Effect.context<Site>()
            yield* visit(machine, appOn(url, `&day=${drawDate}`), async (page) => {
              await untilShown(page, "#reveal", "open")
              await page.evaluate(`client.auth.signIn(${credentials(account)})`)
              await untilShown(page, "#session", id)
              await page.locator("#buy").click()
              await untilShown(page, "#wallet", "1.00")
              await Effect.runPromiseWith(runs)(Effect.andThen(advance(14 * 3_600_000), untilDrawn(drawDate)))
              const { winningPosition } = await player.lottery.drawByDate(drawDate)
              const mine = (await player.lottery.tickets()).items.some(({ position }) => position === winningPosition)
              await untilShown(page, "#reveal", `drawn ${winningPosition} ${mine ? "mine" : "not mine"} agreed`)
            }, { expected: /401/ })
          })
      )

      it.effect(
        "in a second tab follows at once whoever signs in in the first, and shows nothing of who was there before",
        () =>
          Effect.gen(function*() {
            const { deposit, urls: [url = ""] } = yield* Site
            const [ann, bob] = [newAccount(), newAccount()]
            const [{ id: annId }, { id: bobId }] = yield* Effect.promise(() =>
              Promise.all([ann, bob].map((account) => device(url)().auth.signUp(account)))
            ).pipe(Effect.map(([one, other]) => [one ?? assert.fail(), other ?? assert.fail()] as const))
            yield* deposit({ id: annId }, "5.00")
            yield* deposit({ id: bobId }, "7.00")
            yield* visit(machine, appOn(url), async (page) => {
              await page.evaluate(`client.auth.signIn(${credentials(ann)})`)
              const other = await page.context().newPage()
              await other.goto(`${machine}${appOn(url)}`)
              await untilShown(other, "#wallet", "5.00 live")
              await page.evaluate(`client.auth.signIn(${credentials(bob)})`)
              for (const tab of [page, other]) {
                await untilShown(tab, "#session", bobId)
                await untilShown(tab, "#wallet", "7.00 live")
              }
              await other.locator("#buy").click()
              await untilShown(page, "#wallet", "6.00 live")
              await page.evaluate("client.auth.signOut()")
              await untilShown(other, "#session", "nobody")
              await untilShown(other, "#wallet", "none")
            })
          })
      )

      it.effect(
        "in two tabs refreshes once for both, under the browser's own lock",
        () =>
          Effect.gen(function*() {
            const { advance, urls: [url = ""] } = yield* Site
            const account = newAccount()
            yield* Effect.promise(() => device(url)().auth.signUp(account))
            const runs = yield* Effect.context<Site>()
            yield* visit(machine, appOn(url), async (page) => {
              await page.evaluate(`client.auth.signIn(${credentials(account)})`)
              const other = await page.context().newPage()
              await other.goto(`${machine}${appOn(url)}`)
              await untilShown(other, "#wallet", "0.00")
              const refreshes: Array<string> = []
              page.context().on("request", (request) => {
                const isPreflight = request.method() === "OPTIONS"
                if (request.url().endsWith("/auth/refresh") && !isPreflight) refreshes.push(request.postData() ?? "")
              })
              for (let round = 1; round <= 3; round++) {
                await Effect.runPromiseWith(runs)(advance(901_000))
                const balances = await Promise.all(
                  [page, other, page, other].map((tab) =>
                    tab.evaluate("client.user.wallet().then(({ balance }) => balance)")
                  )
                )
                assert.deepStrictEqual(balances, ["0.00", "0.00", "0.00", "0.00"])
                assert.lengthOf(refreshes, round)
                assert.strictEqual(new Set(refreshes).size, round)
              }
            }, { expected: /401/ })
          })
      )
    }
  )
})
