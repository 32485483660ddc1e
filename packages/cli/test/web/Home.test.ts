import { quicknetHash } from "@ddd/core/proof/Beacon"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import {
  accessibilityFaults,
  Browser,
  chromiumPath,
  desktop,
  needsChromium,
  overhang,
  phone,
  untilShown,
  visit
} from "../support/Browser.ts"
import { PlayedDays } from "../support/PlayedDays.ts"
import { Site } from "../support/Site.ts"

const world = Layer.merge(PlayedDays.layer, Browser.layer)

/** Where a text itself stands, which may be wider or taller than what it stands in: an expression for the page. */
const textRange = (selector: string): string =>
  `((range) => (range.selectNodeContents(document.querySelector(${
    JSON.stringify(selector)
  })), range))(document.createRange())`

describe.skipIf(chromiumPath === undefined)("in Chromium", needsChromium, () => {
  layer(world, { excludeTestServices: true, timeout: "90 seconds" })("the page of the draw on sale", (it) => {
    it.effect(
      "shows the pot, when it closes by the server's clock, the last winner and the draws that are over",
      () =>
        Effect.gen(function*() {
          const { tickets, url } = yield* PlayedDays
          yield* visit(url, "/", async (page) => {
            await page.locator(`#feed[data-freshness="live"]`).waitFor()
            await untilShown(page, "#pot-figures", /^\$0\.00$/)
            await untilShown(page, "#draw-day", "Monday 9 February 2026")
            // the site's morning is half past ten, on a day long past
            await untilShown(page, "#hours", /^13$/)
            await untilShown(page, "#minutes", /^2\d$/)
            await untilShown(page, "#closes-at", "midnight UTC: Tuesday 10 February, 01:00 where you are.")
            for (const part of ["$19.00", "Pl***"]) await untilShown(page, "#last-winner", part)
            const winner = await page.locator("#last-winner").textContent() ?? ""
            assert.isTrue(tickets.some(({ ticketId }) => winner.includes(ticketId)))
            await untilShown(page, "#history > li:nth-child(1)", "Sun 8 Feb 2026")
            await untilShown(page, "#history > li:nth-child(2)", "Nobody had entered.")
            await untilShown(page, "#history > li:nth-child(5):last-child", /./)
          })
        }),
      180_000
    )

    it.effect("counts the pot up as tickets sell, without being asked", () =>
      Effect.gen(function*() {
        const { buyMore, url } = yield* PlayedDays
        const services = yield* Effect.context<PlayedDays>()
        yield* visit(url, "/", async (page) => {
          await page.locator(`#feed[data-freshness="live"]`).waitFor()
          await untilShown(page, "#pot-text", /^\$0\.00$/)
          await page.evaluate(
            "globalThis.seen = []; new MutationObserver(() => seen.push(document.getElementById('pot-figures').textContent)).observe(document.getElementById('pot-figures'), { childList: true, characterData: true, subtree: true })"
          )
          await Effect.runPromiseWith(services)(buyMore(3))
          await page.getByText("3 tickets sold").waitFor()
          await untilShown(page, "#pot-text", /^\$2\.85$/)
          await page.locator("#pot-figures", { hasText: "$2.85" }).waitFor()
          const seen = await page.evaluate("seen")
          assert(Array.isArray(seen))
          assert.isAbove(seen.length, 2, "it counts, it does not jump")
        })
      }), 180_000)

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
      }), 180_000)

    it.effect("leads to where one plays", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/", async (page) => {
          const link = page.getByRole("link", { name: "Play", exact: true })
          assert.strictEqual(await link.getAttribute("href"), "/play")
        })
      }), 180_000)

    it.effect("shows more draws when asked for, and goes there", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/", async (page) => {
          const more = page.getByRole("button", { name: "Show more draws" })
          await more.focus()
          await page.keyboard.press("Enter")
          await page.getByRole("heading", { name: "Tue 3 Feb 2026" }).waitFor()
          await untilShown(page, "#history > li:nth-child(6):last-child", /./)
          await more.waitFor({ state: "hidden" })
          const focused = page.locator("#history > li:nth-child(6) a:focus")
          assert.strictEqual(await focused.getAttribute("href"), "/verify?draw=2026-02-03")
        })
      }), 180_000)

    it.effect("says when it is not live, and from when it is", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/", async (page) => {
          await page.locator(`#feed[data-freshness="live"]`).waitFor()
          await page.context().setOffline(true)
          await page.locator(`#feed[data-freshness="stale"]`).waitFor()
          await untilShown(page, "#feed", /cannot be reached\. This is how it stood at \d\d:\d\d:\d\d/)
          await page.context().setOffline(false)
          await page.locator(`#feed[data-freshness="live"]`).waitFor()
        }, { expected: /ERR_INTERNET_DISCONNECTED/ })
        yield* visit(url, "/verify", async (page) => {
          await page.routeWebSocket(/\/ws$/, (socket) => socket.close())
          await page.goto(url)
          await page.getByText("Not live, asked for every few seconds").waitFor()
          await page.locator("#pot-text", { hasText: "$" }).waitFor({ state: "attached" })
        })
      }), 180_000)

    it.effect(
      "has room for millions in the narrowest window, and for its news beside what is live",
      () =>
        Effect.gen(function*() {
          const { url } = yield* PlayedDays
          for (const width of [320, 360, 768, 1280]) {
            yield* visit(url, "/verify", async (page) => {
              await page.route(/\/lottery\/(current-draw|last-winner|draw-history.*)$/, async (route) => {
                const body = await (await route.fetch()).text()
                const millions = body.replaceAll(/"(prizePool|prizeAmount)":"[^"]*"/g, "\"$1\":\"12345678.90\"")
                await route.fulfill({ body: millions.replaceAll(/"totalEntries":\d+/g, "\"totalEntries\":12995451") })
              })
              // what is told live would show the pot as it is
              await page.routeWebSocket(/\/ws$/, (socket) => {
                socket.onMessage(() => {})
              })
              await page.goto(url)
              await page.locator(".prize").waitFor()
              await page.locator("#history > li").first().waitFor()
              await page.evaluate("document.getElementById('news').textContent = 'The draw is closed.'")
              assert.strictEqual(await overhang(page), 0)
              for (const selector of ["#pot-figures", ".prize", ".draw-pot", ".draw-entries", ".draw-day"]) {
                const lines = await page.evaluate(
                  `new Set(Array.from(${textRange(selector)}.getClientRects(), ({ top }) => Math.round(top))).size`
                )
                assert.strictEqual(lines, 1, `${selector} at ${width}`)
              }
              const hero = await page.locator(".hero").boundingBox()
              const figures = await page.evaluate(`${textRange("#pot-figures")}.getBoundingClientRect().width`)
              assert.isBelow(Number(figures), 0.85 * (hero?.width ?? 0))
              const [feed, news] = await Promise.all(["#feed", "#news"].map((id) => page.locator(id).boundingBox()))
              assert.isAtLeast(news?.y ?? 0, (feed?.y ?? 0) + (feed?.height ?? 0), "the news stands below")
            }, { viewport: { width, height: 780 } })
          }
        }),
      180_000
    )

    it.effect("says when sales close on the reader's own day", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/", async (page) => {
          await page.locator("#closes-at", { hasText: "Monday 9 February, 16:00 where you are" }).waitFor()
          await untilShown(page, "#last-winner", /Drawn\s*Monday 9 February, 0\d:\d\d/)
        }, { timezoneId: "America/Los_Angeles" })
      }), 180_000)

    it.effect("claims of its beacon what the records name, and no more", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        const cases = [
          ["null", /goes without a public beacon/],
          [`{"chainHash":"${"ab".repeat(32)}","round":7}`, /not one of drand’s public ones/],
          [`{"chainHash":"${quicknetHash}","round":7}`, /nobody can know who wins/]
        ] as const
        for (const [beacon, claim] of cases) {
          yield* visit(url, "/verify", async (page) => {
            await page.route(/\/lottery\/current-draw$/, async (route) => {
              const body = await (await route.fetch()).text()
              await route.fulfill({ body: body.replace("\"beacon\":null", `"beacon":${beacon}`) })
            })
            await page.goto(url)
            await page.locator("#beacon-note", { hasText: claim }).waitFor()
            const isBelieved = (await page.locator("main").textContent())?.includes("You need not believe any of this")
            assert.strictEqual(isBelieved, beacon.includes(quicknetHash))
          })
        }
      }), 180_000)

    it.effect(
      "has an icon, a manifest and a picture to be shared by, at the public address",
      () =>
        Effect.gen(function*() {
          const { url } = yield* PlayedDays
          yield* visit(url, "/", async (page) => {
            const attribute = (selector: string, name: string) => page.locator(selector).getAttribute(name)
            const image = await attribute("meta[property='og:image']", "content")
            assert.strictEqual(image, `${url}/share.png`)
            assert.strictEqual(await attribute("link[rel=canonical]", "href"), `${url}/`)
            const icons = await page.evaluate(
              "fetch('/site.webmanifest').then((answer) => answer.json()).then(({ icons }) => icons.map(({ src }) => src))"
            )
            for (const path of [...icons as Array<string>, "/share.png", "/favicon.ico", "/apple-touch-icon.png"]) {
              assert.match((await page.request.get(`${url}${path}`)).headers()["content-type"] ?? "", /^image\//, path)
            }
          })
        }),
      180_000
    )

    it.effect("is found again from an address where nothing is", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/verify", async (page) => {
          const answer = await page.goto(`${url}/nowhere`)
          assert.strictEqual(answer?.status(), 404)
          await page.getByRole("heading", { name: "There is nothing here" }).waitFor()
          await page.getByRole("link", { name: "Today’s draw" }).click()
          await page.getByRole("heading", { name: "Today’s pot" }).waitFor()
        }, { expected: /404/ })
      }), 180_000)

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
          }, { ...size, bypassCSP: true, reducedMotion: "reduce" })
        }), 180_000)
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
          await untilShown(page, "#pot-text", /^\$3\.80$/)
          await Effect.runPromiseWith(services)(advance(13.5 * 3_600_000))
          const news = page.locator("#news")
          await news.getByText("The draw of Tuesday 3 February 2026 is drawn: Pl*** won $3.80 with ticket").waitFor()
          await page.getByRole("heading", { name: "The draw of Wednesday 4 February 2026" }).waitFor()
          await page.locator("#pot-text", { hasText: "$0.00" }).waitFor({ state: "attached" })
          await untilShown(page, "#history > li:nth-child(1)", "Tue 3 Feb 2026")
          // the server's own clock follows the database's a second or two later; a page asks for the time when it comes online
          for (let hours: string | null = ""; hours !== "23"; hours = await page.locator("#hours").textContent()) {
            // the page's policy lets no text become script: it is told from outside
            await page.evaluate("dispatchEvent(new Event('online'))")
            await page.waitForTimeout(100)
          }
        })
      }), 180_000)
  })
})
