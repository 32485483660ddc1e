import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { accessibilityFaults, Browser, chromiumPath, desktop, overhang, phone, visit } from "../support/Browser.ts"
import { PlayedDays } from "../support/PlayedDays.ts"
import { Site } from "../support/Site.ts"

const world = Layer.merge(PlayedDays.layer, Browser.layer)

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  layer(world, { excludeTestServices: true, timeout: "90 seconds" })("the page of the draw on sale", (it) => {
    it.effect(
      "shows the pot, when it closes by the server's clock, the last winner and the draws that are over",
      () =>
        Effect.gen(function*() {
          const { tickets, url } = yield* PlayedDays
          yield* visit(url, "/", async (page) => {
            await page.locator(`#feed[data-freshness="live"]`).waitFor()
            assert.strictEqual(await page.locator("#pot-figures").textContent(), "$0.00")
            assert.include(await page.locator("#draw-day").textContent(), "Monday 9 February 2026")
            // the site's morning is half past ten, on a day long past
            assert.strictEqual(await page.locator("#hours").textContent(), "13")
            assert.match(await page.locator("#minutes").textContent() ?? "", /^2\d$/)
            assert.include(await page.locator("#closes-at").textContent(), "midnight UTC: 01:00 where you are")
            const winner = await page.locator("#last-winner").textContent() ?? ""
            assert.include(winner, "$19.00")
            assert.include(winner, "Pl***")
            assert.isTrue(tickets.some(({ ticketId }) => winner.includes(ticketId)))
            const draws = page.locator("#history > li")
            assert.strictEqual(await draws.count(), 5)
            assert.include(await draws.first().textContent(), "Sun 8 Feb 2026")
            assert.include(await draws.nth(1).textContent(), "Nobody had entered.")
          })
        }),
      60_000
    )

    it.effect("counts the pot up as tickets sell, without being asked", () =>
      Effect.gen(function*() {
        const { buyMore, url } = yield* PlayedDays
        const services = yield* Effect.context<PlayedDays>()
        yield* visit(url, "/", async (page) => {
          await page.locator(`#feed[data-freshness="live"]`).waitFor()
          const before = await page.locator("#pot-text").textContent()
          assert.strictEqual(before, "$0.00")
          await page.evaluate(
            "globalThis.seen = []; new MutationObserver(() => seen.push(document.getElementById('pot-figures').textContent)).observe(document.getElementById('pot-figures'), { childList: true, characterData: true, subtree: true })"
          )
          await Effect.runPromiseWith(services)(buyMore(3))
          await page.getByText("3 tickets sold").waitFor()
          assert.strictEqual(await page.locator("#pot-text").textContent(), "$2.85")
          await page.locator("#pot-figures", { hasText: "$2.85" }).waitFor()
          const seen = await page.evaluate("seen")
          assert(Array.isArray(seen))
          assert.isAbove(seen.length, 2, "it counts, it does not jump")
        })
      }), 60_000)

    it.effect("shows it at once to who wants no motion", () =>
      Effect.gen(function*() {
        const { buyMore, url } = yield* PlayedDays
        const services = yield* Effect.context<PlayedDays>()
        yield* visit(url, "/", async (page) => {
          await page.locator(`#feed[data-freshness="live"]`).waitFor()
          await page.getByText("3 tickets sold").waitFor()
          await page.evaluate(
            "globalThis.seen = []; new MutationObserver(() => seen.push(document.getElementById('pot-figures').textContent)).observe(document.getElementById('pot-figures'), { childList: true, characterData: true, subtree: true })"
          )
          await Effect.runPromiseWith(services)(buyMore(1))
          await page.getByText("4 tickets sold").waitFor()
          assert.deepStrictEqual(await page.evaluate("seen"), ["$3.80"])
        }, { reducedMotion: "reduce" })
      }), 60_000)

    it.effect("shows more draws when asked for, and goes there", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/", async (page) => {
          const more = page.getByRole("button", { name: "Show more draws" })
          await more.focus()
          await page.keyboard.press("Enter")
          await page.getByRole("heading", { name: "Tue 3 Feb 2026" }).waitFor()
          assert.strictEqual(await page.locator("#history > li").count(), 6)
          await more.waitFor({ state: "hidden" })
          const focused = page.locator("#history > li:nth-child(6) a:focus")
          assert.strictEqual(await focused.getAttribute("href"), "/verify?draw=2026-02-03")
        })
      }), 60_000)

    it.effect("says when it is not live, and from when it is", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/", async (page) => {
          const feed = page.locator("#feed")
          await page.locator(`#feed[data-freshness="live"]`).waitFor()
          await page.context().setOffline(true)
          await page.locator(`#feed[data-freshness="stale"]`).waitFor()
          assert.match(await feed.textContent() ?? "", /cannot be reached\. This is how it stood at \d\d:\d\d:\d\d/)
          await page.context().setOffline(false)
          await page.locator(`#feed[data-freshness="live"]`).waitFor()
        }, { expected: /ERR_INTERNET_DISCONNECTED/ })
        yield* visit(url, "/verify", async (page) => {
          await page.routeWebSocket(/\/ws$/, (socket) => socket.close())
          await page.goto(url)
          await page.getByText("Not live, asked for every few seconds").waitFor()
          await page.locator("#pot-text", { hasText: "$" }).waitFor({ state: "attached" })
        })
      }), 60_000)

    for (const [name, size] of Object.entries({ phone, desktop })) {
      it.effect(`fits into a ${name}'s window, light and dark, and leaves nobody out`, () =>
        Effect.gen(function*() {
          const { url } = yield* PlayedDays
          yield* visit(url, "/", async (page) => {
            await page.locator("#history > li").first().waitFor()
            for (
              const [colorScheme, paper] of [["light", "rgb(246, 243, 234)"], ["dark", "rgb(13, 21, 18)"]] as const
            ) {
              await page.emulateMedia({ colorScheme })
              assert.strictEqual(await page.evaluate("getComputedStyle(document.body).backgroundColor"), paper)
              assert.strictEqual(await overhang(page), 0)
              assert.deepStrictEqual(await accessibilityFaults(page), [])
            }
          }, { ...size, bypassCSP: true })
        }), 60_000)
    }
  })

  layer(Layer.merge(Site.layer({ processes: [{ PUBLIC_URL: "" }] }), Browser.layer), {
    excludeTestServices: true,
    timeout: "90 seconds"
  })("the page at midnight", (it) => {
    it.effect("tells the winner, and goes on with the next draw, without being asked", () =>
      Effect.gen(function*() {
        const { advance, buy, deposit, newPlayer, servers } = yield* Site
        const services = yield* Effect.context<Site>()
        const player = yield* newPlayer
        yield* deposit(player, "5.00")
        yield* buy(player.accessToken, 4)
        yield* visit(`http://localhost:${new URL(servers[0]?.url ?? "").port}`, "/", async (page) => {
          await page.locator(`#feed[data-freshness="live"]`).waitFor()
          await page.getByText("No draw has been drawn yet").waitFor()
          assert.strictEqual(await page.locator("#pot-text").textContent(), "$3.80")
          await Effect.runPromiseWith(services)(advance(13.5 * 3_600_000))
          const news = page.locator("#news")
          await news.getByText("The draw of Tuesday 3 February 2026 is drawn: Pl*** won $3.80 with ticket").waitFor()
          await page.getByRole("heading", { name: "The draw of Wednesday 4 February 2026" }).waitFor()
          await page.locator("#pot-text", { hasText: "$0.00" }).waitFor({ state: "attached" })
          assert.include(await page.locator("#history > li").first().textContent(), "Tue 3 Feb 2026")
          // the server's own clock follows the database's a second or two later; a page asks for the time when it comes online
          for (let hours: string | null = ""; hours !== "23"; hours = await page.locator("#hours").textContent()) {
            // the page's policy lets no text become script: it is told from outside
            await page.evaluate("dispatchEvent(new Event('online'))")
            await page.waitForTimeout(100)
          }
        })
      }), 60_000)
  })
})
