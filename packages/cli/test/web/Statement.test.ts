/** A wallet's statement as a page, in a real browser. */
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import { accessibilityFaults, Browser, chromiumPath, needsChromium, overhang, visit } from "../support/Browser.ts"
import { Site } from "../support/Site.ts"

const world = Layer.merge(Site.layer(), Browser.layer)

const path = "/wallet/statement?month=2026-02&format=html"

/** A player with a few movements, and how a browser says who they are. */
const spender = Effect.gen(function*() {
  const { buy, deposit, internalToken, newPlayer, post, urls } = yield* Site
  const player = yield* newPlayer
  yield* deposit(player, "40.00")
  yield* post("/wallet/deposit", {
    userId: player.id,
    amount: "2.50",
    referenceId: "gift:<b>\"a&b\"</b>:0123456789012345678901234567890123456789012345678901234567890"
  }, { token: internalToken })
  yield* buy(player.accessToken, 30)
  return { url: urls[0] ?? "", player, headers: { authorization: `Bearer ${player.accessToken}` } }
})

/** What a row says, a cell each, with the label that narrow pages show before it. */
const cellsOf = (page: Page, row: number): Promise<ReadonlyArray<string>> =>
  page.locator("tbody").first().locator("tr").nth(row).locator("td").allInnerTexts()

const displayOf = (page: Page): Promise<unknown> =>
  page.evaluate("getComputedStyle(document.querySelector('tbody td')).display")

describe.skipIf(chromiumPath === undefined)("in Chromium", needsChromium, () => {
  layer(world, { excludeTestServices: true, timeout: "3 minutes" })("a statement", (it) => {
    it.effect("says what moved, as it is meant to look, and runs nothing", () =>
      Effect.gen(function*() {
        const { headers, player, url } = yield* spender
        yield* visit(url, path, async (page) => {
          await page.getByRole("heading", { level: 1, name: "Wallet statement, February 2026" }).waitFor()
          assert.include(await page.locator(".about").first().innerText(), player.username)
          const [time, what, reference, amount, balance] = await cellsOf(page, 1)
          assert.match(time ?? "", /^2026-02-03 10:\d\d:\d\d$/)
          assert.deepStrictEqual([what, amount, balance], ["Credit bought", "2.50", "42.50"])
          assert.include(reference, "<b>\"a&b\"</b>")
          assert.deepStrictEqual((await cellsOf(page, 31)).slice(3), ["-1.00", "12.50"])
          assert.strictEqual(await page.locator("dd").last().innerText(), "12.50")
          // the style of the page is the one that its policy lets in
          assert.strictEqual(await displayOf(page), "table-cell")
        }, { extraHTTPHeaders: headers })
      }))

    it.effect("is for everybody, and is one column on a phone", () =>
      Effect.gen(function*() {
        const { headers, url } = yield* spender
        for (const width of [320, 1280]) {
          yield* visit(url, path, async (page) => {
            assert.deepStrictEqual(await accessibilityFaults(page), [])
            assert.strictEqual(await overhang(page), 0)
            assert.strictEqual(await displayOf(page), width === 320 ? "flex" : "table-cell")
          }, { bypassCSP: true, extraHTTPHeaders: headers, viewport: { width, height: 900 } })
        }
      }))

    it.effect("is printed on A4 and on Letter with the heads of its columns on each sheet, and on narrow paper in one column", () =>
      Effect.gen(function*() {
        const { headers, url } = yield* spender
        yield* visit(url, path, async (page) => {
          for (const format of ["A4", "Letter"]) {
            const pdf = await page.pdf({ format })
            assert.isAtLeast(sheetsOf(pdf), 2, format)
          }
          await page.emulateMedia({ media: "print" })
          assert.strictEqual(
            await page.evaluate("getComputedStyle(document.querySelector('thead')).display"),
            "table-header-group"
          )
          await page.setViewportSize({ width: 320, height: 900 })
          assert.strictEqual(await displayOf(page), "flex")
          assert.strictEqual(await overhang(page), 0)
        }, { extraHTTPHeaders: headers })
      }))
  })
})

/** How many pages a PDF has. */
const sheetsOf = (pdf: Buffer): number => [...pdf.toString("latin1").matchAll(/\/Type\s*\/Page\b(?!s)/g)].length
